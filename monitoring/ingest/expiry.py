"""Remove the content of items that their platform's terms allow to keep for a limited time only.

Called by an hourly task. What stays is what stays of deleted items (deletions.py). The time counts from the moment at
which the copy was read, and the task runs often enough to remove it before the time is over.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from monitoring.ingest.deletions import blank_documents
from monitoring.models import Document
from monitoring.platforms.registry import short_lived

BATCH = 500
# The task may be late: a worker is busy or restarts.
MARGIN = timedelta(hours=3)


def blank_expired(now: datetime) -> int:
    """Remove the content of all items that were kept long enough, batch by batch. Return their number."""
    return sum(_blank(platform, now - (keep_for - MARGIN), now) for platform, keep_for in short_lived().items())


def _blank(platform: str, before: datetime, now: datetime) -> int:
    expired = Document.objects.filter(platform=platform, deleted_at=None, fetched_at__lt=before)
    count = 0
    while ids := list(expired.order_by("fetched_at", "pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic(), connection.cursor() as cursor:
            blank_documents(cursor, ids, "terms", now)
        count += len(ids)
    return count
