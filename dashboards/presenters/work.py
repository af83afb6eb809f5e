"""The work of the team on an item, as a row shows it: when a reply is due, its assignee, tags and number of notes.

In: ids of documents. Out: frozen values by document, read in three queries for a whole page. Called by mention_rows.py
and reply_queue.py.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import User
from dashboards.presenters.dates import duration, relative_time
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


NO_WORK = Work()


def work_of(document_ids: Collection[int], now: datetime) -> dict[int, Work]:
    """Return the work on these documents; those that nobody has worked on have none."""
    tags: dict[int, list[str]] = defaultdict(list)
    rows = MentionTag.objects.filter(document_id__in=document_ids).order_by("document_id", "tag")
    for document_id, tag in rows.values_list("document_id", "tag"):
        tags[document_id].append(tag)
    notes = Note.objects.filter(document_id__in=document_ids, deleted_at=None).order_by().values_list("document_id")
    counts = dict(notes.annotate(Count("pk")))
    triage = Triage.objects.filter(pk__in=document_ids).select_related("assignee").in_bulk()
    return {
        pk: replace(_work(triage.get(pk), tags.get(pk, ()), now), notes=counts.get(pk, 0))
        for pk in triage.keys() | tags.keys() | counts.keys()
    }


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
