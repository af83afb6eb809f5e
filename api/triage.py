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
from pydantic import AwareDatetime, Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import ActivityEntry, Project, Role, User
from api.problems import Conflicting, InvalidField, field_error
from api.schemas import UNSET, Body, Items, MentionStatus, PersonOut, Text
from monitoring.content.values import MAX_ID
from monitoring.insights.history import Event, history_of
from monitoring.insights.periods import FIRST_YEAR, LAST_YEAR
from monitoring.models import Mention, Triage
from monitoring.models.triage import MAX_REASON_NOTE, MAX_TAG
from monitoring.services import triage
from monitoring.services.mention_tags import MAX_TAGS
from monitoring.services.triage_log import Change, Conflict
from workplace.assignment import assign

router = Router(tags=["triage"])
MAX_MENTIONS = 200  # per request
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Tag = Annotated[Text, Field(min_length=1, max_length=MAX_TAG)]
Tags = Annotated[list[Tag], Field(min_length=1, max_length=MAX_TAGS)]
# The other times of Python's calendar don't exist in every time zone.
Time = Annotated[
    AwareDatetime, Field(ge=datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), lt=datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))
]
CHANGES = ("status", "assignee", "add_tags", "remove_tags", "founded", "reason", "snoozed_until")

if TYPE_CHECKING:
    Reason = str  # mypy accepts no Literal of computed values
else:
    Reason = Literal[("", *Triage.Reason.values)]


class OneChange(Body):
    """One change of items. `reason` can also go with `status` "ignored"."""

    status: MentionStatus = UNSET
    assignee: Id | None = Field(None, description="the ID of a member, null for nobody")
    add_tags: Tags = UNSET
    remove_tags: Tags = UNSET
    founded: bool | None = Field(None, description="whether a complaint is founded; null removes what was set")
    reason: Reason = Field(UNSET, description='why there is deliberately no reply; "" removes it')
    reason_note: Text = Field("", max_length=MAX_REASON_NOTE)
    snoozed_until: Time | None = Field(None, description="with an offset; null ends the snooze")


class ChangeIn(OneChange):
    """The mentions and one change of their items. `reason` can also go with `status` "ignored"."""

    mention_ids: Annotated[list[Id], Field(max_length=MAX_MENTIONS)]
    expected: str | int | None = Field(None, description="the `status` or `assignee` that you saw, for all mentions")


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
    """Make one change to the items of these mentions. With `expected`, a status or assignee that somebody else has
    changed meanwhile is a 409 that names the present value, and nothing is changed.
    """
    project = membership_of(request.user, project_id, Role.MANAGER).project
    check_one_change(change)
    with transaction.atomic():
        result = _apply(project, request.user, change)
        if result.conflicts:
            raise Conflicting(
                _("Somebody else has changed this meanwhile."), [_error(one) for one in result.conflicts]
            )
    return result


@router.post("/projects/{int:project_id}/changes/{int:change_id}/undo", response=ChangeOut)
def undo_change(request: SignedInRequest, project_id: int, change_id: int) -> Change:
    """Undo a change, except for values that were changed again since."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        return triage.undo(project, request.user, change_id)
    except ActivityEntry.DoesNotExist:
        raise Http404 from None


@router.get("/projects/{int:project_id}/mentions/{int:mention_id}/history", response=Items[EventOut])
def get_history(request: SignedInRequest, project_id: int, mention_id: int) -> dict[str, list[Event]]:
    """Return what happened to the item of a mention, oldest first: when keywords matched it, and every change."""
    project = membership_of(request.user, project_id).project
    mention = Mention.objects.filter(pk=mention_id, keyword__project=project).only("document_id").first()
    if mention is None:
        raise Http404
    return {"items": history_of(project.pk, mention.document_id)}


def check_one_change(change: OneChange) -> None:
    given = [name for name in CHANGES if name in change.model_fields_set]
    is_ignored_for_a_reason = given == ["status", "reason"] and change.status == Mention.Status.IGNORED
    if len(given) != 1 and not is_ignored_for_a_reason:
        raise InvalidField(given[-1] if given else "status", _("Send exactly one change."), "one_change")


def _apply(project: Project, user: User, change: ChangeIn) -> Change:
    given, ids = change.model_fields_set, change.mention_ids
    expected: Any = dict.fromkeys(ids, change.expected) if "expected" in given else None
    if change.status:
        more = {"reason": change.reason or "", "reason_note": change.reason_note}
        return triage.set_status(project, user, ids, change.status, expected=expected, **more)
    if "assignee" in given:
        person = User.objects.filter(pk=change.assignee).first() if change.assignee else None
        try:
            if change.assignee and not person:
                raise ValueError
            return assign(project, user, ids, person, expected=expected)
        except ValueError:
            raise InvalidField("assignee", _("This person isn’t a member of the project."), "unknown") from None
    if expected is not None:
        raise InvalidField("expected", _("Only a status or an assignee can be expected."), "invalid")
    return _apply_detail(project, user, change)


def _apply_detail(project: Project, user: User, change: ChangeIn) -> Change:
    given, ids = change.model_fields_set, change.mention_ids
    if change.add_tags:
        return triage.add_tags(project, user, ids, change.add_tags)
    if change.remove_tags:
        return triage.remove_tags(project, user, ids, change.remove_tags)
    if "founded" in given:
        return triage.set_founded(project, user, ids, change.founded)
    if "snoozed_until" in given:
        return triage.snooze(project, user, ids, change.snoozed_until)
    return triage.set_reason(project, user, ids, change.reason, change.reason_note)


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
