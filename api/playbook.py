"""The API's playbook: checklist, contacts, escalation and holding statements of a project.

Members read, admins change it, managers write holding statements, through alerts/playbooks.py. Mounted by api/app.py,
which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime
from typing import Annotated

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Project, Role, User
from alerts import playbooks
from alerts.incident_models import MAX_ESCALATION_MIN, MAX_TEXT, HoldingStatement, Playbook
from api.problems import InvalidField
from api.schemas import UNSET, Body, Id, PersonOut, Text

router = Router(tags=["playbook"])
PATH = "/projects/{int:project_id}/playbook"
STATEMENTS = f"{PATH}/statements"

LongText = Annotated[Text, Field(max_length=MAX_TEXT)]
Minutes = Annotated[int, Field(ge=1, le=MAX_ESCALATION_MIN)]
Audience = Annotated[Text, Field(max_length=100, description="for whom it is, such as customers or the press")]


class PlaybookPatch(Body):
    checklist: LongText = Field(UNSET, description="one task per line: new incidents start with them")
    contacts: LongText = Field(UNSET, description="one person per line")
    escalate_after: Minutes | None = Field(UNSET, description="minutes without acknowledgment; null for never")
    escalate_to: list[Id] = Field(UNSET, description="members; empty for all admins")


class StatementIn(Body):
    name: Audience
    text_fr: LongText = ""
    text_en: LongText = ""


class StatementPatch(Body):
    name: Audience = UNSET
    text_fr: LongText = UNSET
    text_en: LongText = UNSET


class StatementOut(Schema):
    id: int
    name: str
    text_fr: str
    text_en: str
    updated_at: datetime


class PlaybookOut(Schema):
    checklist: str
    contacts: str
    escalate_after: int | None
    escalate_to: list[PersonOut]
    statements: list[StatementOut]


@router.get(PATH, response=PlaybookOut)
def get_playbook(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """Return the playbook with its holding statements."""
    return _shown(membership_of(request.user, project_id).project)


@router.patch(PATH, response=PlaybookOut)
@transaction.atomic
def change_playbook(request: SignedInRequest, project_id: int, playbook: PlaybookPatch) -> dict[str, object]:
    """Change the fields that are sent. Admins only. Open incidents keep their tasks."""
    project = membership_of(request.user, project_id, Role.ADMIN).project
    changes = playbook.dict(exclude_unset=True)
    if "escalate_to" in changes:
        changes["escalate_to"] = _members(project, changes["escalate_to"])
    # The row stays locked until the change is stored: somebody else may change other fields.
    stored = Playbook.objects.select_for_update().filter(project=project).first() or Playbook(project=project)
    present = {name: getattr(stored, name) for name in ("checklist", "contacts", "escalate_after")}
    playbooks.save_playbook(project, request.user, **{**present, "escalate_to": _escalate_to(stored), **changes})
    return _shown(project)


@router.post(STATEMENTS, response={201: StatementOut})
def create_statement(request: SignedInRequest, project_id: int, statement: StatementIn) -> Status:
    """Create a holding statement, in French, in English, or both."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    made = HoldingStatement(project=project)
    return Status(201, _save(request.user, made, statement.dict()))


@router.patch(f"{STATEMENTS}/{{int:statement_id}}", response=StatementOut)
def change_statement(
    request: SignedInRequest, project_id: int, statement_id: int, statement: StatementPatch
) -> HoldingStatement:
    """Change the fields of a holding statement that are sent."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    return _save(request.user, _statement(project, statement_id), statement.dict(exclude_unset=True))


@router.delete(f"{STATEMENTS}/{{int:statement_id}}", response={204: None})
def delete_statement(request: SignedInRequest, project_id: int, statement_id: int) -> Status:
    """Delete a holding statement."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    playbooks.delete_statement(_statement(project, statement_id), request.user)
    return Status(204, None)


def _save(user: User, statement: HoldingStatement, values: dict[str, str]) -> HoldingStatement:
    values = {name: value.strip() for name, value in values.items()}
    if not values.get("name", "name"):
        raise InvalidField("name", _("This field is required."), "required")
    for name, value in values.items():
        setattr(statement, name, value)
    return playbooks.save_statement(statement.project, user, statement)


def _statement(project: Project, statement_id: int) -> HoldingStatement:
    return get_object_or_404(HoldingStatement.objects.select_related("project"), pk=statement_id, project=project)


def _members(project: Project, ids: list[int]) -> list[User]:
    """Return members by their ids. Raise InvalidField for anybody else."""
    found = list(User.objects.filter(pk__in=ids, memberships__project=project, is_active=True))
    if len(found) != len(set(ids)):
        raise InvalidField("escalate_to", _("Choose members of this project."), "invalid")
    return found


def _escalate_to(playbook: Playbook) -> list[User]:
    """Return the people of the escalation who are still members."""
    if playbook.pk is None:
        return []
    people = playbook.escalate_to.filter(memberships__project=playbook.project_id, is_active=True)
    return list(people.order_by("first_name", "email"))


def _shown(project: Project) -> dict[str, object]:
    playbook = playbooks.playbook_of(project)
    return {
        **{name: getattr(playbook, name) for name in ("checklist", "contacts", "escalate_after")},
        "escalate_to": _escalate_to(playbook),
        "statements": playbooks.statements_of(project),
    }
