"""The API's triage: change the work on mentions, undo a change, and read the history of an item.

Members read, managers write through monitoring/services/triage.py and workplace/assignment.py. Mounted by api/app.py,
which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from accounts.access import SignedInRequest, membership_of
from accounts.models import ActivityEntry, Project, Role, User
from accounts.projects import active_members
from api.items import document_of
from api.problems import Conflicting, InvalidField, field_error
from api.schemas import UNSET, Body, Id, Items, Label, MentionStatus, PersonOut, Text
from monitoring.insights.history import Event, history_of
from monitoring.insights.periods import FIRST_YEAR, LAST_YEAR
from monitoring.insights.stories import every_mention, with_alike, with_stories
from monitoring.models import Mention, Triage
from monitoring.models.triage import MAX_REASON_NOTE, MAX_TAG
from monitoring.services import triage
from monitoring.services.corrections import correct_sentiment
from monitoring.services.mention_tags import MAX_TAGS, normal_tag, normal_tags
from monitoring.services.triage import checked_reason, utc_text
from monitoring.services.triage_log import Change, Conflict, Value
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
from workplace.undo import undo

router = Router(tags=["triage"])
MAX_MENTIONS = 200  # per request
Tag = Annotated[Text, Field(min_length=1, max_length=MAX_TAG)]
Tags = Annotated[list[Tag], Field(min_length=1, max_length=MAX_TAGS)]
# The other times of Python's calendar don't exist in every time zone.
Time = Annotated[
    AwareDatetime, Field(ge=datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), lt=datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))
]
CHANGES = (
    *("status", "assignee", "add_tags", "remove_tags", "founded", "relevant"),
    *("reason", "snoozed_until", "sentiment"),
)

if TYPE_CHECKING:
    Reason = str  # mypy accepts no Literal of computed values
else:
    Reason = Literal[("", *Triage.Reason.values)]

# The type of what was seen before each change.
EXPECTED: dict[str, TypeAdapter[Any]] = {
    "status": TypeAdapter(MentionStatus),
    "assignee": TypeAdapter(Id | None),
    "add_tags": TypeAdapter(list[Tag]),
    "remove_tags": TypeAdapter(list[Tag]),
    "founded": TypeAdapter(bool | None),
    "relevant": TypeAdapter(Literal[True] | None),
    "reason": TypeAdapter(Reason),
    "snoozed_until": TypeAdapter(Time | None),
}


class OneChange(Body):
    """One change of items. `reason` can also go with `status` "ignored"."""

    status: MentionStatus = UNSET
    assignee: Id | None = Field(None, description="the ID of a member, null for nobody")
    add_tags: Tags = UNSET
    remove_tags: Tags = UNSET
    founded: bool | None = Field(None, description="whether a complaint is founded; null removes what was set")
    relevant: Literal[True] | None = Field(
        None, description="true if the item isn’t noise, so it isn’t suggested as such; null removes what was set"
    )
    reason: Reason = Field(UNSET, description='why there is deliberately no reply; "" removes it')
    reason_note: Text = Field("", max_length=MAX_REASON_NOTE)
    snoozed_until: Time | None = Field(None, description="with an offset; null ends the snooze")


class ChangeIn(OneChange):
    """The mentions and one change of their items. `reason` can also go with `status` "ignored"."""

    mention_ids: Annotated[list[Id], Field(max_length=MAX_MENTIONS)]
    sentiment: Label | None = Field(None, description="of these mentions alone; null undoes corrections")
    whole_stories: bool = Field(False, description="also all other items of their stories")
    read_at: Time | None = Field(
        None, description="when you read the items: what somebody else has changed since is a conflict"
    )
    expected: bool | int | Text | list[Tag] | None = Field(
        None,
        description="the value that you saw, for all mentions: of the field that you change; of tags, all of them",
    )


class ChangeOut(Schema):
    id: int | None = Field(alias="entry_id", description="undoes the change; null if nothing changed")
    document_ids: list[int] = Field(description="the documents that changed")


class EventOut(Schema):
    at: datetime
    action: str
    user: PersonOut | None = Field(description="null for what Vigie did, or whose account is deleted")
    keyword: str = Field(description="the keyword of a match")
    change_id: int | None = Field(alias="entry_id")
    detail: dict[str, Any]
    before: dict[str, Any] = Field(description="the values that were replaced")


@router.post("/projects/{int:project_id}/changes", response=ChangeOut)
def change_mentions(request: SignedInRequest, project_id: int, change: ChangeIn) -> Change:
    """Make one change to the items of these mentions, with `whole_stories` to all items of their stories. With
    `expected` or `read_at`, a value that somebody else has changed meanwhile is a 409 that names the present one, and
    nothing is changed; without both, the last change counts.
    """
    project = membership_of(request.user, project_id, Role.MANAGER).project
    check_one_change(change)
    with transaction.atomic():
        result = _apply(project, request.user, change)
        raise_conflicts(result)
    return result


@router.post("/projects/{int:project_id}/changes/{int:change_id}/undo", response=ChangeOut)
def undo_change(request: SignedInRequest, project_id: int, change_id: int) -> Change:
    """Undo a change, also another one in a history, except for values that were changed again since."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        return undo(project, request.user, change_id)
    except ActivityEntry.DoesNotExist:
        raise Http404 from None


