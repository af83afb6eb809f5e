"""Schedule the checks of stored items: rows of `Recheck` for items that their platform can look up again.

Called by ingest/store.py in the transaction that stores the items; polling/rechecks.py makes the checks.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from monitoring.ingest.records import NewEntry
from monitoring.ingest.statements import columns_of

_INSERT = """
INSERT INTO monitoring_recheck (document_id, source_id, recheck_id, read_at, due_at)
SELECT d.id, new.source_id, new.recheck_id, %s,
    CASE WHEN EXISTS (SELECT FROM monitoring_mention m WHERE m.document_id = d.id)
        THEN new.mention_due ELSE new.due END
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[])
    AS new (document_id, source_id, recheck_id, mention_due, due)
JOIN monitoring_document d ON d.id = new.document_id AND d.deleted_at IS NULL
ON CONFLICT (document_id) DO NOTHING
"""
# Only items that nothing is due for: a backfill repeats itself over documents that are followed already.
_WAKE = "UPDATE monitoring_recheck SET due_at = now() WHERE document_id = ANY(%s) AND due_at IS NULL"


def insert_rechecks(cursor: CursorWrapper, entries: Iterable[NewEntry], now: datetime) -> None:
    """Schedule the first check of new items. Nothing is written for feeds."""
    rows = {}
    for new in entries:
        policy = new.batch.recheck
        if policy and new.entry.recheck_id and new.document_id is not None:
            dates = [policy.next_check(new.published, is_mention, now) for is_mention in (True, False)]
            rows[new.document_id] = (new.document_id, new.batch.source_id, new.entry.recheck_id, *dates)
    if rows:
        cursor.execute(_INSERT, [now, *columns_of([rows[document_id] for document_id in sorted(rows)])])


def wake_unchecked(cursor: CursorWrapper, document_ids: Iterable[int]) -> None:
    """Make items due that a keyword has come to match: their counts are then followed."""
    if ids := sorted(set(document_ids)):
        cursor.execute(_WAKE, [ids])
