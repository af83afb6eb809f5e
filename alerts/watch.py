"""Notice that rules are no longer evaluated, and tell the admins by email and through the channels of their project.

alerts/tasks.py records each complete evaluation. `report_late` runs every minute in the process that sends messages:
the one that evaluates may hang or be missing. `/healthz` and the pages of alerts read `late_since`.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.formats import moment
from accounts.models import Project
from alerts.models import EvaluationState
from delivery import outbox
from delivery.service_problems import ServiceProblem, emails, notices

# Rules are evaluated every minute.
LATE_AFTER = timedelta(minutes=5)


def record_evaluation(now: datetime) -> None:
    """Record that all rules were evaluated."""
    EvaluationState.objects.update_or_create(pk=1, defaults={"evaluated_at": now})


def late_since(now: datetime) -> datetime | None:
    """Return the time of the last evaluation if it is too long ago; None if not, or before the first one."""
    late = EvaluationState.objects.filter(evaluated_at__lt=now - LATE_AFTER)
    return late.values_list("evaluated_at", flat=True).first()


def report_late(now: datetime) -> None:
    """Write the messages that evaluation is late, or that it has resumed, once each."""
    state = EvaluationState.objects.first()
    if state is None:
        return
    is_late = state.evaluated_at < now - LATE_AFTER
    if is_late and state.late_since is None:
        _report(state, state.evaluated_at, _late(state.evaluated_at))
    elif not is_late and state.late_since is not None:
        _report(state, None, _resumed(state.late_since, state.evaluated_at))


def _report(state: EvaluationState, late_since: datetime | None, problem: ServiceProblem) -> None:
    """Store since when evaluation is late, by compare-and-set, and write the messages in the same transaction."""
    with transaction.atomic():
        unchanged = EvaluationState.objects.filter(pk=state.pk, late_since=state.late_since)
        if not unchanged.update(late_since=late_since):
            return
        for project in Project.objects.filter(rules__is_paused=False, deleted_at=None).distinct().order_by("pk"):
            for message in (*emails(project, problem), *notices(project, problem)):
                outbox.write(message)


def _late(since: datetime) -> ServiceProblem:
    return ServiceProblem(
        key=f"late:{since.timestamp():.0f}",
        title=lambda: _("Alert rules are not being evaluated"),
        sentence=lambda: (
            _(
                "Since %(time)s, Vigie has not evaluated the alert rules, so no alert can be triggered. Ask the "
                "server admin to check the worker of alerts and beat. Digests can be late, too."
            )
            % {"time": moment(since)}
        ),
        page="rules",
        link=lambda: _("View rules"),
    )


def _resumed(since: datetime, at: datetime) -> ServiceProblem:
    return ServiceProblem(
        key=f"resumed:{since.timestamp():.0f}",
        title=lambda: _("Alert rules are evaluated again"),
        sentence=lambda: (
            _(
                "Vigie evaluates the alert rules again. From %(start)s to %(end)s, they could not trigger an alert: "
                "check the mentions of this time."
            )
            % {"start": moment(since), "end": moment(at)}
        ),
        page="mentions",
        link=lambda: _("View mentions"),
        query="?period=7d",
    )