@router.get("/projects/{int:project_id}/mentions/{int:mention_id}/history", response=Items[EventOut])
def get_history(request: SignedInRequest, project_id: int, mention_id: int) -> dict[str, list[Event]]:
    """Return what happened to the item of a mention, oldest first: when keywords matched it, and every change."""
    project = membership_of(request.user, project_id).project
    return {"items": history_of(project.pk, document_of(project.pk, mention_id))}


def raise_conflicts(change: Change) -> None:
    """Raise Conflicting if somebody else has changed a value: the transaction of the caller changes nothing then."""
    if change.conflicts:
        raise Conflicting(_("Somebody else has changed this meanwhile."), [_error(one) for one in change.conflicts])


def check_one_change(change: OneChange) -> None:
    given = [name for name in CHANGES if name in change.model_fields_set]
    is_ignored_for_a_reason = given == ["status", "reason"] and change.status == Mention.Status.IGNORED
    if len(given) != 1 and not is_ignored_for_a_reason:
        raise InvalidField(given[-1] if given else "status", _("Send exactly one change."), "one_change")


def operation_of(project: Project, change: OneChange) -> Operation:
    """Return the operation of one change. Raises InvalidField for an assignee who is no active member."""
    given = change.model_fields_set
    if change.status:
        return SetStatus(change.status, *checked_reason(change.reason or "", change.reason_note))
    if change.add_tags:
        return AddTags(normal_tags(change.add_tags))
    if change.remove_tags:
        return RemoveTags(normal_tags(change.remove_tags))
    if "founded" in given:
        return SetFounded(change.founded)
    if "relevant" in given:
        return SetRelevant(change.relevant)
    if "snoozed_until" in given:
        return Snooze(utc_text(change.snoozed_until))
    if "reason" in given:
        return SetReason(*checked_reason(change.reason, change.reason_note))
    if change.assignee and change.assignee not in {person.pk for person in active_members(project)}:
        raise InvalidField("assignee", _("This person isn’t a member of the project."), "unknown")
    return Assign(change.assignee)


def _apply(project: Project, user: User, change: ChangeIn) -> Change:
    given, ids = change.model_fields_set, change.mention_ids
    f = every_mention(project.pk) if change.whole_stories else None
    if "sentiment" in given:
        if "expected" in given:
            raise InvalidField("expected", _("Send “read_at” with a sentiment."), "invalid")
        ids = with_alike(f, ids) if f else ids
        return correct_sentiment(project, user, ids, change.sentiment or "", change.read_at)
    seen = dict.fromkeys(ids, _expected(change)) if "expected" in given else None
    operation, ids = operation_of(project, change), with_stories(f, ids) if f else ids
    if not isinstance(operation, Assign):
        return triage.change(project, user, ids, operation, seen, change.read_at)
    person = User.objects.get(pk=operation.assignee_id) if operation.assignee_id else None
    return assign(project, user, ids, person, expected=seen, read_at=change.read_at)


def _expected(change: ChangeIn) -> Value:
    """Return the value that the caller saw as an operation compares it. Raises InvalidField for another type."""
    name = next(name for name in CHANGES if name in change.model_fields_set)
    try:
        value = EXPECTED[name].validate_python(change.expected)
    except ValidationError:
        raise InvalidField("expected", _("This isn’t a value of the field that you change."), "invalid") from None
    if isinstance(value, list):
        return sorted({normal_tag(tag) for tag in value})
    return utc_text(value) if isinstance(value, datetime) else value


def _error(conflict: Conflict) -> dict[str, object]:
    """Return an entry of a problem's `errors`: the present value, null for nobody, and who set it when."""
    error = field_error(
        "expected",
        _("Somebody else has changed this meanwhile."),
        "conflict",
        mention_id=conflict.mention_id,
        user=conflict.user and {"id": conflict.user.pk, "name": conflict.user.name},
        at=conflict.at,
    )
    return {**error, "value": conflict.value}
