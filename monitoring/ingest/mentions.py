"""Insert mentions of matched documents. Called by ingest/store.py and ingest/backfill.py."""

from django.db.backends.utils import CursorWrapper

from monitoring.ingest.statements import columns_of

# Limits of the columns of `Mention`, in characters.
AUTHOR_LENGTH, LANGUAGE_LENGTH = 200, 20

# The rating of a document `d` in whole stars, as monitoring.query.stars rounds it. GREATEST ignores nulls.
STARS = "CASE WHEN d.rating IS NOT NULL THEN least(greatest(floor(d.rating + 0.5), 1), 5)::smallint END"

_INSERT = f"""
INSERT INTO monitoring_mention (keyword_id, document_id, source_id, published, found_at, platform, author, language,
    engagement, kind, rating, country, status, is_backlog)
SELECT row.keyword_id, d.id, d.source_id, d.published, clock_timestamp(), d.platform, left(d.author, {AUTHOR_LENGTH}),
    d.language, d.engagement, d.kind, {STARS}, d.country,
    coalesce(row.status, (SELECT m.status FROM monitoring_mention m WHERE m.document_id = d.id LIMIT 1), 'to_review'),
    row.is_backlog
FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[], %s::text[]) AS row (keyword_id, document_id, is_backlog, status)
JOIN monitoring_document d ON d.id = row.document_id
ORDER BY row.keyword_id, row.document_id
ON CONFLICT (document_id, keyword_id) DO NOTHING
"""


def insert_mentions(cursor: CursorWrapper, rows: list[tuple[int, int, bool]], status: str | None = None) -> None:
    """Insert mentions from (keyword id, document id, is backlog) rows; the other columns are the document's.

    A document that somebody has triaged under one keyword gets the same status under another, so it needs no second
    decision, unless `status` is given: that of a match in a text that nobody has seen. Rows are inserted in key order,
    so two writers can't deadlock. The caller has the project's lock.
    """
    if rows:
        cursor.execute(_INSERT, columns_of([(*row, status) for row in rows]))
