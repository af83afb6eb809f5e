"""Insert mentions for matched documents. Called by ingest/store.py and ingest/backfill.py."""

from django.db.backends.utils import CursorWrapper
from psycopg2.extras import execute_values

PAGE = 200  # rows an INSERT statement


AUTHOR_LENGTH, LANGUAGE_LENGTH = 200, 20  # of the columns


def insert_mentions(cursor: CursorWrapper, rows: list[tuple[int, int, bool]]) -> None:
    """Store mentions from (keyword id, document id, is backlog) rows; the rest is copied from the document.

    A document on which somebody has decided under one keyword is not put before them again under another.

    The caller holds or shares the project's discovery lock.
    """
    execute_values(
        cursor.cursor,
        "INSERT INTO monitoring_mention (keyword_id, document_id, source_id, published, found_at, platform, author,"
        " language, engagement, status, is_backlog)"
        " SELECT row.keyword_id, d.id, d.source_id, d.published, clock_timestamp(), d.platform,"
        f" left(d.author, {AUTHOR_LENGTH}), d.language, d.engagement,"
        " coalesce((SELECT m.status FROM monitoring_mention m WHERE m.document_id = d.id LIMIT 1), 'to_review'),"
        " row.is_backlog"
        " FROM (VALUES %s) AS row (keyword_id, document_id, is_backlog)"
        " JOIN monitoring_document d ON d.id = row.document_id"
        " ON CONFLICT (document_id, keyword_id) DO NOTHING",
        sorted(rows),
        "(%s::bigint, %s::bigint, %s::boolean)",
        PAGE,
    )
