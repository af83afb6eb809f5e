"""The interactions that single posts gained in each time window, from the series of their counts."""

from collections import Counter
from datetime import timedelta

from django.db import connection

from alerts.readings.base import Counts, Request
from monitoring.insights.sql import statement

# Posts are looked up again for some weeks at most, so the series of older ones has ended.
RECENT = timedelta(days=30)

# The counts of a post are read at irregular times: what it gained in a window is the sum of the differences of the
# points in it, each to the point before. Only the best post of each group and window is returned.
_BEST = """
WITH posts AS ({posts}), gains AS (
    SELECT document_id, ceil(extract(epoch FROM %s - at)::float8 / %s)::int - 1 AS number, sum(gain) AS gained
    FROM (
        SELECT p.document_id, p.at, p.engagement - lag(p.engagement) OVER (PARTITION BY p.document_id ORDER BY p.at)
            AS gain
        FROM monitoring_engagementpoint p
        WHERE p.document_id IN (SELECT document_id FROM posts) AND p.engagement IS NOT NULL AND p.at < %s
    ) AS differences
    WHERE gain IS NOT NULL AND at >= %s
    GROUP BY 1, 2
)
SELECT posts."group", gains.number, max(gains.gained)::int FROM gains JOIN posts USING (document_id) GROUP BY 1, 2
"""


def growth(request: Request) -> Counts:
    """Return the most that one post gained, as a key: posts that were found in the last 30 days and still exist."""
    found = request.filter(request.now - RECENT).conditions().filter(keyword_id__in=request.keywords)
    rows = found.annotate(group=request.group).filter(document__deleted_at=None, document__points__isnull=False)
    part = statement(rows.values("group", "document_id").distinct().order_by())
    if part is None:
        return {}
    sql, params = part
    step, counts = request.windows.step.total_seconds(), {}
    with connection.cursor() as cursor:
        cursor.execute(_BEST.format(posts=sql), [*params, request.now, step, request.now, request.since])
        for group, number, gained in cursor.fetchall():
            counts[group, number] = Counter({max(gained, 0): 1})
    return counts
