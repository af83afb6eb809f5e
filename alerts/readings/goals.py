"""Goals that are behind their pace or out of reach now; the time window and the filter do not matter."""

from collections import Counter

from django.db.models import Count

from alerts.readings.base import Counts, Request
from workplace.goals.pace import BEHIND, OUT_OF_REACH
from workplace.models import Goal


def goals(request: Request) -> Counts:
    """Count the goals of a project that need something, as workplace/goals/read.py last stored their status."""
    troubled = Goal.objects.filter(
        project__in=request.project_ids, status__in=(BEHIND, OUT_OF_REACH), ends_on__gte=request.now.date()
    )
    found = dict(troubled.values("project").annotate(goals=Count("pk")).order_by().values_list("project", "goals"))
    return {
        (group, 0): Counter({1: found.get(scope.project_id, 0)})
        for scope in request.scopes
        for group in (scope.keywords if request.is_shared else (0,))
    }
