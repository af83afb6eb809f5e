"""The forms of the reading pane that change a mention: what was posted in, one operation of services/triage.py out.

A form has one of the fields below, and `expected`: the value that the person saw, one for all mentions or one for
each. Called by dashboards/views/triage.py.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User
from dashboards.forms.snooze import snooze_until
from monitoring.content.scrub import is_storable
from monitoring.content.values import read_id
from monitoring.insights.cursors import EPOCH
from monitoring.models import Mention, Triage
from monitoring.models.triage import MAX_REASON_NOTE, MAX_TAG
from monitoring.services import triage
from monitoring.services.mention_tags import MAX_TAGS, normal_tags
from monitoring.services.triage_log import Change, Expected, Value
from monitoring.services.triage_operations import (
    AddTags,
    Assign,
    Operation,
    RemoveTags,
    SetFounded,
    SetReason,
    SetRelevant,
    SetStatus,
    Snooze,
)
from workplace.assignment import assign

Values = Mapping[str, str]
NOBODY = "none"
LAST_SECOND = 10**11  # far from the last year of datetime
FOUNDED = {"true": True, "false": False, "": None}
RELEVANT = {"true": True, "": None}


def read_change(user: User, data: QueryDict) -> Operation:
    """Return the posted change. Raises ValidationError by field."""
    values = {name: str(value) for name, value in data.items()}
    field = next((name for name in _READERS if name in values), None)
    if field is None:
        raise ValidationError({"status": _("Choose a value from the list.")})
    return _READERS[field](user, values)


def read_expected(operation: Operation, data: QueryDict) -> Expected | None:
    """Return the values that the person saw, by mention; None if the form has none."""
    ids, texts = data.getlist("id"), data.getlist("expected")
    if not texts or isinstance(operation, AddTags | RemoveTags):  # two people tag without a conflict
        return None
    if len(texts) == 1:
        texts *= len(ids)
    values = {read_id(one): _expected(operation, text) for one, text in zip(ids, texts, strict=False)}
    return {number: value for number, value in values.items() if number is not None}


def read_time(data: QueryDict) -> datetime | None:
    """Return when the page was read (`read_at` in seconds since 1970, UTC), None if it doesn't say so."""
    seconds = read_id(data.get("read_at", ""))
    return EPOCH + timedelta(seconds=seconds) if seconds and seconds < LAST_SECOND else None


def apply_change(
    operation: Operation,
    project: Project,
    user: User,
    ids: list[int],
    expected: Expected | None,
    read_at: datetime | None = None,
) -> Change:
    """Make the change. Raises ValidationError for an assignee who is no active member."""
    if not isinstance(operation, Assign):
        return triage.change(project, user, ids, operation, expected, read_at)
    try:
        person = None if operation.assignee_id is None else User.objects.get(pk=operation.assignee_id)
        return assign(project, user, ids, person, expected=expected, read_at=read_at)
    except (User.DoesNotExist, ValueError):
        raise ValidationError({"assignee": _("This person isn’t a member of the project.")}) from None


def _status(user: User, data: Values) -> Operation:
    status = _one_of("status", data["status"], Mention.Status.values)
    is_ignored = status == Mention.Status.IGNORED
    return SetStatus(status, *_reason_and_note(data)) if is_ignored else SetStatus(status)


def _reason(user: User, data: Values) -> Operation:
    return SetReason(*_reason_and_note(data))


def _reason_and_note(data: Values) -> tuple[str, str]:
    reason = _one_of("reason", data.get("reason", ""), ["", *Triage.Reason.values])
    note = data.get("reason_note", "").strip()
    if len(note) > MAX_REASON_NOTE:
        raise ValidationError({"reason_note": _("This text is too long.")})
    return triage.checked_reason(reason, note)


def _assignee(user: User, data: Values) -> Operation:
    if data["assignee"] == NOBODY:
        return Assign(None)
    # No account has the id 0.
    return Assign(read_id(data["assignee"]) or 0)


def _new_tags(user: User, data: Values) -> Operation:
    text = data["add_tag"]
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not is_storable(text):
        raise ValidationError({"add_tag": _("This contains an invalid character.")})
    if len(parts) > MAX_TAGS or any(len(part) > MAX_TAG for part in parts):
        raise ValidationError({"add_tag": _("This text is too long.")})
    if not (tags := normal_tags(parts)):
        raise ValidationError({"add_tag": _("Enter a tag.")})
    return AddTags(tags)


def _former_tag(user: User, data: Values) -> Operation:
    return RemoveTags(normal_tags([data["remove_tag"]]))


def _founded(user: User, data: Values) -> Operation:
    return SetFounded(FOUNDED[_one_of("founded", data["founded"], list(FOUNDED))])


def _relevant(user: User, data: Values) -> Operation:
    return SetRelevant(RELEVANT[_one_of("relevant", data["relevant"], list(RELEVANT))])


def _snooze(user: User, data: Values) -> Operation:
    until = snooze_until(data["snooze"], data.get("until", ""), timezone.now(), user.zone)
    return Snooze(triage.utc_text(until))


def _one_of(field: str, value: str, known: list[str]) -> str:
    if value not in known:
        raise ValidationError({field: _("Choose a value from the list.")})
    return value


# "status" comes first: the form that ignores a mention has a reason, too.
_READERS: dict[str, Callable[[User, Values], Operation]] = {
    "status": _status,
    "reason": _reason,
    "assignee": _assignee,
    "add_tag": _new_tags,
    "remove_tag": _former_tag,
    "founded": _founded,
    "relevant": _relevant,
    "snooze": _snooze,
}


def _expected(operation: Operation, text: str) -> Value:
    if isinstance(operation, Assign):
        return read_id(text)
    if isinstance(operation, SetFounded):
        return FOUNDED.get(text)
    if isinstance(operation, SetRelevant):
        return RELEVANT.get(text)
    return text or None if isinstance(operation, Snooze) else text
