"""Add stored documents to the search index (`Document.search`), newest first.

Storing indexes only documents that a keyword matches: indexing all would take a third of the time of polling. A task
indexes the others soon after, backfill.py those that become mentions. Until then, and if a document has more words
than a tsvector can hold, `search` is null, and a search has the matcher read the text.
"""

import logging
import time

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from monitoring.models import Document
from monitoring.query import search_text

log = logging.getLogger(__name__)

BATCH = 200  # about 80 ms: short transactions, and little work repeated after a kill
# A tsvector holds 1,048,575 bytes of lexemes. Titles and texts have at most 201,000 characters, so only artificial
# ones have that many different words.
MAX_BYTES = 1_000_000
# Lexemes without positions, which no query uses: 1.8 kB per document of 215 words instead of 2.5 kB with to_tsvector,
# and Postgres doesn't split words differently from the matcher.
VECTOR = "array_to_tsvector(string_to_array({}, ' '))"
# Documents with too many words, tried once by each process.
_unindexable: set[int] = set()


def words_of(title: str, text: str) -> str | None:
    """Return the words of a document for VECTOR, None if there are too many."""
    words = search_text(f"{title}\n{text}")
    return words if len(words) * 4 <= MAX_BYTES or len(words.encode()) <= MAX_BYTES else None


def index_documents(budget_s: float = 4) -> int:
    """Index documents for about `budget_s` seconds, or until none is left. Return the number indexed.

    Each batch is a transaction, so a killed worker loses one batch of work. Rows that another worker has locked are
    skipped, and the locks taken don't block the insert of a mention (KEY SHARE on its document).
    """
    started, indexed, read = time.monotonic(), 0, BATCH
    while read == BATCH and time.monotonic() < started + budget_s:
        read, count = _index_batch()
        indexed += count
    if indexed:
        log.info("event=documents_indexed documents=%s ms=%d", indexed, (time.monotonic() - started) * 1000)
    return indexed


def _index_batch() -> tuple[int, int]:
    """Index the next batch. Return the numbers of documents read and indexed."""
    with transaction.atomic(), connection.cursor() as cursor:
        unindexed = Document.objects.select_for_update(skip_locked=True, no_key=True).filter(search=None)
        rows = list(unindexed.exclude(pk__in=_unindexable).order_by("-pk").values_list("id", "title", "text")[:BATCH])
        indexed = index_rows(cursor, rows)
    _unindexable.update({row[0] for row in rows} - indexed)
    return len(rows), len(indexed)


def index_rows(cursor: CursorWrapper, rows: list[tuple[int, str, str]]) -> set[int]:
    """Index documents given as (id, title, text). Return the ids of those that are indexed now."""
    indexable = [
        (document_id, words)
        for document_id, title, text in sorted(rows)
        if (words := words_of(title, text)) is not None
    ]
    for start in range(0, len(indexable), BATCH):
        batch = indexable[start : start + BATCH]
        cursor.execute(
            f"UPDATE monitoring_document d SET search = {VECTOR.format('row.words')}"
            " FROM unnest(%s::bigint[], %s::text[]) AS row (id, words) WHERE d.id = row.id AND d.search IS NULL",
            [[document_id for document_id, _ in batch], [words for _, words in batch]],
        )
    return {document_id for document_id, _ in indexable}
