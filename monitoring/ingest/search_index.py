"""Gives kept documents the words that the search finds them by, newest first.

In: documents whose `search` is null; polling stores only what a keyword matches with words, since making them for all
cost a third of the whole road. Out: the same with words, unless they are more than Postgres holds. Whatever is null,
the matcher reads when somebody searches. Called by tasks.py, and by backfill.py for what becomes a mention.
"""

import logging
import time

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from monitoring.models import Document
from monitoring.query import search_text

log = logging.getLogger(__name__)

BATCH = 200  # about 80 ms: a short transaction, and little is done twice by who was killed
# The lexemes of a tsvector end at 1,048,575 bytes. Titles and texts of feeds are at most 201,000 characters: only made
# up ones have so many different words.
MOST_BYTES = 1_000_000
# The lexemes as they are, without positions, which no query asks for: 1.8 kB a document of 215 words, not 2.5 as with
# to_tsvector, and no second opinion on what a word is.
VECTOR = "array_to_tsvector(string_to_array({}, ' '))"
# Documents with too many words, each known to whoever has tried it: another process tries it once, too.
_too_many: set[int] = set()


def words_of(title: str, text: str) -> str | None:
    """What VECTOR takes for a document; None where it is too much."""
    words = search_text(f"{title}\n{text}")
    return words if len(words) * 4 <= MOST_BYTES or len(words.encode()) <= MOST_BYTES else None


def make_documents_searchable(budget_s: float = 4) -> int:
    """Go on for about `budget_s` seconds, as long as there is anything to do. Returns how many documents got words.

    A batch is one transaction: whoever is killed leaves it to the next. Rows that another worker has are passed over,
    so this waits for nobody; and it takes no lock that storing a mention (KEY SHARE on its document) waits for.
    """
    began, done, looked_at = time.monotonic(), 0, BATCH
    while looked_at == BATCH and time.monotonic() < began + budget_s:
        looked_at, made = _next_batch()
        done += made
    if done:
        log.info("event=made_searchable documents=%s ms=%d", done, (time.monotonic() - began) * 1000)
    return done


def _next_batch() -> tuple[int, int]:
    with transaction.atomic(), connection.cursor() as cursor:
        waiting = Document.objects.select_for_update(skip_locked=True, no_key=True).filter(search=None)
        rows = list(waiting.exclude(pk__in=_too_many).order_by("-pk").values_list("id", "title", "text")[:BATCH])
        made = make_searchable(cursor, rows)
    _too_many.update({row[0] for row in rows} - made)
    return len(rows), len(made)


def make_searchable(cursor: CursorWrapper, rows: list[tuple[int, str, str]]) -> set[int]:
    """Give these documents, (id, title, text), their words unless they have them. Returns those that now have."""
    worded = [
        (document_id, words)
        for document_id, title, text in sorted(rows)
        if (words := words_of(title, text)) is not None
    ]
    for start in range(0, len(worded), BATCH):
        ids, words = zip(*worded[start : start + BATCH], strict=True)
        cursor.execute(
            f"UPDATE monitoring_document d SET search = {VECTOR.format('row.words')}"
            " FROM unnest(%s::bigint[], %s::text[]) AS row (id, words) WHERE d.id = row.id AND d.search IS NULL",
            [list(ids), list(words)],
        )
    return {document_id for document_id, _ in worded}
