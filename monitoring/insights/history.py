"""The history of an item: everything that happened to it, oldest first, with person and time.

In: a document of a project. Out: events, from its mentions and from the entries of the activity log that are about it
(`DocumentActivity`). Called by the API and the mention page.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from monitoring.models import DocumentActivity, Mention

MAX_EVENTS = 500  # the last ones of the activity log
FOUND = "mention.found"


@dataclass(frozen=True)
class Event:
    """One event at a time (UTC). `action` is that of the activity log, or FOUND for a match with `keyword`.

    `detail` has the values that were set, `before` those that they replaced, by field. `entry_id` is null for FOUND.
    """

    at: datetime
    action: str
    user: User | None
    detail: dict[str, object]
    before: dict[str, object]
    keyword: str = ""
    entry_id: int | None = None


def history_of(project_id: int, document_id: int) -> list[Event]:
    """Return the events of a document in two queries."""
    mentions = Mention.objects.filter(document_id=document_id, keyword__project_id=project_id)
    links = DocumentActivity.objects.filter(document_id=document_id, entry__project_id=project_id)
    newest = links.select_related("entry__user").order_by("-entry_id")[:MAX_EVENTS]
    events = [
        Event(mention.found_at, FOUND, None, {}, {}, keyword=mention.keyword.name)
        for mention in mentions.select_related("keyword").order_by("found_at", "pk")
    ]
    for link in reversed(newest):
        entry = link.entry
        events.append(Event(entry.at, entry.action, entry.user, entry.detail, link.before, entry_id=entry.pk))
    return sorted(events, key=lambda event: event.at)
