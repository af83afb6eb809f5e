"""Everything that was kept of a project, searched: documents newest first, whether a keyword mentions them or not.

In: a `Find`. Out: pages of documents with their mentions, and how many there are. Called by the search page and the
API. A query that the index alone cannot answer is checked document by document, so many a page: a page may hold fewer
rows than it could, and says how far back it looked.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from monitoring.insights.cursors import read_cursor, write_cursor
from monitoring.insights.mentions import MAX_PAGE_SIZE, PAGE_SIZE, Count
from monitoring.insights.search import CAP
from monitoring.matching.scan import FIRST_CHUNK, Chunk, Finder, Position
from monitoring.matching.spans import Spans, spans_of
from monitoring.models import Document, Mention

# So many documents are read by the matcher for one page: about 0.1 s at 200 words each.
MOST_CHECKED = 1000


@dataclass(frozen=True)
class Find:
    """`q` is "" or a query without mistake. `since`: only what was published since. `mentioned`: only mentions."""

    project_id: int
    q: str
    since: datetime | None = None
    mentioned: bool = False


@dataclass(frozen=True)
class Found:
    """A document, its mentions in the order of their keywords, and where the query found its words in it."""

    document: Document
    mentions: tuple[Mention, ...]
    title_spans: Spans
    text_spans: Spans


@dataclass(frozen=True)
class FoundPage:
    """`count` is told on the first page. `looked_back_to`: the page ends there although more may be found before."""

    rows: tuple[Found, ...]
    next_cursor: str | None
    count: Count | None
    looked_back_to: datetime | None


def page(find: Find, cursor: str | None = None, size: int = PAGE_SIZE) -> FoundPage:
    """One page. A cursor that is no cursor gives the first."""
    size = min(max(size, 1), MAX_PAGE_SIZE)
    position, _ = read_cursor(cursor)
    finder = Finder(find.project_id, find.q)
    documents = finder.documents
    if find.since:
        documents = documents.filter(published__gte=find.since)
    if find.mentioned:
        documents = documents.filter(Exists(Mention.objects.filter(document=OuterRef("pk"))))
    with transaction.atomic(), connection.cursor() as settings:
        # Postgres thinks that looking into the words of a row costs nothing, and does so for the whole table where its
        # index would do: docs/benchmarks.md.
        settings.execute("SET LOCAL enable_seqscan = off")
        return _page(find, finder, documents, position, size)


def _page(
    find: Find, finder: Finder, documents: QuerySet[Document], position: Position | None, size: int
) -> FoundPage:
    # What has to be checked anyway is counted on the way.
    counted = position is None and not finder.is_exact
    at_once = MOST_CHECKED if counted else size + 1 if finder.is_exact else FIRST_CHUNK
    chunks = finder.walk(documents, position, size=at_once, largest=MOST_CHECKED)
    places, end = _take(chunks, None if counted else size + 1)
    count = None
    if counted:
        count = Count(len(places), end is not None)
    elif position is None:
        count = _count(finder, documents)
    has_more = len(places) > size
    beyond = places[size - 1] if has_more else end
    return FoundPage(
        rows=_rows(find, places[:size]),
        next_cursor=beyond and write_cursor(beyond),
        count=count,
        looked_back_to=end[0] if end and not has_more else None,
    )


def _take(chunks: Iterator[Chunk], enough: int | None) -> tuple[list[Position], Position | None]:
    """What a walk finds until that is enough or it has checked all that one page may; and where it ended before its
    end, if it did.
    """
    places: list[Position] = []
    checked, end = 0, None
    for chunk in chunks:
        places += chunk.found
        checked, end = checked + chunk.checked, chunk.end
        if checked >= MOST_CHECKED or (enough is not None and len(places) >= enough):
            break
    return places, end


def _count(finder: Finder, documents: QuerySet[Document]) -> Count:
    """The index counts what is searchable, the matcher the newest of what is not yet."""
    sure = documents.filter(is_sure=True)[: CAP + 1].count()
    others, end = _take(finder.walk(documents.filter(is_sure=False), size=MOST_CHECKED), None)
    number = sure + len(others)
    return Count(min(number, CAP), number > CAP or end is not None)


def _rows(find: Find, places: list[Position]) -> tuple[Found, ...]:
    ids = [document_id for _, document_id in places]
    documents = Document.objects.filter(pk__in=ids).select_related("source").defer("html", "search").in_bulk()
    mentions: dict[int, list[Mention]] = defaultdict(list)
    for mention in Mention.objects.filter(document__in=ids).select_related("keyword").order_by("keyword_id"):
        mentions[mention.document_id].append(mention)
    # A document that was deleted since its place was read leaves no row.
    return tuple(_row(find, documents[number], mentions[number]) for number in ids if number in documents)


def _row(find: Find, document: Document, mentions: list[Mention]) -> Found:
    spans = spans_of(document, [find.q])
    return Found(document, tuple(mentions), spans["title"], spans["text"])
