"""Keep the counts of documents current: likes, replies and the like, that change while the texts stay. Those of
mentions are also stored as a series.

Called by ingest/store.py for known entries of platforms. Feeds give no counts, so nothing is read or written for them.
"""

from collections.abc import Iterable

from django.db.backends.utils import CursorWrapper

from monitoring.content.clean import valid_rating
from monitoring.ingest.mentions import STARS
from monitoring.ingest.records import Recount
from monitoring.ingest.statements import columns_of
from monitoring.records import Entry

MAX_COUNT = 2**31 - 1

_COLUMNS = {
    "followers": "integer",
    "engagement": "integer",
    "likes": "integer",
    "replies": "integer",
    "shares": "integer",
    "views": "integer",
    "rating": "float8",
}
# The counts of a point of the series (`EngagementPoint`), and how far apart points are: polls may read a post often.
_POINT = ("likes", "replies", "shares", "views", "engagement")
MIN_BETWEEN_POINTS = "30 minutes"
# A count that is unknown now keeps its last value. Only the source that a document came from changes it. Locked rows
# are skipped, and follow at the next reading, so this neither waits nor takes part in a deadlock.
# The series of a mention begins with its counts before the first change.
_UPDATE_DOCUMENTS = f"""
WITH changed AS MATERIALIZED (
    SELECT d.id, d.fetched_at, {", ".join(f"coalesce(new.{name}, d.{name}) AS {name}" for name in _COLUMNS)},
        {", ".join(f"d.{name} AS old_{name}" for name in _POINT)}
    FROM unnest(%s::bigint[], %s::bigint[], {", ".join(f"%s::{type_}[]" for type_ in _COLUMNS.values())})
        AS new (id, source_id, {", ".join(_COLUMNS)})
    JOIN monitoring_document d ON d.id = new.id AND d.source_id = new.source_id AND d.deleted_at IS NULL
    WHERE ({", ".join(f"coalesce(new.{name}, d.{name})" for name in _COLUMNS)})
        IS DISTINCT FROM ({", ".join(f"d.{name}" for name in _COLUMNS)})
    FOR NO KEY UPDATE OF d SKIP LOCKED
), updated AS (
    UPDATE monitoring_document d SET {", ".join(f"{name} = changed.{name}" for name in _COLUMNS)}
    FROM changed WHERE d.id = changed.id
), followed AS (
    SELECT changed.*, (SELECT max(at) FROM monitoring_engagementpoint p WHERE p.document_id = changed.id) AS last_at
    FROM changed WHERE EXISTS (SELECT FROM monitoring_mention m WHERE m.document_id = changed.id)
        AND ({", ".join(_POINT)}) IS DISTINCT FROM ({", ".join(f"old_{name}" for name in _POINT)})
)
INSERT INTO monitoring_engagementpoint (document_id, at, {", ".join(_POINT)})
SELECT id, fetched_at, {", ".join(f"old_{name}" for name in _POINT)} FROM followed WHERE last_at IS NULL
UNION ALL
SELECT id, clock_timestamp(), {", ".join(_POINT)} FROM followed
WHERE last_at IS NULL OR last_at <= now() - interval '{MIN_BETWEEN_POINTS}'
"""
# Apart from what has changed now: a mention that was locked at an earlier reading differs, too.
_UPDATE_MENTIONS = f"""
WITH changed AS MATERIALIZED (
    SELECT m.id, d.engagement, {STARS} AS rating
    FROM monitoring_mention m JOIN monitoring_document d ON d.id = m.document_id
    WHERE d.id = ANY(%s) AND (m.engagement, m.rating) IS DISTINCT FROM (d.engagement, {STARS})
    FOR NO KEY UPDATE OF m SKIP LOCKED
)
UPDATE monitoring_mention m SET engagement = changed.engagement, rating = changed.rating
FROM changed WHERE m.id = changed.id
"""


def has_counts(entry: Entry) -> bool:
    """Return whether an entry gives any count."""
    return any(getattr(entry, name) is not None for name in _COLUMNS)


def update_counts(cursor: CursorWrapper, recounts: Iterable[Recount]) -> None:
    """Update the counts of the documents of known entries, and the copies in their mentions."""
    by_document = {one.document_id: one for one in recounts}
    if not by_document:
        return
    rows = [(document_id, one.source_id, *_counts(one.entry)) for document_id, one in sorted(by_document.items())]
    cursor.execute(_UPDATE_DOCUMENTS, columns_of(rows))
    cursor.execute(_UPDATE_MENTIONS, [list(by_document)])


def bounded(count: int | None) -> int | None:
    """Return a count within its column, which holds 32 bits."""
    return None if count is None else min(max(count, 0), MAX_COUNT)


def _counts(entry: Entry) -> list[float | None]:
    return [valid_rating(entry.rating) if name == "rating" else bounded(getattr(entry, name)) for name in _COLUMNS]
