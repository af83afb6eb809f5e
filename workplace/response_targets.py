"""Read and change a project's response target. Called by the settings page and the other modules of workplace/."""

from django.db import transaction

from accounts.activity_log import record
from accounts.models import Project, User
from workplace.holiday_calendars import NONE, OF_ZONE
from workplace.models import ResponseTarget

SUGGESTED_HOURS = 8


def target_of(project: Project) -> ResponseTarget:
    """Return the project's target, one that is not stored and has no hours if none was set."""
    return ResponseTarget.objects.filter(project=project).first() or ResponseTarget(project=project)


def suggested_target(project: Project, user: User) -> ResponseTarget:
    """Return what a project without a target is offered: 8 office hours where the person is, not stored."""
    return ResponseTarget(
        project=project,
        hours=SUGGESTED_HOURS,
        time_zone=user.time_zone,
        calendar=OF_ZONE.get(user.time_zone, NONE),
    )


@transaction.atomic
def set_target(project: Project, user: User, **values: object) -> None:
    """Change the target; `values` are fields of ResponseTarget."""
    ResponseTarget.objects.get_or_create(project=project)
    target = ResponseTarget.objects.select_for_update().get(project=project)
    changes = {name: value for name, value in values.items() if getattr(target, name) != value}
    if not changes:
        return
    for name, value in changes.items():
        setattr(target, name, value)
    target.save(update_fields=list(changes))
    record(project, user, "response_target.changed", project, **changes)
