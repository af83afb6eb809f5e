"""Sources that have gone silent: they are read, and had nothing new for a time in which several items are usual."""

from collections import Counter
from typing import Any

from django.db import connection

from alerts.readings.base import Counts, Request
from alerts.windows import PAST

# At a mean of 5 items per time window, a window without any comes by chance once in 150.
USUAL = 5

_SILENT = """
SELECT s.project_id, s.id, s.platform FROM monitoring_source s
WHERE s.project_id = ANY(%(projects)s) AND s.state = 'active' AND s.error_code = ''
    AND s.last_success_at > s.last_new_at AND s.last_success_at >= %(now)s - %(length)s
    AND s.last_new_at <= %(now)s - %(length)s AND s.created_at <= %(now)s - %(length)s
    AND (
        SELECT count(*) FROM monitoring_documentsource d
        WHERE d.source_id = s.id AND d.published > %(now)s - %(length)s - %(past)s
            AND d.published <= %(now)s - %(length)s
    ) * extract(epoch FROM %(length)s) >= %(usual)s * extract(epoch FROM %(past)s)
"""


def silent(request: Request) -> Counts:
    """Count silent sources: all of the project, or those that a filter selects by source or platform."""
    params: dict[str, Any] = {
        "projects": request.project_ids,
        "now": request.now,
        "length": request.windows.length,
        "past": PAST,
        "usual": USUAL,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, params)
        rows = cursor.fetchall()
    counts = {}
    for scope in request.scopes:
        selected = [row for row in rows if row[0] == scope.project_id and scope.selects_source(*row[1:])]
        for group in scope.keywords if request.is_shared else (0,):
            counts[group, 0] = Counter({1: len(selected)})
    return counts
