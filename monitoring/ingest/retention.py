"""Delete documents older than DOCUMENT_RETENTION_DAYS that no keyword matches, old outage history and raw items.

Called by a daily task.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Project
from monitoring.ingest.project_lock import lock_project_exclusive
from monitoring.ingest.references import deletes_of_references

# Batches keep transactions short with millions of documents.
BATCH = 5000
# 13 months: a month can be compared with the same month a year earlier.
PERIOD_RETENTION = timedelta(days=396)
RAW_RETENTION = timedelta(days=7)

_EXPIRED = """
SELECT id FROM monitoring_document
WHERE project_id = %(project)s AND id > %(last)s AND fetched_at < %(before)s ORDER BY id LIMIT %(batch)s
"""
_THESE = "SELECT unnest(%s::bigint[]) AS id"
_DELETE_PERIODS = """
DELETE FROM monitoring_sourceperiod
WHERE id IN (SELECT id FROM monitoring_sourceperiod WHERE ended_at < %s ORDER BY id LIMIT %s)
"""
# Skips rows that an edit is replacing: it would otherwise wait for them in another order than theirs.
_DELETE_RAW_ITEMS = """
DELETE FROM monitoring_rawitem WHERE document_id IN (
    SELECT document_id FROM monitoring_rawitem WHERE stored_at < %s ORDER BY stored_at LIMIT %s FOR UPDATE SKIP LOCKED
)
"""


def delete_expired_documents() -> int:
    """Delete the expired documents of all projects, batch by batch. Return their number."""
    before = timezone.now() - timedelta(days=settings.DOCUMENT_RETENTION_DAYS)
    return sum(
        _delete(project_id, before) for project_id in Project.objects.order_by("id").values_list("id", flat=True)
    )


def _delete(project_id: int, before: datetime) -> int:
    """Delete the expired documents of a project, by id: no batch reads again the documents that an earlier kept."""
    deleted, last = 0, 0
    while last is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            # Otherwise a backfill could insert a mention of a document that is being deleted.
            lock_project_exclusive(project_id)
            cursor.execute(
                _statement(_EXPIRED), {"project": project_id, "last": last, "before": before, "batch": BATCH}
            )
            last, count = cursor.fetchone()
        deleted += count
    return deleted


def _statement(page: str) -> str:
    """Return the statement that deletes the documents of a page that no keyword matches, with all their rows."""
    return f"""
WITH page AS ({page}), expired AS (
    SELECT id FROM page WHERE NOT EXISTS (SELECT 1 FROM monitoring_mention m WHERE m.document_id = page.id)
), {deletes_of_references("expired")}, documents AS (
    DELETE FROM monitoring_document WHERE id IN (SELECT id FROM expired) RETURNING id
)
SELECT (SELECT max(id) FROM page), (SELECT count(*) FROM documents)
"""


def delete_unmatched(project_id: int, document_ids: list[int]) -> int:
    """Delete those of these documents of a project that no keyword matches. Return their number."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_project_exclusive(project_id)
        cursor.execute(_statement(_THESE), [document_ids])
        return cursor.fetchone()[1]


def delete_old_periods() -> int:
    """Delete the outage history that ended more than 13 months ago. Return the number of periods."""
    return _delete_in_batches(_DELETE_PERIODS, timezone.now() - PERIOD_RETENTION)


def delete_old_raw_items() -> int:
    """Delete the items of platforms as received after 7 days. Return their number."""
    return _delete_in_batches(_DELETE_RAW_ITEMS, timezone.now() - RAW_RETENTION)


def _delete_in_batches(statement: str, before: datetime) -> int:
    """Run a DELETE with a time and a LIMIT until nothing is left. Return the number of rows."""
    deleted, count = 0, BATCH
    while count == BATCH:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [before, BATCH])
            count = cursor.rowcount
        deleted += count
    return deleted
