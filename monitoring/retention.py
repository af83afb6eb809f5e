"""Lets go of documents that nobody will miss: past DOCUMENT_RETENTION_DAYS and matched by no topic."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

# Deleting by batches keeps transactions short (DESIGN.md: cheap at 10 million rows).
BATCH = 5000


def drop_expired_documents() -> int:
    """Delete them batch by batch. Returns how many went."""
    before = timezone.now() - timedelta(days=settings.DOCUMENT_RETENTION_DAYS)
    dropped = 0
    while batch := _drop_batch(before):
        dropped += batch
    return dropped


def _drop_batch(before: object) -> int:
    """A document that gains a mention meanwhile is kept: its row is locked first, then looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH old AS (SELECT id FROM monitoring_document d WHERE fetched_at < %s AND NOT EXISTS"
            " (SELECT 1 FROM monitoring_mention m WHERE m.document_id = d.id)"
            " ORDER BY fetched_at LIMIT %s FOR UPDATE SKIP LOCKED),"
            " sightings AS (DELETE FROM monitoring_documentsource s USING old WHERE s.document_id = old.id)"
            " DELETE FROM monitoring_document d USING old WHERE d.id = old.id",
            [before, BATCH],
        )
        return cursor.rowcount
