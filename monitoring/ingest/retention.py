"""Lets go of documents that nobody will miss: past DOCUMENT_RETENTION_DAYS and matched by no keyword."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Project
from monitoring.ingest.project_lock import lock_project_exclusive

# Deleting by batches keeps transactions short (DESIGN.md: cheap at 10 million rows).
BATCH = 5000

DROP_BATCH = """
WITH page AS (
    SELECT id FROM monitoring_document
    WHERE project_id = %(project)s AND id > %(last)s AND fetched_at < %(before)s ORDER BY id LIMIT %(batch)s
), old AS (
    SELECT id FROM page WHERE NOT EXISTS (SELECT 1 FROM monitoring_mention m WHERE m.document_id = page.id)
), sightings AS (
    DELETE FROM monitoring_documentsource WHERE document_id IN (SELECT id FROM old)
), documents AS (
    DELETE FROM monitoring_document WHERE id IN (SELECT id FROM old) RETURNING id
)
SELECT (SELECT max(id) FROM page), (SELECT count(*) FROM documents)
"""


def drop_expired_documents() -> int:
    """Delete them batch by batch. Returns how many went."""
    before = timezone.now() - timedelta(days=settings.DOCUMENT_RETENTION_DAYS)
    return sum(_drop(project_id, before) for project_id in Project.objects.order_by("id").values_list("id", flat=True))


def _drop(project_id: int, before: datetime) -> int:
    """A project's expired documents in the order of their ids, so that no batch looks again at those that are kept."""
    dropped, last = 0, 0
    while last is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            lock_project_exclusive(project_id)  # or a backfill could make a mention of a document that is going
            cursor.execute(DROP_BATCH, {"project": project_id, "last": last, "before": before, "batch": BATCH})
            last, gone = cursor.fetchone()
        dropped += gone
    return dropped
