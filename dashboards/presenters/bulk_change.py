"""A change of many mentions in words: what it does, and how far it is.

In: an operation of triage and a number, or a BulkChange. Out: texts and frozen rows for templates/mentions/. Called by
forms/selection.py and by views/bulk.py, views/whole_view.py and views/mentions.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.models import User
from dashboards.presenters.dates import day_and_time
from dashboards.presenters.item_history import entry_sentence
from monitoring.models import Mention
from monitoring.services.triage_log import Change
from monitoring.services.triage_operations import (
    AddTags,
    Assign,
    Operation,
    RemoveTags,
    SetFounded,
    SetRelevant,
    SetStatus,
    Snooze,
)
from workplace.bulk_changes import operation_of
from workplace.models import BulkChange

State = BulkChange.State


@dataclass(frozen=True)
class BulkProgress:
    """A bulk change on the page; `text` says what it does and how far it is, `done` is in percent."""

    id: int
    text: str
    done: int
    is_in_progress: bool
    may_undo: bool


def bulk_progress(change: BulkChange) -> BulkProgress:
    """Return the progress of a change, or its result."""
    is_undoing = change.state in (State.UNDOING, State.UNDONE)
    done, total = (change.undone_entries, len(change.entry_ids)) if is_undoing else (change.seen, change.total)
    return BulkProgress(
        id=change.pk,
        text=_TEXTS[State(change.state)](change),
        done=min(100 * done // total, 100) if total else 100,
        is_in_progress=change.state in BulkChange.UNFINISHED,
        may_undo=not is_undoing and bool(change.entry_ids or change.state == State.RUNNING),
    )


def _running(change: BulkChange) -> str:
    label = operation_label(operation_of(change), change.total)
    return _("%(label)s: %(done)s of %(total)s") % {
        "label": label,
        "done": number(change.seen),
        "total": number(change.total),
    }


def _undoing(change: BulkChange) -> str:
    return _("Undoing: %(done)s of %(total)s") % {"done": number(change.restored), "total": number(change.changed)}


def _stopped(change: BulkChange) -> str:
    return changed_words(change.changed) + " " + _("Stopped, since the filter or the assignee no longer exists.")


def _undone(change: BulkChange) -> str:
    restored = ngettext("%(number)s mention restored.", "%(number)s mentions restored.", change.restored) % {
        "number": number(change.restored)
    }
    left = change.changed - change.restored
    if not left:
        return restored
    since = ngettext(
        "%(number)s has been changed again since and stays as it is.",
        "%(number)s have been changed again since and stay as they are.",
        left,
    )
    return f"{restored} {since % {'number': number(left)}}"


_TEXTS: dict[BulkChange.State, Callable[[BulkChange], str]] = {
    State.RUNNING: _running,
    State.DONE: lambda change: changed_words(change.changed),
    State.STOPPED: _stopped,
    State.UNDOING: _undoing,
    State.UNDONE: _undone,
}


def changed_words(count: int) -> str:
    """Return that so many mentions were changed."""
    return ngettext("%(number)s mention changed.", "%(number)s mentions changed.", count) % {"number": number(count)}


def story_change_words(operation: Operation | None, change: Change, me: User) -> str:
    """Return what was done to the items of a story, and how many somebody else had changed meanwhile.

    Corrections of the sentiment are no operation.
    """
    count = len(change.document_ids)
    texts = []
    if isinstance(operation, SetStatus) and count:
        texts.append(_status_words(operation, count))
    elif change.entry_id:
        texts += [entry_sentence(change.entry_id, me), changed_words(count)]
    if change.conflicts:
        texts.append(left_words(change))
    return " ".join(texts) or _("No change: it was set already.")


def left_words(change: Change) -> str:
    """Return how many items were not changed, since somebody else had changed them meanwhile; "" for none."""
    left = len({one.document_id for one in change.conflicts})
    words = ngettext(
        "%(number)s item stays as it is: somebody else has changed it meanwhile.",
        "%(number)s items stay as they are: somebody else has changed them meanwhile.",
        left,
    )
    return words % {"number": number(left)} if left else ""


def _status_words(operation: SetStatus, count: int) -> str:
    words = {
        Mention.Status.IGNORED: ngettext("%(number)s item ignored.", "%(number)s items ignored.", count),
        Mention.Status.REPLIED: ngettext(
            "%(number)s item marked as replied.", "%(number)s items marked as replied.", count
        ),
        Mention.Status.NEEDS_REPLY: ngettext(
            "%(number)s item marked as “Needs reply”.", "%(number)s items marked as “Needs reply”.", count
        ),
        Mention.Status.TO_REVIEW: ngettext(
            "%(number)s item returned to review.", "%(number)s items returned to review.", count
        ),
    }
    return words[Mention.Status(operation.status)] % {"number": number(count)}


def operation_label(operation: Operation, count: int) -> str:
    """Return what an operation does to so many mentions, as a button says it."""
    mentions = ngettext("%(number)s mention", "%(number)s mentions", count) % {"number": number(count)}
    return _LABELS[type(operation)](operation, mentions)


def _status(operation: SetStatus, mentions: str) -> str:
    if operation.status == Mention.Status.IGNORED:
        return _("Ignore %(mentions)s") % {"mentions": mentions}
    return _("Mark as “%(status)s”: %(mentions)s") % {
        "status": Mention.Status(operation.status).label,
        "mentions": mentions,
    }


def _assign(operation: Assign, mentions: str) -> str:
    if operation.assignee_id is None:
        return _("Unassign %(mentions)s") % {"mentions": mentions}
    person = User.objects.filter(pk=operation.assignee_id).first()
    return _("Assign %(mentions)s to %(name)s") % {"mentions": mentions, "name": person.name if person else "?"}


def _founded(operation: SetFounded, mentions: str) -> str:
    texts = {
        True: _("Mark as founded: %(mentions)s"),
        False: _("Mark as not founded: %(mentions)s"),
        None: _("Remove “founded” or “not founded”: %(mentions)s"),
    }
    return texts[operation.is_founded] % {"mentions": mentions}


def _relevant(operation: SetRelevant, mentions: str) -> str:
    if operation.is_relevant:
        return _("Mark as relevant: %(mentions)s") % {"mentions": mentions}
    return _("Remove “relevant”: %(mentions)s") % {"mentions": mentions}


def _snooze(operation: Snooze, mentions: str) -> str:
    until = parse_datetime(operation.snoozed_until) if operation.snoozed_until else None
    if until is None:
        return _("End the snooze: %(mentions)s") % {"mentions": mentions}
    return _("Snooze %(mentions)s until %(time)s") % {
        "mentions": mentions,
        "time": day_and_time(until, timezone.now()),
    }


def _add_tags(operation: AddTags, mentions: str) -> str:
    return _("Add tag “%(tags)s”: %(mentions)s") % {"tags": ", ".join(operation.added), "mentions": mentions}


def _remove_tags(operation: RemoveTags, mentions: str) -> str:
    return _("Remove tag “%(tags)s”: %(mentions)s") % {"tags": ", ".join(operation.removed), "mentions": mentions}


_LABELS: dict[type[Operation], Callable[[Any, str], str]] = {
    SetStatus: _status,
    Assign: _assign,
    SetFounded: _founded,
    SetRelevant: _relevant,
    Snooze: _snooze,
    AddTags: _add_tags,
    RemoveTags: _remove_tags,
}
