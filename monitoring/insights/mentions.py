"""List mentions, newest first or by urgency, and count them exactly.

In: a MentionFilter. Out: rows of one document each with its mentions under the filter: a document that two keywords
match is listed and counted once. If the filter folds stories, a story is listed as its earliest document. Paging is by
keyset, so every page costs the same and no row is skipped or repeated while new mentions arrive. Called by pages,
digests, alerts, the API and the `mentions` command.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import BooleanField, Max, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from monitoring.insights import stories
from monitoring.insights.cursors import (
    read_cursor,
    read_rank,
    read_urgency,
    write_cursor,
    write_rank,
    write_urgency,
)
from monitoring.insights.filters import MentionFilter
from monitoring.insights.meaning import MeaningSearch
from monitoring.insights.search import document_in
from monitoring.insights.triage_dimensions import URGENCY
from monitoring.insights.urgency import MAX_CANDIDATES, most_urgent, urgency
from monitoring.matching.scan import Position, after
from monitoring.matching.spans import Spans, spans_of
from monitoring.models import Document, Keyword, Mention
from monitoring.models.mentions import Status

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
# The most urgent first.
STATUSES = (Status.NEEDS_REPLY, Status.TO_REVIEW, Status.REPLIED, Status.IGNORED)


def status_of(mentions: Collection[Mention]) -> Status:
    """Return the status that an item shows: the most urgent one of its mentions."""
    found = {mention.status for mention in mentions}
    return next(status for status in STATUSES if status in found)


@dataclass(frozen=True)
class MentionRow:
    """A document with its mentions under the filter, in the order of their keywords.

    Spans are (start, end) characters of the document's title and text that its keywords, or the search, matched.
    `others` is the number of later documents of its story under the filter, if the filter folds stories. `similarity`
    is that to the phrase of a search by meaning, None without one.
    """

    document: Document
    mentions: tuple[Mention, ...]
    title_spans: Spans = ()
    text_spans: Spans = ()
    others: int = 0
    similarity: float | None = None

    @property
    def story_id(self) -> int | None:
        return self.document.story_id

    @property
    def mention(self) -> Mention:
        return self.mentions[0]

    @property
    def keywords(self) -> list[Keyword]:
        return [mention.keyword for mention in self.mentions]


@dataclass(frozen=True)
class MentionPage:
    """One page. Cursors are opaque texts for `page`, None where there are no further rows. `is_bounded`: the list by
    urgency leaves out rows that are neither due first nor among the newest or the oldest. `is_ranked`: the closest to
    the phrase of a search by meaning come first.
    """

    rows: tuple[MentionRow, ...]
    next_cursor: str | None = None
    previous_cursor: str | None = None
    is_bounded: bool = False
    is_ranked: bool = False


class Count(NamedTuple):
    """A number of documents. `capped`: a search matches more than that, shown as "10,000+"."""

    value: int
    capped: bool


class Key(NamedTuple):
    """A row of the list before it is read: its document, and its mentions under the filter."""

    published: datetime
    document_id: int
    mention_ids: list[int]


def count(f: MentionFilter) -> Count:
    """Return the number of rows of the whole list."""
    return Count(f.document_count, f.capped)


def page(f: MentionFilter, cursor: str | None = None, size: int = PAGE_SIZE) -> MentionPage:
    """Return one page of the list; an invalid cursor gives the first."""
    size = min(max(size, 1), MAX_PAGE_SIZE)
    if f.order == URGENCY:
        return _urgent_page(f, cursor, size)
    if isinstance(f.search, MeaningSearch):
        return _closest_page(f, f.search, read_rank(cursor) or 0, size)
    position, backwards = read_cursor(cursor)
    keys = list(islice(_keys(f, position, backwards, size + 1), size + 1))
    has_more, keys = len(keys) > size, keys[:size]
    if backwards:
        keys.reverse()
    if not keys:
        return MentionPage(())
    has_next, has_previous = (True, has_more) if backwards else (has_more, position is not None)
    return MentionPage(
        rows=_rows(f, keys),
        next_cursor=write_cursor(keys[-1][:2]) if has_next else None,
        previous_cursor=write_cursor(keys[0][:2], "p") if has_previous else None,
    )


def _urgent_page(f: MentionFilter, cursor: str | None, size: int) -> MentionPage:
    """Return the rows after a cursor in the order of urgency at the time of the first page.

    Rows that leave the list or change meanwhile move no other row across the cursor.
    """
    now, last = read_urgency(cursor) or (timezone.now(), None)
    newest = list(islice(_keys(f, None, False, MAX_CANDIDATES + 1), MAX_CANDIDATES + 1))
    is_bounded = len(newest) > MAX_CANDIDATES
    oldest = islice(_keys(f, None, True, MAX_CANDIDATES), MAX_CANDIDATES) if is_bounded else ()
    waiting = most_urgent(f, now, {key.document_id for key in (*newest[:MAX_CANDIDATES], *oldest)})
    if f.is_folded:
        waiting = list({one.story_id or -one.document_id: one for one in reversed(waiting)}.values())[::-1]
    rest = [one for one in waiting if last is None or urgency(one, now) > last]
    ids = [one.document_id for one in rest[:size]]
    rows = {row.document.pk: row for row in rows_of_documents(f, ids)}
    following = write_urgency(now, urgency(rest[size - 1], now)) if len(rest) > size else None
    return MentionPage(tuple(rows[pk] for pk in ids if pk in rows), following, is_bounded=is_bounded)


def newest_rows(f: MentionFilter, size: int = PAGE_SIZE) -> tuple[MentionRow, ...]:
    """Return the newest rows, also of a list in another order."""
    return rows_of_documents(f, newest_documents(f, size))[::-1]


def _closest_page(f: MentionFilter, search: MeaningSearch, rank: int, size: int) -> MentionPage:
    """Return the rows from a rank on, the closest to the phrase first; a folded story is its closest document."""
    found = search.similarities
    rows = f.mentions().values("published", "document_id").annotate(ids=ArrayAgg("id"), story=Max("story_id"))
    columns = rows.order_by().values_list("published", "document_id", "ids", "story")
    listed: dict[int, Key] = {}
    for published, document_id, ids, story_id in sorted(columns, key=lambda row: (-found[row[1]], row[1])):
        listed.setdefault(story_id if f.is_folded and story_id else -document_id, Key(published, document_id, ids))
    keys = list(listed.values())
    page_rows = _rows(f, keys[rank : rank + size])
    following = write_rank(rank + size) if len(keys) > rank + size else None
    ranked = tuple(replace(row, similarity=found[row.document.pk]) for row in page_rows)
    return MentionPage(ranked, following, is_ranked=True)


def row_of_story(f: MentionFilter, story_id: int) -> MentionRow | None:
    """Return the row of a story in the list of a folded filter, None if the list has none."""
    return next(iter(page(f.replace(story_ids=(story_id,), order=""), size=1).rows), None)


def keys_after(f: MentionFilter, cursor: str | None, size: int) -> tuple[list[Key], str | None]:
    """Return the next `size` rows of the list without reading them, and the cursor of those after, None at the end."""
    position, _backwards = read_cursor(cursor)
    keys = list(islice(_keys(f, position, False, size + 1), size + 1))
    return keys[:size], write_cursor(keys[size - 1][:2]) if len(keys) > size else None


def newest_documents(f: MentionFilter, limit: int) -> list[int]:
    """Return the ids of the first documents of the list."""
    return [key.document_id for key in islice(_keys(f, None, False, limit), limit)]


def newest_documents_of(filters: Sequence[MentionFilter], limit: int) -> list[list[int]]:
    """Return `newest_documents` for each of several filters: in one statement, unless they have a search."""
    if any(f.search for f in filters):
        return [newest_documents(f, limit) for f in filters]
    found: list[list[int]] = [[] for _ in filters]
    parts, params = [], []
    for place, f in enumerate(filters):
        if f.scope:
            sql, values = first_keys_statement(f, None, False, limit)
            parts.append(f"(SELECT {place}, document_id FROM ({sql}) AS part)")
            params += values
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for place, document in cursor.fetchall():
                found[place].append(document)
    return found


def rows_of_documents(f: MentionFilter, ids: list[int]) -> tuple[MentionRow, ...]:
    """Return the rows of some documents of the list, the oldest first."""
    rows = f.mentions().filter(document_in(ids)).values("published", "document_id").annotate(ids=ArrayAgg("id"))
    keys = rows.order_by("published", "document_id").values_list("published", "document_id", "ids")
    return _rows(f, [Key(*key) for key in keys])


def all_rows(f: MentionFilter) -> Iterator[MentionRow]:
    """Yield every row of the list, read page by page, for exports."""
    cursor = None
    while True:
        current = page(f, cursor, MAX_PAGE_SIZE)
        yield from current.rows
        cursor = current.next_cursor
        if cursor is None:
            return


def row_of(project_id: int, mention_id: int) -> MentionRow | None:
    """Return the row of a mention with all mentions of its document, of any status. None outside the project."""
    return next(iter(rows_of(project_id, [mention_id])), None)


def rows_of(project_id: int, mention_ids: Sequence[int]) -> list[MentionRow]:
    """Return the rows of the documents of these mentions, in their order, with all mentions of each document."""
    named = Mention.objects.filter(pk__in=mention_ids, keyword__project_id=project_id).values("document_id")
    rows = Mention.objects.filter(document_id__in=named).select_related("keyword", "source", "document")
    place = {pk: number for number, pk in enumerate(mention_ids)}
    by_document: dict[int, list[Mention]] = {}
    for mention in sorted(rows, key=lambda one: (place.get(one.pk, len(place)), one.keyword_id)):
        by_document.setdefault(mention.document_id, []).append(mention)
    return [row_with(mentions, "") for mentions in by_document.values()]


def _keys(f: MentionFilter, position: Position | None, backwards: bool, limit: int) -> Iterator[Key]:
    """Yield the documents after a position with the ids of their mentions, at least `limit` if there are as many."""
    if not f.search:
        yield from _first_keys(f, position, backwards, limit)
        return
    order = ("published", "document_id") if backwards else ("-published", "-document_id")
    for documents in f.search.chunks(position, oldest_first=backwards):
        rows = f.mentions(skip="q").filter(document_in(documents))
        grouped = rows.values("published", "document_id").annotate(ids=ArrayAgg("id")).order_by(*order)
        keys = list(map(Key._make, grouped.values_list("published", "document_id", "ids")))
        later = stories.later_matches(f, rows) if f.is_folded else set()
        yield from (key for key in keys if key.document_id not in later)


def _first_keys(f: MentionFilter, position: Position | None, backwards: bool, limit: int) -> list[Key]:
    """Return the first `limit` documents after a position."""
    if not f.scope:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*first_keys_statement(f, position, backwards, limit))
        return [Key(*row) for row in cursor.fetchall()]


def first_keys_statement(
    f: MentionFilter, position: Position | None, backwards: bool, limit: int
) -> tuple[str, list[Any]]:
    """Return a statement and its parameters that read (published, document id, mention ids) of the first documents.

    A document among the first overall is among the first `limit` of every keyword that mentions it, and has at most
    one mention per keyword.
    """
    direction = "ASC" if backwards else "DESC"
    near, params = (_of_authors if f.authors else _of_keywords)(f, position, backwards, limit)
    statement = (
        f"SELECT published, document_id, array_agg(near.id) FROM {near} AS near"
        f" GROUP BY 1, 2 ORDER BY 1 {direction}, 2 {direction} LIMIT %s"
    )
    return statement, [*params, limit]


def _of_keywords(
    f: MentionFilter, position: Position | None, backwards: bool, limit: int
) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL of the first `limit` mentions of each keyword, read from its part of the covering index."""
    rows = f.conditions().filter(RawSQL("monitoring_mention.keyword_id = scope.id", [], BooleanField()))
    sql, params = _first(f, rows, position, backwards, limit)
    return f"unnest(%s::bigint[]) AS scope (id) CROSS JOIN LATERAL ({sql})", (list(f.scope), *params)


