"""Read the first mentions under several filters together, and notice which of them changed.

In: MentionFilters. Out: one Column each, in four queries for all filters that list the newest first without a search;
the others are read one by one. The rows of the columns that changed take one more query. Called by the columns page,
which asks every few seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Max

from monitoring.insights import mentions as mention_lists
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow
from monitoring.insights.stories import items_by_story
from monitoring.models import DocumentActivity, Mention

SIZE = 12  # documents of a column


class ColumnKey(NamedTuple):
    """A document of a column; `others` is the number of later documents of its story under a filter that folds."""

    document_id: int
    mention_ids: tuple[int, ...]
    others: int = 0


@dataclass(frozen=True)
class Column:
    """The first documents under a filter, in its order: the newest, or the most urgent at the time of the request.

    `mark` changes with the documents, their order and stories, their statuses and sentiments, and with what people do.
    """

    filter: MentionFilter
    keys: tuple[ColumnKey, ...]
    mark: str


def read_columns(filters: Sequence[MentionFilter], size: int = SIZE) -> list[Column]:
    """Return the first `size` documents under each filter."""
    keys = _first(filters, size)
    ids = [pk for column in keys for key in column for pk in key.mention_ids]
    rows = Mention.objects.filter(pk__in=ids).values_list("pk", "story_id", "status", "sentiment")
    states = {row[0]: row for row in rows}
    keys = _with_others(filters, keys, {row[0]: row[1] for row in states.values()})
    activity = _last_entries({key.document_id for column in keys for key in column})
    return [Column(f, column, _mark(column, states, activity)) for f, column in zip(filters, keys, strict=True)]


def rows_of_columns(columns: Iterable[Column]) -> list[list[MentionRow]]:
    """Return the rows of columns, in one query."""
    columns = list(columns)
    ids = {pk for column in columns for key in column.keys for pk in key.mention_ids}
    found = Mention.objects.filter(pk__in=ids).select_related("keyword", "source", "document")
    stored = found.defer("document__html", "document__search").in_bulk()
    return [
        [
            replace(mention_lists.row_with(present, column.filter.words), others=key.others)
            for key in column.keys
            # A mention that was deleted after its key was read has no row.
            if (present := [stored[pk] for pk in key.mention_ids if pk in stored])
        ]
        for column in columns
    ]


def _first(filters: Sequence[MentionFilter], size: int) -> list[tuple[ColumnKey, ...]]:
    keys: list[list[ColumnKey]] = [[] for _ in filters]
    statements, params = [], []
    for number, f in enumerate(filters):
        if _is_alone(f):
            rows = mention_lists.page(f, size=size).rows
            keys[number] = [
                ColumnKey(row.document.pk, tuple(one.pk for one in row.mentions), row.others) for row in rows
            ]
        elif f.scope:
            sql, values = mention_lists.first_keys_statement(f, None, False, size)
            statements.append(f"SELECT {number}, one.* FROM ({sql}) AS one (published, document_id, ids)")
            params += values
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements) + " ORDER BY 1, 2 DESC, 3 DESC", params)
            for number, _published, document_id, ids in cursor.fetchall():
                keys[number].append(ColumnKey(document_id, tuple(sorted(ids))))
    return [tuple(column) for column in keys]


def _is_alone(f: MentionFilter) -> bool:
    """Return whether a column is read by itself, as a page of its list."""
    return bool(f.search or f.order)


def _with_others(
    filters: Sequence[MentionFilter], keys: list[tuple[ColumnKey, ...]], story_of: Mapping[int, int | None]
) -> list[tuple[ColumnKey, ...]]:
    """Count the other items of the stories in the columns that fold them, in one query."""
    statements: list[str] = []
    params: list[Any] = []
    for number, (f, column) in enumerate(zip(filters, keys, strict=True)):
        ids = {story_of.get(key.mention_ids[0]) for key in column} - {None}
        if not f.is_folded or _is_alone(f) or not ids:
            continue
        sql, values = items_by_story(f, ids).query.sql_with_params()
        statements.append(f"SELECT {number}, one.* FROM ({sql}) AS one (story_id, items)")
        params += values
    if not statements:
        return keys
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), params)
        counts = {(number, story_id): items - 1 for number, story_id, items in cursor.fetchall()}
    return [
        tuple(
            key._replace(others=counts.get((number, story_of.get(key.mention_ids[0])), key.others)) for key in column
        )
        for number, column in enumerate(keys)
    ]


def _last_entries(document_ids: Iterable[int]) -> dict[int, int]:
    """Return the newest entry of the activity log about each document: assigning, tagging and so on write one."""
    links = DocumentActivity.objects.filter(document_id__in=document_ids).order_by().values_list("document_id")
    return dict(links.annotate(Max("entry_id")))


def _mark(keys: tuple[ColumnKey, ...], states: Mapping[int, tuple[object, ...]], activity: Mapping[int, int]) -> str:
    text = repr([(key, [states.get(pk) for pk in key.mention_ids], activity.get(key.document_id)) for key in keys])
    return blake2b(text.encode(), digest_size=8).hexdigest()
