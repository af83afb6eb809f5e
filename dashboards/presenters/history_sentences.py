"""The history of an item as sentences: an action of the activity log and its values in, text out.

Called by item_history.py, and by views/triage.py for the message after a change. A sentence has no subject: the person
and the time are shown next to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from dashboards.presenters.dates import day_and_time
from monitoring.insights.history import EDITED, FOUND, MUTED
from monitoring.messages.reply_errors import reply_error_text
from monitoring.models import Mention, Mute, Triage


@dataclass(frozen=True)
class Told:
    """The values of an event, as the sentences need them; `people` has the users of its ids, `me` is the reader."""

    detail: Mapping[str, object]
    before: Mapping[str, object]
    people: Mapping[int, User]
    me: User
    keyword: str = ""


def sentence(action: str, told: Told) -> str:
    """Return what happened as a sentence in the active language."""
    if action in _SENTENCES:
        return _SENTENCES[action](told)
    return str(_PLAIN.get(action) or _("Other change."))


def person_id(detail: Mapping[str, object]) -> int | None:
    """Return the id of the person that an event names, None if it names nobody."""
    value = detail.get("assignee_id")
    return value if isinstance(value, int) else None


_PLAIN = {
    EDITED: gettext_lazy("Edited by its source."),
    "document.deleted": gettext_lazy("Content removed."),
    "draft.created": gettext_lazy("Draft created."),
    "draft.changed": gettext_lazy("Draft changed."),
    "draft.approval_requested": gettext_lazy("Approval of the draft requested."),
    "draft.approved": gettext_lazy("Draft approved."),
    "draft.changes_requested": gettext_lazy("Changes to the draft requested."),
    "draft.discarded": gettext_lazy("Draft discarded."),
    "note.created": gettext_lazy("Internal note written."),
    "note.edited": gettext_lazy("Internal note edited."),
    "note.deleted": gettext_lazy("Internal note deleted."),
    "draft.released": gettext_lazy("Reply queued for sending."),
    "draft.send_canceled": gettext_lazy("Sending of the reply canceled."),
    "story.joined": gettext_lazy("Joined with another story."),
    "story.split": gettext_lazy("Taken out of its story."),
}
_UNDONE = {
    "mention.status": gettext_lazy("Status change undone."),
    "mention.assigned": gettext_lazy("Assignment undone."),
    "mention.tagged": gettext_lazy("Change of tags undone."),
    "mention.founded": gettext_lazy("Assessment of the complaint undone."),
    "mention.relevant": gettext_lazy("Marking as relevant undone."),
    "mention.reason": gettext_lazy("Reason for not replying undone."),
    "mention.snoozed": gettext_lazy("Snooze undone."),
    "mention.sentiment": gettext_lazy("Correction of the sentiment undone."),
    "draft.sent": gettext_lazy("Marked as not replied; the draft is open again."),
    "story.joined": gettext_lazy("Joining of stories undone."),
    "story.split": gettext_lazy("Split from the story undone."),
}
_MUTED_BY = {
    Mute.Kind.AUTHOR: gettext_lazy("Ignored because the author “%(name)s” is muted."),
    Mute.Kind.SOURCE: gettext_lazy("Ignored because the source “%(name)s” is muted."),
    Mute.Kind.DOMAIN: gettext_lazy("Ignored because the domain “%(name)s” is muted."),
    Mute.Kind.STORY: gettext_lazy("Ignored because the story “%(name)s” is muted."),
}


def _found(told: Told) -> str:
    return _("Found for the keyword “%(name)s”.") % {"name": told.keyword}


def _muted(told: Told) -> str:
    return str(_MUTED_BY[Mute.Kind(str(told.detail["kind"]))]) % {"name": told.detail["label"]}


def _status(told: Told) -> str:
    text = _("Status changed to “%(status)s”.") % {"status": Mention.Status(str(told.detail["status"])).label}
    return f"{text} {_reason_sentence(told)}" if told.detail.get("reason") else text


def _assigned(told: Told) -> str:
    assignee = person_id(told.detail)
    if assignee is None:
        return _("Assignee removed.")
    if assignee == told.me.pk:
        return _("Assigned to you.")
    person = told.people.get(assignee)
    return _("Assigned to %(name)s.") % {"name": person.name if person else _("a deleted account")}


def _tagged(told: Told) -> str:
    """Return the tags that changed for this item, which can be fewer than those that were set."""
    added, removed = (_texts(told.before.get(name) or told.detail.get(name)) for name in ("added", "removed"))
    tags = get_text_list([_("“%(text)s”") % {"text": tag} for tag in added or removed], _("and"))
    if added:
        return ngettext("Tag added: %(tags)s.", "Tags added: %(tags)s.", len(added)) % {"tags": tags}
    return ngettext("Tag removed: %(tags)s.", "Tags removed: %(tags)s.", len(removed)) % {"tags": tags}


def _founded(told: Told) -> str:
    value = told.detail.get("is_founded")
    if value is None:
        return _("Assessment of the complaint removed.")
    return _("Complaint marked as founded.") if value else _("Complaint marked as unfounded.")


def _relevant(told: Told) -> str:
    return _("Marked as relevant.") if told.detail.get("is_relevant") else _("No longer marked as relevant.")


def _reason(told: Told) -> str:
    return _reason_sentence(told) if told.detail.get("reason") else _("Reason for not replying removed.")


def _reason_sentence(told: Told) -> str:
    reason, note = str(told.detail["reason"]), told.detail.get("reason_note")
    label = Triage.Reason(reason).label
    if note:
        return _("Reason for not replying: %(reason)s (%(note)s).") % {"reason": label, "note": note}
    return _("Reason for not replying: %(reason)s.") % {"reason": label}


def _snoozed(told: Told) -> str:
    until = told.detail.get("snoozed_until")
    time = parse_datetime(until) if isinstance(until, str) else None
    return snoozed_until(time, timezone.now()) if time else _("Snooze ended.")


def snoozed_until(until: datetime, now: datetime) -> str:
    """Return the sentence about a snooze."""
    return _("Snoozed until %(time)s.") % {"time": day_and_time(until, now)}


def _sentiment(told: Told) -> str:
    label = told.detail.get("sentiment")
    if not label:
        return _("Correction of the sentiment undone.")
    return _("Sentiment corrected to “%(label)s”.") % {"label": Mention.Sentiment(str(label)).label}


def _sent(told: Told) -> str:
    account = told.detail.get("account")
    return (
        _("Reply published with %(account)s.") % {"account": account} if account else _("Reply marked as published.")
    )


def _not_sent(told: Told) -> str:
    code = told.detail.get("error")
    text = _("The reply was not published.")
    return f"{text} {reply_error_text(str(code)).message}" if code else text


def _picked(told: Told) -> str:
    return _("Added to the collection “%(name)s”.") % {"name": told.detail.get("name", "")}


def _undone(told: Told) -> str:
    return str(_UNDONE.get(str(told.detail.get("change"))) or _("Change undone."))


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


_SENTENCES: dict[str, Callable[[Told], str]] = {
    FOUND: _found,
    MUTED: _muted,
    "mention.status": _status,
    "mention.assigned": _assigned,
    "mention.tagged": _tagged,
    "mention.founded": _founded,
    "mention.relevant": _relevant,
    "mention.reason": _reason,
    "mention.snoozed": _snoozed,
    "mention.sentiment": _sentiment,
    "mention.undone": _undone,
    "mention.picked": _picked,
    "draft.sent": _sent,
    "draft.send_failed": _not_sent,
}
