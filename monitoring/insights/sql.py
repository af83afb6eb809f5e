"""Count the groups of a query over mentions in one statement.

In: a queryset, which may be distinct or grouped. Out: values with their counts. Called by facets.py,
volume.py and sentiment.py.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def count_groups(
    rows: QuerySet[Any, Any], group: str, *, first: Sequence[object] = (), limit: int | None = None
) -> list[tuple[Any, int]]:
    """Return (value of column `group`, number of rows), the values in `first` before the most frequent.

    SQL by hand, since Django cannot group the rows of a query that is itself distinct or grouped.
    """
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:  # no keyword is in scope
        return []
    column = connection.ops.quote_name(group)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column}, count(*) FROM ({sql}) AS counted GROUP BY 1"
            f" ORDER BY {column} = ANY(%s) DESC, 2 DESC, 1 LIMIT %s",
            [*params, list(first), limit],
        )
        return cursor.fetchall()


def count_combinations(rows: QuerySet[Any, Any], groups: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return (values of the columns `groups` ..., number of rows) for each combination of them that occurs."""
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    columns = ", ".join(connection.ops.quote_name(group) for group in groups)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}, count(*) FROM ({sql}) AS counted GROUP BY {columns}", params)
        return cursor.fetchall()


def count_each_group(rows: QuerySet[Any, Any], groups: Sequence[str], of: str = "*") -> list[dict[Any, int]]:
    """Return the number of rows by value for each of several columns, all from one reading of the rows.

    `of` is what to count instead of rows, such as "DISTINCT story_id".
    """
    counts: list[dict[Any, int]] = [{} for _ in groups]
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return counts
    columns = [connection.ops.quote_name(group) for group in groups]
    # GROUPING has a 0 bit for the column that a row is about, the first column in the highest bit.
    sets = {2 ** len(groups) - 1 - 2 ** (len(groups) - 1 - number): number for number in range(len(groups))}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT GROUPING({', '.join(columns)}), {', '.join(columns)}, count({of}) FROM ({sql}) AS counted"
            f" GROUP BY GROUPING SETS ({', '.join(f'({column})' for column in columns)})",
            params,
        )
        for mask, *values, count in cursor.fetchall():
            number = sets[mask]
            counts[number][values[number]] = count
    return counts
