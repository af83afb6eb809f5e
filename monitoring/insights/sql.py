"""Read over the rows of a query in one statement, such as the counts of its groups.

In: a queryset, which may be distinct or grouped: Django cannot group the rows of such a query. Out: values with their
counts. Called by the other modules of this package and by alerts/readings.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def statement(rows: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]] | None:
    """Return the SQL of a query and its parameters; None if it can't have a row, such as one over no keywords."""
    try:
        return rows.query.sql_with_params()
    except EmptyResultSet:
        return None


def read_over(
    rows: QuerySet[Any, Any], reading: str, *, before: Sequence[Any] = (), after: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Return the rows of the SQL `reading`, in which {rows} is the query, if it can have a row.

    `before` and `after` are the parameters on both sides of it.
    """
    found = statement(rows)
    if found is None:
        return []
    sql, params = found
    with connection.cursor() as cursor:
        cursor.execute(reading.replace("{rows}", sql), [*before, *params, *after])
        return cursor.fetchall()


def count_groups(
    rows: QuerySet[Any, Any], group: str, *, first: Sequence[object] = (), limit: int | None = None
) -> list[tuple[Any, int]]:
    """Return (value of column `group`, number of rows), the values in `first` before the most frequent."""
    column = connection.ops.quote_name(group)
    return read_over(
        rows,
        f"SELECT {column}, count(*) FROM ({{rows}}) AS counted GROUP BY 1"
        f" ORDER BY {column} = ANY(%s) DESC, 2 DESC, 1 LIMIT %s",
        after=[list(first), limit],
    )


def count_combinations(rows: QuerySet[Any, Any], groups: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return (values of the columns `groups` ..., number of rows) for each combination of them that occurs."""
    columns = ", ".join(connection.ops.quote_name(group) for group in groups)
    return read_over(rows, f"SELECT {columns}, count(*) FROM ({{rows}}) AS counted GROUP BY {columns}")


def count_each_group(rows: QuerySet[Any, Any], groups: Sequence[str], of: str = "*") -> list[dict[Any, int]]:
    """Return the number of rows by value for each of several columns, all from one reading of the rows.

    `of` is what to count instead of rows, such as "DISTINCT story_id".
    """
    counts: list[dict[Any, int]] = [{} for _ in groups]
    columns = [connection.ops.quote_name(group) for group in groups]
    # GROUPING has a 0 bit for the column that a row is about, the first column in the highest bit.
    sets = {2 ** len(groups) - 1 - 2 ** (len(groups) - 1 - number): number for number in range(len(groups))}
    reading = (
        f"SELECT GROUPING({', '.join(columns)}), {', '.join(columns)}, count({of}) FROM ({{rows}}) AS counted"
        f" GROUP BY GROUPING SETS ({', '.join(f'({column})' for column in columns)})"
    )
    for mask, *values, count in read_over(rows, reading):
        number = sets[mask]
        counts[number][values[number]] = count
    return counts
