"""Lists of mentions, newest first, and their exact counts.

In: a MentionFilter. Out: rows of one document each, with its mentions under the filter as badges: a story that two
keywords match is shown once and counted once. Pages go by keyset, so a page costs the same however deep it is, and
nothing is skipped or shown twice while new mentions arrive.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from monitoring.insights.cursors import read_cursor, write_cursor
from monitoring.insights.filters import MentionFilter
from monitoring.insights.search import document_in
from monitoring.matching.scan import Position, after
from monitoring.matching.spans import Spans, spans_of
from monitoring.models import Document, Keyword, Mention

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200


@dataclass(frozen=True)
class Row:
    """A document with its mentions under the filter, in the order of their keywords. Spans are (start, end) in
    characters of the document's title and text: the words for which its keywords, and the search, found it.
    """

    document: Document
    mentions: tuple[Mention, ...]
    title_spans: Spans = ()
    text_spans: Spans = ()

    @property
    def mention(self) -> Mention:
        return self.mentions[0]

    @property
    def keywords(self) -> list[Keyword]:
        return [mention.keyword for mention in self.mentions]


@dataclass(frozen=True)
class Page:
    """Cursors are opaque texts for `page`; None where there is nothing further on that side."""

    rows: tuple[Row, ...]
    next_cursor: str | None = None
    previous_cursor: str | None = None


class Count(NamedTuple):
    """`capped`: a search found more than this, which is to be written "10,000+"."""

    value: int
    capped: bool


class _Key(NamedTuple):
    published: datetime
    document_id: int
    mention_ids: list[int]


def count(f: MentionFilter) -> Count:
    """How many rows the whole list has."""
    return Count(f.document_count, f.capped)


def page(f: MentionFilter, cursor: str | None = None, size: int = PAGE_SIZE) -> Page:
    """One page of the list. A cursor that is no cursor gives the first page."""
    size = min(max(size, 1), MAX_PAGE_SIZE)
    position, backwards = read_cursor(cursor)
    keys = list(islice(_keys(f, position, backwards, size + 1), size + 1))
    has_more, keys = len(keys) > size, keys[:size]
    if backwards:
        keys.reverse()
    if not keys:
        return Page(())
    has_next, has_previous = (True, has_more) if backwards else (has_more, position is not None)
    return Page(
        rows=_rows(f, keys),
        next_cursor=write_cursor(keys[-1][:2]) if has_next else None,
        previous_cursor=write_cursor(keys[0][:2], "p") if has_previous else None,
    )


def everything(f: MentionFilter) -> Iterator[Row]:
    """The whole list, read a page at a time: for exports."""
    cursor = None
    while True:
        one = page(f, cursor, MAX_PAGE_SIZE)
        yield from one.rows
        cursor = one.next_cursor
        if cursor is None:
            return


def one(project_id: int, mention_id: int) -> Row | None:
    """The row of one mention, with all the mentions of its document whatever their status; None if it is elsewhere."""
    document = Mention.objects.filter(pk=mention_id, keyword__project_id=project_id).values("document_id")
    mentions = Mention.objects.filter(document_id__in=document).select_related("keyword", "source", "document")
    mentions = sorted(mentions, key=lambda mention: (mention.pk != mention_id, mention.keyword_id))
    return _row(mentions, "") if mentions else None


def _keys(f: MentionFilter, position: Position | None, backwards: bool, limit: int) -> Iterator[_Key]:
    """The documents after a position, in the order asked for, with their mentions' ids."""
    if not f.search:
        yield from _scan(f, position, backwards, limit)
        return
    order = ("published", "document_id") if backwards else ("-published", "-document_id")
    for documents in f.search.chunks(position, oldest_first=backwards):
        rows = f.mentions(skip="q").filter(document_in(documents))
        grouped = rows.values("published", "document_id").annotate(ids=ArrayAgg("id")).order_by(*order)
        yield from map(_Key._make, grouped.values_list("published", "document_id", "ids"))


def _scan(f: MentionFilter, position: Position | None, backwards: bool, limit: int) -> list[_Key]:
    """The first `limit` documents. Each keyword's first `limit` mentions are read off its part of the index and
    merged: a document that is among the first overall is among the first of every keyword that mentions it.
    """
    direction = "ASC" if backwards else "DESC"
    rows = f.conditions().filter(RawSQL("monitoring_mention.keyword_id = scope.id", [], BooleanField()))
    if position:
        rows = rows.filter(after(position, "document_id", oldest_first=backwards))
    order = ("published", "document_id") if backwards else ("-published", "-document_id")
    sql, params = rows.order_by(*order).values("published", "document_id", "id")[:limit].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT published, document_id, array_agg(near.id)"
            f" FROM unnest(%s::bigint[]) AS scope (id) CROSS JOIN LATERAL ({sql}) AS near"
            f" GROUP BY 1, 2 ORDER BY 1 {direction}, 2 {direction} LIMIT %s",
            [list(f.scope), *params, limit],
        )
        return [_Key(*row) for row in cursor.fetchall()]


def _rows(f: MentionFilter, keys: list[_Key]) -> tuple[Row, ...]:
    ids = [mention_id for key in keys for mention_id in key.mention_ids]
    mentions = (
        Mention.objects.filter(pk__in=ids).select_related("keyword", "source", "document").order_by("keyword_id")
    )
    by_document: dict[int, list[Mention]] = {key.document_id: [] for key in keys}
    for mention in mentions.defer("document__html", "document__search"):
        by_document[mention.document_id].append(mention)
    # A mention that was deleted since its key was read leaves no row.
    return tuple(_row(mentions, f.q) for mentions in by_document.values() if mentions)


def _row(mentions: list[Mention], q: str) -> Row:
    document = mentions[0].document
    spans = spans_of(document, [mention.keyword.query for mention in mentions] + ([q] if q else []))
    return Row(document, tuple(mentions), spans["title"], spans["text"])
