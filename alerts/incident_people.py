"""Changes of an incident by people: acknowledge, assign, comment, work through its tasks and rate it.

In: an incident that no other one leads, a person, and a change. Out: rows, an entry in the log of the incident, and
emails to those whom the change concerns, in one transaction. Called by the incident pages, the links in messages and
the API.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity_log import record
from accounts.models import Project, User
from accounts.named_members import Member, stored
from alerts.incident_filters import subject_of
from alerts.incident_log import Kind, log
from alerts.incident_models import MAX_TEXT, MAX_TITLE, IncidentEntry, IncidentTask
from alerts.incident_updates import write_assigned, write_comment, write_task
from alerts.models import Incident
from monitoring.content.scrub import scrub

MAX_TASKS = 100  # of one incident


def acknowledge(incident: Incident, user: User) -> bool:
    """Acknowledge an incident. Return False if somebody has already acknowledged it.

    Who acknowledges it has it from then on, unless somebody else has.
    """
    with transaction.atomic():
        unacknowledged = Incident.objects.filter(pk=incident.pk, acknowledged_at=None)
        if not unacknowledged.update(acknowledged_at=timezone.now(), acknowledged_by=user):
            return False
        Incident.objects.filter(pk=incident.pk, assignee=None).update(assignee=user)
        record(incident.rule.project, user, "incident.acknowledged", subject_of(incident), incident=incident.pk)
        log(incident, Kind.ACKNOWLEDGED, user)
        return True


def assignees_of(project: Project) -> list[User]:
    """Return the active managers and admins by name: those who can be given incidents and tasks."""
    return sorted(project.managers(), key=lambda user: user.name.casefold())


def assign(incident: Incident, user: User, assignee_id: int | None) -> bool:
    """Give an incident to a manager or an admin, or to nobody. Return False if nothing changes. Raise ValidationError
    for anybody else.
    """
    assignee = _assignee(incident, assignee_id)
    with transaction.atomic():
        others = Incident.objects.filter(pk=incident.pk).exclude(assignee=assignee)
        if assignee is not None:
            others = others | Incident.objects.filter(pk=incident.pk, assignee=None)
        elif incident.assignee_id is None:
            return False
        if not others.update(assignee=assignee):
            return False
        entry = log(incident, Kind.ASSIGNED, user, person=assignee_id)
        record(incident.rule.project, user, "incident.assigned", subject_of(incident), incident=incident.pk)
        if assignee is not None and assignee != user:
            write_assigned(incident, entry, user, assignee)
        return True


def comment(incident: Incident, user: User, text: str) -> IncidentEntry:
    """Add a comment; members who are named with @ get an email. Raise ValidationError for a text that is empty or too
    long.
    """
    text = _checked(text, MAX_TEXT)
    people = User.objects.filter(memberships__project_id=incident.rule.project_id, is_active=True)
    text, mentioned = stored(text, [Member(one.pk, one.name, one.email) for one in people.order_by("pk")])
    with transaction.atomic():
        entry = log(incident, Kind.COMMENT, user, text=text, mentioned=mentioned)
        record(incident.rule.project, user, "incident.commented", subject_of(incident), incident=incident.pk)
        write_comment(incident, entry, user)
        return entry


def add_task(incident: Incident, user: User, title: str, assignee_id: int | None = None) -> IncidentTask:
    """Add a task. Raise ValidationError for a title that is empty or too long, and as `assign`."""
    title = " ".join(_checked(title, MAX_TITLE, "title").split())
    assignee = _assignee(incident, assignee_id)
    with transaction.atomic():
        Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        if incident.tasks.count() >= MAX_TASKS:
            message = _("This incident has no room for more tasks.")
            raise ValidationError({"title": ValidationError(message, code="too_many")})
        task = IncidentTask.objects.create(incident=incident, title=title, assignee=assignee)
        entry = log(incident, Kind.TASK_ADDED, user, text=title, person=assignee_id)
        if assignee is not None and assignee != user:
            write_task(incident, entry, user, assignee)
        return task


def assign_task(task: IncidentTask, user: User, assignee_id: int | None) -> None:
    """Give a task to a manager or an admin, or to nobody. Raise as `assign`."""
    assignee = _assignee(task.incident, assignee_id)
    with transaction.atomic():
        locked = IncidentTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
        if locked.assignee_id == assignee_id:
            return
        IncidentTask.objects.filter(pk=task.pk).update(assignee=assignee)
        entry = log(task.incident, Kind.TASK_ASSIGNED, user, text=task.title, person=assignee_id)
        if assignee is not None and assignee != user:
            write_task(task.incident, entry, user, assignee)


def set_task_done(task: IncidentTask, user: User, is_done: bool) -> None:
    """Check or uncheck a task; the log gets one entry per change."""
    with transaction.atomic():
        now = timezone.now()
        changed = IncidentTask.objects.filter(pk=task.pk, done_at__isnull=is_done)
        if changed.update(done_at=now if is_done else None, done_by=user if is_done else None):
            log(task.incident, Kind.TASK_DONE if is_done else Kind.TASK_REOPENED, user, at=now, text=task.title)


def rate(incident: Incident, user: User, usefulness: str) -> bool:
    """Say whether an incident was useful or a false alarm. Return False if it is rated so already."""
    with transaction.atomic():
        if not Incident.objects.filter(pk=incident.pk).exclude(usefulness=usefulness).update(usefulness=usefulness):
            return False
        record(incident.rule.project, user, "incident.rated", subject_of(incident), incident=incident.pk)
        log(incident, Kind.RATED, user, usefulness=usefulness)
        return True


def _assignee(incident: Incident, user_id: int | None) -> User | None:
    if user_id is None:
        return None
    if found := incident.rule.project.managers().filter(pk=user_id).first():
        return found
    message = _("Choose a manager or an admin of this project.")
    raise ValidationError({"assignee_id": ValidationError(message, code="invalid")})


def _checked(text: str, limit: int, field: str = "text") -> str:
    text = scrub(text).replace("\r\n", "\n").strip()
    if text and len(text) <= limit:
        return text
    message, code = (_("This text is too long."), "max_length") if text else (_("Enter a text."), "required")
    raise ValidationError({field: ValidationError(message, code=code)})
