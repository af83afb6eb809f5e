"""Read the newest mentions under several filters together, and notice which of them changed.

In: MentionFilters. Out: one Column each, in two queries for all filters without a search; the rows of the columns that
changed take a third. Called by the columns page, which asks every few seconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from django.db import connection

from monitoring.insights import mentions as mention_lists
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow
from monitoring.models import Mention

SIZE = 12  # documents of a column


@dataclass(frozen=True)
class Column:
    """The newest documents under a filter. `mark` changes with them, their statuses and their sentiments."""

    filter: MentionFilter
    keys: tuple[tuple[int, tuple[int, ...]], ...]  # document id, mention ids
    mark: str


def read_columns(filters: Sequence[MentionFilter], size: int = SIZE) -> list[Column]:
    """Return the newest `size` documents under each filter."""
    keys = _newest(filters, size)
    ids = [pk for column in keys for _document_id, mention_ids in column for pk in mention_ids]
    states = {pk: state for pk, *state in Mention.objects.filter(pk__in=ids).values_list("pk", "status", "sentiment")}
    return [Column(f, column, _mark(column, states)) for f, column in zip(filters, keys, strict=True)]


def rows_of_columns(columns: Iterable[Column]) -> list[list[MentionRow]]:
    """Return the rows of columns, in one query."""
    columns = list(columns)
    ids = {pk for column in columns for _document_id, mention_ids in column.keys for pk in mention_ids}
    found = Mention.objects.filter(pk__in=ids).select_related("keyword", "source", "document")
    stored = found.defer("document__html", "document__search").in_bulk()
    return [
        [
            mention_lists.row_with(present, column.filter.q)
            for _document_id, mention_ids in column.keys
            # A mention that was deleted after its key was read has no row.
            if (present := [stored[pk] for pk in mention_ids if pk in stored])
        ]
        for column in columns
    ]


def _newest(filters: Sequence[MentionFilter], size: int) -> list[tuple[tuple[int, tuple[int, ...]], ...]]:
    keys: list[list[tuple[int, tuple[int, ...]]]] = [[] for _ in filters]
    statements, params = [], []
    for number, f in enumerate(filters):
        if f.search:
            rows = mention_lists.page(f, size=size).rows
            keys[number] = [(row.document.pk, tuple(one.pk for one in row.mentions)) for row in rows]
        elif f.scope:
            sql, values = mention_lists.first_keys_statement(f, None, False, size)
            statements.append(f"SELECT {number}, one.* FROM ({sql}) AS one (published, document_id, ids)")
            params += values
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements) + " ORDER BY 1, 2 DESC, 3 DESC", params)
            for number, _published, document_id, ids in cursor.fetchall():
                keys[number].append((document_id, tuple(sorted(ids))))
    return [tuple(column) for column in keys]


def _mark(keys: tuple[tuple[int, tuple[int, ...]], ...], states: dict[int, list[str]]) -> str:
    text = repr([(pk, states.get(pk)) for _document_id, ids in keys for pk in ids])
    return blake2b(text.encode(), digest_size=8).hexdigest()
