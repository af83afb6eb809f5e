"""Goals that are behind their pace or out of reach now; the time window and the filter do not matter."""

from collections import Counter

from alerts.readings.base import Counts, Request
from workplace.goals.read import count_behind


def goals(request: Request) -> Counts:
    """Count the goals of a project that need something, as workplace/goals/read.py last stored their status."""
    found = count_behind(request.project_ids, request.now)
    return {
        (group, 0): Counter({1: found[scope.project_id]})
        for scope in request.scopes
        for group in (scope.keywords if request.is_shared else (0,))
    }
