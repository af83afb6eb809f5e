"""The history of an item: everything that happened to it, oldest first, with person and time.

In: a document of a project. Out: events, from its mentions, the mute that hides them, its edits, and the entries of
the activity log that are about it (`DocumentActivity`), or about the notes of its story. Called by the API and the
mention page.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from monitoring.models import Document, DocumentActivity, DocumentRevision, Mention

MAX_EVENTS = 500  # the last ones of the activity log
FOUND = "mention.found"
MUTED = "mention.muted"
EDITED = "document.edited"


@dataclass(frozen=True)
class Event:
    """One event at a time (UTC). `action` is that of the activity log, or one of the three above.

    `keyword` is that of a match. `detail` has the values that were set, `before` those that they replaced, by field.
    `entry_id` is null for what the activity log has no entry of.
    """

    at: datetime
    action: str
    user: User | None
    detail: dict[str, object]
    before: dict[str, object]
    keyword: str = ""
    entry_id: int | None = None


def history_of(project_id: int, document_id: int) -> list[Event]:
    """Return the events of a document in four queries."""
    mentions = list(
        Mention.objects.filter(document_id=document_id, keyword__project_id=project_id)
        .select_related("keyword", "muted_by__created_by")
        .order_by("found_at", "pk")
    )
    story_id = Document.objects.filter(pk=document_id).values_list("story_id", flat=True).first()
    links = DocumentActivity.objects.filter(pk__in=_newest(project_id, document_id, story_id))
    newest = links.select_related("entry__user").order_by("-entry_id")[:MAX_EVENTS]
    edits = DocumentRevision.objects.filter(document_id=document_id, document__project_id=project_id)
    events = [Event(one.found_at, FOUND, None, {}, {}, keyword=one.keyword.name) for one in mentions]
    events += [Event(at, EDITED, None, {}, {}) for at in edits.order_by("pk").values_list("replaced_at", flat=True)]
    events += _muted(mentions)
    for link in reversed(newest):
        entry = link.entry
        events.append(Event(entry.at, entry.action, entry.user, entry.detail, link.before, entry_id=entry.pk))
    return sorted(events, key=lambda event: event.at)


def _newest(project_id: int, document_id: int, story_id: int | None) -> QuerySet[DocumentActivity, Any]:
    """Return the last links of entries to a document, and those of notes to its whole story (workplace/notes.py).

    As a union, because Postgres reads all links of the project for a condition over both tables.
    """
    links = DocumentActivity.objects.filter(entry__project_id=project_id).order_by("-entry_id").values("pk")
    own = links.filter(document_id=document_id)[:MAX_EVENTS]
    if story_id is None:
        return own
    return own.union(links.filter(document__story_id=story_id, entry__action__startswith="note.")[:MAX_EVENTS])


def _muted(mentions: list[Mention]) -> list[Event]:
    """Return an event for each mute that hides mentions, when it was created or the first of them was found."""
    found: dict[int, Event] = {}
    for mention in mentions:
        if (mute := mention.muted_by) and mute.pk not in found:
            detail: dict[str, object] = {"kind": mute.kind, "label": mute.label}
            found[mute.pk] = Event(max(mute.created_at, mention.found_at), MUTED, mute.created_by, detail, {})
    return list(found.values())
