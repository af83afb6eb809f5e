"""Store the items of platforms as received, for debugging.

Called by ingest/store.py in the transaction that stores the items. Nothing is written for feeds.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from monitoring.content.scrub import scrub
from monitoring.ingest.records import KnownEntry, NewEntry
from monitoring.ingest.statements import columns_of

_UPSERT = """
INSERT INTO monitoring_rawitem (document_id, body, stored_at)
SELECT document_id, body, %s FROM unnest(%s::bigint[], %s::text[]) AS new (document_id, body)
ON CONFLICT (document_id) DO UPDATE SET body = excluded.body, stored_at = excluded.stored_at
"""


def store_raw(cursor: CursorWrapper, entries: Iterable[NewEntry | KnownEntry], now: datetime) -> None:
    """Store the entries of new and edited documents as received.

    The caller has inserted the documents in this transaction or locked them, so none is deleted meanwhile.
    """
    bodies = {one.document_id: one.entry.raw for one in entries if one.entry.raw and one.document_id is not None}
    if bodies:
        rows = [(document_id, scrub(bodies[document_id])) for document_id in sorted(bodies)]
        cursor.execute(_UPSERT, [now, *columns_of(rows)])
