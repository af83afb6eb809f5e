"""Search all stored documents of a project, newest first, whether or not a keyword matches them.

In: a `DocumentSearch`. Out: pages of documents with their mentions, and the number of matches. Called by the search
page and the API. A query that the index cannot answer is checked document by document, up to MAX_CHECKED per page:
such a page can have fewer rows than asked for, and says how far back it searched.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from monitoring.insights.cursors import read_cursor, read_rank, write_cursor, write_rank
from monitoring.insights.meaning import MeaningSearch, split
from monitoring.insights.mentions import MAX_PAGE_SIZE, PAGE_SIZE, Count
from monitoring.insights.periods import FIRST_YEAR, LAST_YEAR
from monitoring.insights.search import CAP
from monitoring.matching.scan import FIRST_CHUNK, MAX_CHUNK, AnnotatedDocuments, Chunk, Finder, Position
from monitoring.matching.spans import Spans, spans_of
from monitoring.models import Document, Mention

# Documents that the matcher reads for one page: about 0.1 s at 200 words each.
MAX_CHECKED = 1000
FIRST, LAST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class DocumentSearch:
    """A search over documents: `q` is "" or a valid query, `since` the earliest publication (UTC).

    `mentioned` restricts it to documents that match a keyword.
    """

    project_id: int
    q: str
    since: datetime | None = None
    mentioned: bool = False


@dataclass(frozen=True)
class FoundDocument:
    """A document with its mentions in the order of their keywords, and the spans that the query matched.

    `similarity` is that to the phrase of a search by meaning, None without one.
    """

    document: Document
    mentions: tuple[Mention, ...]
    title_spans: Spans
    text_spans: Spans
    similarity: float | None = None


@dataclass(frozen=True)
class DocumentPage:
    """One page. Only the first has a `count`. `searched_back_to`: the search ended there and can be continued."""

    rows: tuple[FoundDocument, ...]
    next_cursor: str | None
    count: Count | None
    searched_back_to: datetime | None


def page(search: DocumentSearch, cursor: str | None = None, size: int = PAGE_SIZE) -> DocumentPage:
    """Return one page; an invalid cursor gives the first."""
    size = min(max(size, 1), MAX_PAGE_SIZE)
    if query := by_meaning(search):
        return _closest_page(search, query, read_rank(cursor), size)
    position, _ = read_cursor(cursor)
    finder = Finder(search.project_id, search.q)
    with _index_only():
        return _page(search, finder, _documents(search, finder), position, size)


def by_meaning(search: DocumentSearch) -> MeaningSearch | None:
    """Return the search by meaning, which only documents with a mention have vectors for; None for another search."""
    query = split(search.q)
    since, until = search.since or FIRST, LAST
    return MeaningSearch(search.project_id, query, since, until, "published") if query.phrase else None


def _closest_page(search: DocumentSearch, query: MeaningSearch, rank: int | None, size: int) -> DocumentPage:
    """Return the documents from a rank on, the closest to the phrase first."""
    start = rank or 0
    ids = query.documents
    rows = _rows(search, [(LAST, pk) for pk in ids[start : start + size]])
    return DocumentPage(
        rows=tuple(replace(row, similarity=query.similarities[row.document.pk]) for row in rows),
        next_cursor=write_rank(start + size) if len(ids) > start + size else None,
        count=Count(len(ids), False) if rank is None else None,
        searched_back_to=None,
    )


def id_batches(search: DocumentSearch) -> Iterator[list[int]]:
    """Yield the ids of all documents that match, in the order of the list, for exports: as many as the page counts, or
    more.
    """
    if query := by_meaning(search):
        yield query.documents
        return
    position: Position | None = None
    while True:
        # A finder of its own for each batch: it remembers all documents that it has checked.
        finder = Finder(search.project_id, search.q)
        with _index_only():
            chunk = next(finder.walk(_documents(search, finder), position, size=MAX_CHUNK))
        yield [document_id for _, document_id in chunk.found]
        position = chunk.end
        if position is None:
            return


def _documents(search: DocumentSearch, finder: Finder) -> AnnotatedDocuments:
    documents = finder.documents
    if search.since:
        documents = documents.filter(published__gte=search.since)
    if search.mentioned:
        documents = documents.filter(Exists(Mention.objects.filter(document=OuterRef("pk"))))
    return documents


@contextmanager
def _index_only() -> Iterator[None]:
    """Make Postgres use its index: it ignores the cost of reading the words of a row, and would scan the whole table
    (docs/benchmarks.md).
    """
    with transaction.atomic(), connection.cursor() as settings:
        settings.execute("SET LOCAL enable_seqscan = off")
        yield


def _page(
    search: DocumentSearch, finder: Finder, documents: AnnotatedDocuments, position: Position | None, size: int
) -> DocumentPage:
    # On the first page of an inexact query, the documents read for the rows also give the count.
    is_counting = position is None and not finder.is_exact
    chunk_size = MAX_CHECKED if is_counting else size + 1 if finder.is_exact else FIRST_CHUNK
    chunks = finder.walk(documents, position, size=chunk_size, largest=MAX_CHECKED)
    found, end = _collect(chunks, None if is_counting else size + 1)
    count = None
    if is_counting:
        count = Count(len(found), end is not None)
    elif position is None:
        count = _count(finder, documents)
    has_more = len(found) > size
    next_position = found[size - 1] if has_more else end
    return DocumentPage(
        rows=_rows(search, found[:size]),
        next_cursor=next_position and write_cursor(next_position),
        count=count,
        searched_back_to=end[0] if end and not has_more else None,
    )


def _collect(chunks: Iterator[Chunk], limit: int | None) -> tuple[list[Position], Position | None]:
    """Return the matches of a walk, and where it stopped: None at its end.

    It stops after `limit` matches or MAX_CHECKED documents read.
    """
    found: list[Position] = []
    checked, end = 0, None
    for chunk in chunks:
        found += chunk.found
        checked, end = checked + chunk.checked, chunk.end
        if checked >= MAX_CHECKED or (limit is not None and len(found) >= limit):
            break
    return found, end


def _count(finder: Finder, documents: AnnotatedDocuments) -> Count:
    """Count searchable documents in the index, and the newest of the others with the matcher."""
    sure = documents.filter(is_sure=True)[: CAP + 1].count()
    others, end = _collect(finder.walk(documents.filter(is_sure=False), size=MAX_CHECKED), None)
    number = sure + len(others)
    return Count(min(number, CAP), number > CAP or end is not None)


def _rows(search: DocumentSearch, positions: list[Position]) -> tuple[FoundDocument, ...]:
    ids = [document_id for _, document_id in positions]
    documents = Document.objects.filter(pk__in=ids).select_related("source").defer("html", "search").in_bulk()
    mentions: dict[int, list[Mention]] = defaultdict(list)
    for mention in Mention.objects.filter(document__in=ids).select_related("keyword").order_by("keyword_id"):
        mentions[mention.document_id].append(mention)
    # A document that was deleted after its position was read has no row.
    return tuple(_row(search, documents[pk], mentions[pk]) for pk in ids if pk in documents)


def _row(search: DocumentSearch, document: Document, mentions: list[Mention]) -> FoundDocument:
    spans = spans_of(document, [split(search.q).words])
    return FoundDocument(document, tuple(mentions), spans["title"], spans["text"])
