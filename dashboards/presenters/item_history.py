"""The history of an item on its page: sentences with person and time, newest first, and the change that can be undone.

In: events of monitoring/insights/history.py. Out: frozen rows for templates/mentions/_history.html.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import ActivityEntry, User
from dashboards.presenters.history_sentences import Told, person_id, sentence
from monitoring.insights.history import EDITED, FOUND, Event
from monitoring.models import DocumentActivity
from monitoring.services.corrections import CORRECTED, SENTIMENT
from monitoring.services.triage_log import UNDONE
from workplace.drafts import SENT
from workplace.undo import UNDOABLE

BY_VIGIE = {FOUND, EDITED, "document.deleted"}


@dataclass(frozen=True)
class PastEvent:
    """One event. `who` is the name of the person, "" for what Vigie did.

    `undoes` is the id of the entry if the reader can undo it here, for `items` items.
    """

    text: str
    who: str
    at: datetime
    undoes: int | None = None
    items: int = 1


def item_history(events: Sequence[Event], me: User, may_edit: bool) -> list[PastEvent]:
    """Return the events, newest first, in at most two queries."""
    ids = {found for event in events if (found := person_id(event.detail)) is not None}
    people = User.objects.in_bulk(ids)
    last = _undoable(events, me) if may_edit else None
    items = DocumentActivity.objects.filter(entry_id=last).count() if last else 1
    return [
        PastEvent(
            text=sentence(event.action, Told(event.detail, event.before, people, me, event.keyword)),
            who=who(event.user, event.action, me),
            at=event.at,
            undoes=event.entry_id if last and event.entry_id == last else None,
            items=items,
        )
        for event in reversed(events)
    ]


def entry_sentence(entry_id: int, me: User) -> str:
    """Return what a person has just changed as a sentence."""
    entry = ActivityEntry.objects.get(pk=entry_id)
    assignee = person_id(entry.detail)
    people = User.objects.in_bulk([assignee]) if assignee is not None else {}
    return sentence(entry.action, Told(entry.detail, {}, people, me))


def who(user: User | None, action: str, me: User) -> str:
    """Return the name of the person who did something, "" if it was Vigie."""
    if user is None:
        return "" if action in BY_VIGIE else _("Deleted account")
    return _("You") if user == me else user.name


def _is_undoable(event: Event) -> bool:
    """Return whether a change can be undone: a reply that Vigie has published can't, nor an old correction."""
    if event.action == SENTIMENT and CORRECTED not in event.before:
        return False
    return event.action in UNDOABLE and (event.action != SENT or "former" in event.detail)


def _undoable(events: Sequence[Event], me: User) -> int | None:
    """Return the latest change that can be undone, if it is the reader's own."""
    undone = {event.detail.get("undone") for event in events if event.action == UNDONE}
    latest = next((event for event in reversed(events) if _is_undoable(event) and event.entry_id not in undone), None)
    return latest.entry_id if latest and latest.user == me else None
