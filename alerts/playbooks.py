"""The playbook of a project: what to do, whom to call and what to say in an incident, prepared in advance.

In: a project and what its admins and managers enter. Out: the playbook, and the tasks of a new incident. Called by the
page of settings, the incident pages and alerts/incidents.py.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import Project, User
from alerts.incident_models import MAX_TITLE, HoldingStatement, IncidentTask, Playbook
from alerts.models import Incident

MAX_TASKS = 50  # of a checklist
MAX_STATEMENTS = 50


def playbook_of(project: Project) -> Playbook:
    """Return the playbook, an unsaved one if nothing was set yet."""
    return Playbook.objects.filter(project=project).first() or Playbook(project=project)


def tasks_in(checklist: str) -> list[str]:
    """Return the tasks of a checklist, one per line."""
    return [line.strip()[:MAX_TITLE] for line in checklist.splitlines() if line.strip()][:MAX_TASKS]


def statements_of(project: Project) -> list[HoldingStatement]:
    return list(HoldingStatement.objects.filter(project=project).order_by("name", "pk"))


@transaction.atomic
def save_playbook(
    project: Project,
    user: User,
    checklist: str,
    contacts: str,
    escalate_after: int | None,
    escalate_to: list[User],
) -> Playbook:
    """Replace the playbook of a project. Members who are escalated to must be active members of it."""
    playbook, _is_new = Playbook.objects.update_or_create(
        project=project,
        defaults={"checklist": checklist, "contacts": contacts, "escalate_after": escalate_after},
    )
    playbook.escalate_to.set(escalate_to)
    record(project, user, "playbook.changed", project, escalate_after=escalate_after)
    return playbook


@transaction.atomic
def save_statement(project: Project, user: User, statement: HoldingStatement) -> HoldingStatement:
    """Create or change a holding statement. Raise ValidationError if it has no text or there are too many."""
    if not statement.text_fr.strip() and not statement.text_en.strip():
        message = _("Enter a text in French, in English, or both.")
        raise ValidationError({"text_fr": ValidationError(message, code="required")})
    is_new = statement.pk is None
    if is_new and HoldingStatement.objects.filter(project=project).count() >= MAX_STATEMENTS:
        message = _("This project has no room for more holding statements. Delete one first.")
        raise ValidationError({"name": ValidationError(message, code="too_many")})
    statement.project, statement.updated_at = project, timezone.now()
    statement.save()
    record(project, user, "statement.created" if is_new else "statement.changed", statement.name)
    return statement


@transaction.atomic
def delete_statement(statement: HoldingStatement, user: User) -> None:
    record(statement.project, user, "statement.deleted", statement.name)
    statement.delete()


def add_tasks_of_playbook(incident: Incident, now: datetime) -> None:
    """Give a new incident the tasks of the checklist."""
    playbook = playbook_of(incident.rule.project)
    IncidentTask.objects.bulk_create(
        IncidentTask(incident=incident, title=title, created_at=now) for title in tasks_in(playbook.checklist)
    )