def _of_authors(
    f: MentionFilter, position: Position | None, backwards: bool, limit: int
) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL of the first mentions of all keywords, as many as `limit` documents have at most.

    They are few and found by the index of authors; the covering index would be read to its end for an author.
    """
    sql, params = _first(f, f.mentions(), position, backwards, limit * len(f.scope))
    return f"({sql})", params


def _first(
    f: MentionFilter, rows: QuerySet[Mention], position: Position | None, backwards: bool, limit: int
) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL of the first of these mentions after a position."""
    if position:
        rows = rows.filter(after(position, "document_id", oldest_first=backwards))
    order = ("published", "document_id") if backwards else ("-published", "-document_id")
    ordered = rows.order_by(*order).values("published", "document_id", "id", "story_id")
    if not f.is_folded:
        return ordered[:limit].query.sql_with_params()
    sql, params = stories.first_only(f, ordered)
    return f"{sql} LIMIT %s", (*params, limit)


def _rows(f: MentionFilter, keys: list[Key]) -> tuple[MentionRow, ...]:
    ids = [mention_id for key in keys for mention_id in key.mention_ids]
    rows = Mention.objects.filter(pk__in=ids).select_related("keyword", "source", "document").order_by("keyword_id")
    mentions = list(rows.defer("document__html", "document__search"))
    by_document: dict[int, list[Mention]] = {key.document_id: [] for key in keys}
    for mention in mentions:
        by_document[mention.document_id].append(mention)
    others = stories.count_others(f, mentions) if f.is_folded else {}
    # A mention that was deleted after its key was read has no row.
    return tuple(
        row_with(mentions, f.words, others.get(mentions[0].story_id, 0))
        for mentions in by_document.values()
        if mentions
    )


def still_listed(f: MentionFilter, rows: Iterable[MentionRow]) -> set[int]:
    """Return the documents of these rows of a list that it still has: after a change of status, assignee and the like.

    A search is left out, since no such change affects it. An item that is not analyzed yet may get any sentiment.
    """
    pending = {row.document.pk: any(not mention.sentiment for mention in row.mentions) for row in rows}
    found: set[int] = set()
    for is_pending in set(pending.values()):
        wide = f.replace(q="", sentiments=()) if is_pending else f.replace(q="")
        ids = [pk for pk, value in pending.items() if value == is_pending]
        found |= set(wide.mentions().filter(document_id__in=ids).values_list("document_id", flat=True))
    return found


def row_with(mentions: list[Mention], q: str, others: int = 0) -> MentionRow:
    document = mentions[0].document
    spans = spans_of(document, [mention.keyword.query for mention in mentions] + ([q] if q else []))
    return MentionRow(document, tuple(mentions), spans["title"], spans["text"], others)
