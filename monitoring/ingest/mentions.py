"""Insert mentions of matched documents. Called by ingest/store.py and ingest/backfill.py."""

from collections.abc import Iterable

from django.db.backends.utils import CursorWrapper

from monitoring.ingest.mutes import muted_documents
from monitoring.ingest.statements import columns_of
from monitoring.models import AuthorCheck

# Limits of the columns of `Mention`, in characters.
AUTHOR_LENGTH, LANGUAGE_LENGTH = 200, 20

# The rating of a document `d` in whole stars, as monitoring.query.stars rounds it. GREATEST ignores nulls.
STARS = "CASE WHEN d.rating IS NOT NULL THEN least(greatest(floor(d.rating + 0.5), 1), 5)::smallint END"

# A document with a mention that nobody hid, or that somebody has decided about, is not muted under another keyword.
_INSERT = f"""
INSERT INTO monitoring_mention (keyword_id, document_id, source_id, published, found_at, platform, author, language,
    engagement, kind, rating, country, status, muted_by_id, is_backlog, story_id)
SELECT row.keyword_id, d.id, d.source_id, d.published, clock_timestamp(), d.platform, left(d.author, {AUTHOR_LENGTH}),
    d.language, d.engagement, d.kind, {STARS}, d.country,
    CASE WHEN mute.id IS NOT NULL THEN 'ignored' ELSE coalesce(row.status, other.status, 'to_review') END, mute.id,
    row.is_backlog, d.story_id
FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[], %s::text[], %s::bigint[])
    AS row (keyword_id, document_id, is_backlog, status, muted_by_id)
JOIN monitoring_document d ON d.id = row.document_id
LEFT JOIN LATERAL (
    SELECT m.status, m.muted_by_id, true AS is_stored FROM monitoring_mention m WHERE m.document_id = d.id
    ORDER BY m.muted_by_id NULLS FIRST LIMIT 1
) other ON true
CROSS JOIN LATERAL (
    SELECT CASE WHEN other.is_stored THEN other.muted_by_id ELSE row.muted_by_id END AS id
) mute
ORDER BY row.keyword_id, row.document_id
ON CONFLICT (document_id, keyword_id) DO NOTHING
"""
# A row per call: nothing is unique, so no writer waits for another or for ingest/stories.py.
_CHECK_STORIES = "INSERT INTO monitoring_storycheck (document_id) SELECT unnest(%s::bigint[])"


def insert_mentions(cursor: CursorWrapper, rows: list[tuple[int, int, bool]], status: str | None = None) -> None:
    """Insert mentions from (keyword id, document id, is backlog) rows; the other columns are the document's.

    A document that somebody has triaged under one keyword gets the same status under another, so it needs no second
    decision, unless `status` is given: that of a match in a text that nobody has seen. The mentions of a muted
    document are hidden. Rows are inserted in key order, so two writers can't deadlock. The caller has the project's
    lock.
    """
    if rows:
        muted = muted_documents(cursor, [document_id for _keyword_id, document_id, _is_backlog in rows])
        cursor.execute(_INSERT, columns_of([(*row, status, muted.get(row[1])) for row in rows]))
        check_stories(cursor, (document_id for _keyword_id, document_id, _is_backlog in rows))
        AuthorCheck.objects.add_documents(document_id for _keyword_id, document_id, _is_backlog in rows)


def check_stories(cursor: CursorWrapper, document_ids: Iterable[int]) -> None:
    """Queue documents with mentions, whose texts are new or changed, for ingest/stories.py."""
    if ids := sorted(set(document_ids)):
        cursor.execute(_CHECK_STORIES, [ids])
