"""The work of the team on an item, as a row shows it: when a reply is due, its assignee, tags and number of notes.

In: documents with their stories. Out: frozen values by document, read in three queries for a whole page, and in one
more for the notes of stories. Called by mention_rows.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.formats import duration
from accounts.models import User
from dashboards.presenters.dates import relative_time
from monitoring.models import MentionTag, Triage
from workplace.models import Note

SOON = timedelta(hours=4)


@dataclass(frozen=True)
class Work:
    """`due` is when a reply is due, in words, `due_tone` how urgent that is: "late", "soon" or ""."""

    due: str = ""
    due_tone: str = ""
    assignee: User | None = None
    tags: tuple[str, ...] = ()
    is_snoozed: bool = False
    notes: int = 0

    @property
    def has_badges(self) -> bool:
        return bool(self.due or self.tags or self.is_snoozed or self.notes)


NO_WORK = Work()


def work_of(stories: Mapping[int, int | None], now: datetime) -> dict[int, Work]:
    """Return the work on the documents among the keys, whose stories are the values; those without any have none.

    Notes are those of the whole story, as the page of an item shows them.
    """
    document_ids = list(stories)
    tags: dict[int, list[str]] = defaultdict(list)
    rows = MentionTag.objects.filter(document_id__in=document_ids).order_by("document_id", "tag")
    for document_id, tag in rows.values_list("document_id", "tag"):
        tags[document_id].append(tag)
    counts = _note_counts(stories)
    triage = Triage.objects.filter(pk__in=document_ids).select_related("assignee").in_bulk()
    return {
        pk: replace(_work(triage.get(pk), tags.get(pk, ()), now), notes=counts.get(pk, 0))
        for pk in triage.keys() | tags.keys() | counts.keys()
    }


def _note_counts(stories: Mapping[int, int | None]) -> dict[int, int]:
    """Return the numbers of notes that are not deleted, by document."""
    notes = Note.objects.filter(deleted_at=None).order_by()
    alone = [pk for pk, story_id in stories.items() if story_id is None]
    counts = dict(notes.filter(document_id__in=alone).values_list("document_id").annotate(Count("pk")))
    ids = {story_id for story_id in stories.values() if story_id is not None}
    if not ids:
        return counts
    of_story = dict(notes.filter(document__story_id__in=ids).values_list("document__story_id").annotate(Count("pk")))
    return counts | {pk: of_story[story_id] for pk, story_id in stories.items() if story_id in of_story}


def _work(triage: Triage | None, tags: Iterable[str], now: datetime) -> Work:
    if triage is None:
        return Work(tags=tuple(tags))
    due, tone = due_words(None if triage.first_replied_at else triage.due_at, now)
    is_snoozed = triage.snoozed_until is not None and triage.snoozed_until > now
    return Work(due, tone, triage.assignee, tuple(tags), is_snoozed)


def due_words(due_at: datetime | None, now: datetime) -> tuple[str, str]:
    """Return when a reply is due in words, and how urgent that is; empty texts if it is not."""
    if due_at is None:
        return "", ""
    left = due_at - now
    if left <= timedelta():
        return _("overdue by %(time)s") % {"time": duration(-left.total_seconds())}, "late"
    return _("due %(time)s") % {"time": relative_time(due_at, now)}, "soon" if left <= SOON else ""
