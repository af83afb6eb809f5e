"""Counts over a filtered set of mentions, asked of Postgres in one statement. For facets.py and series.py only."""

from collections.abc import Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def count_groups(
    rows: QuerySet, group: str, *, first: Sequence[object] = (), limit: int | None = None
) -> list[tuple[object, int]]:
    """(value of column `group`, number of rows) of the query `rows`, which may itself be distinct or grouped: what
    Django cannot say. The values in `first` come first, then the most frequent.
    """
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:  # no keyword is in scope: Django knows without asking
        return []
    column = connection.ops.quote_name(group)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column}, count(*) FROM ({sql}) AS counted GROUP BY 1"
            f" ORDER BY {column} = ANY(%s) DESC, 2 DESC, 1 LIMIT %s",
            [*params, list(first), limit],
        )
        return cursor.fetchall()
