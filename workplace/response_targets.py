"""Read and change a project's response target. Called by the settings page and the API."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User
from workplace import due
from workplace.holiday_calendars import NONE, OF_ZONE
from workplace.models import ResponseTarget
from workplace.project_rules import change_rules

SUGGESTED_HOURS = 8
MIN_SPAN = 60  # minutes: shorter working days are typing errors
RECOMPUTE_S = 2  # while the person waits; the rest is done by tasks.py


def target_of(project: Project) -> ResponseTarget:
    """Return the project's target; it has no hours if none was set."""
    return ResponseTarget.objects.filter(project=project).first() or ResponseTarget(project=project)


def suggested_target(project: Project, user: User) -> ResponseTarget:
    """Return what a project without a target is offered: 8 office hours where the person is, not stored."""
    return ResponseTarget(
        project=project,
        hours=SUGGESTED_HOURS,
        time_zone=user.time_zone,
        calendar=OF_ZONE.get(user.time_zone, NONE),
    )


def check_week(week: Sequence[Sequence[int] | None]) -> dict[int | None, str]:
    """Return what is wrong with working hours, by weekday; under None, what is wrong with the whole week."""
    too_short = _("Enter a time at least one hour after the start.")
    problems: dict[int | None, str] = {
        weekday: too_short for weekday, span in enumerate(week) if span and span[1] - span[0] < MIN_SPAN
    }
    if not any(week):
        problems[None] = _("Enter the hours of at least one working day.")
    return problems


def set_target(project: Project, user: User, **values: object) -> None:
    """Change the target and when open items are due; `values` are fields of ResponseTarget."""
    target = _change(project, user, values)
    if target.changed_at:
        due.recompute(target, RECOMPUTE_S)


@transaction.atomic
def _change(project: Project, user: User, values: dict[str, object]) -> ResponseTarget:
    target, changes = change_rules(ResponseTarget, project, user, "response_target.changed", values)
    if changes:
        target.changed_at = timezone.now()
        target.save(update_fields=["changed_at"])
    return target
