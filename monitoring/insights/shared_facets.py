"""Count several facets in one reading of the covering index.

In: a MentionFilter and the facets. Out: the number of documents (or stories, if folded) by key, one mapping per facet.
Called by facets.py.

A facet ignores its own selection. So the statement reads the mentions that fail at most one of the filter's conditions
on these dimensions: a facet counts those that fail no other one than its own.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Expression, IntegerField, Q, QuerySet, Value, When

from monitoring.insights.dimension import Dimension, Key
from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention


@dataclass(frozen=True)
class FacetGroup:
    """A facet to count: its `selected` and its `limit` most frequent keys."""

    dimension: Dimension
    limit: int
    selected: tuple[Key, ...]


def count_facets(f: MentionFilter, groups: Sequence[FacetGroup]) -> list[dict[Key, int]]:
    """Return the counts by key for each facet, in their order."""
    counts: list[dict[Key, int]] = [{} for _ in groups]
    if not groups:
        return counts
    failures = _failures(f, groups)
    try:
        sql, params = _rows(f, groups, failures).query.sql_with_params()
    except EmptyResultSet:  # no keyword is in scope
        return counts
    parts = [_part(f, number, group, is_selected=number in failures) for number, group in enumerate(groups)]
    statement = f"WITH rows AS MATERIALIZED ({sql}), {_documents(groups)} {' UNION ALL '.join(parts)}"
    limits = [value for one in groups for value in (list(one.selected), one.limit + len(one.selected))]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, *limits])
        # As JSON, since the keys of one statement are texts and numbers.
        for number, key, count in cursor.fetchall():
            counts[number][json.loads(key)] = count
    return counts


def _failures(f: MentionFilter, groups: Sequence[FacetGroup]) -> dict[int, Case]:
    """Return 0 or 1 for each facet with a condition, by its number: whether a mention fails it."""
    conditions = {number: group.dimension.condition(f) for number, group in enumerate(groups)}
    return {
        number: Case(When(condition, then=Value(0)), default=Value(1), output_field=IntegerField())
        for number, condition in conditions.items()
        if condition is not None
    }


def _rows(f: MentionFilter, groups: Sequence[FacetGroup], failures: dict[int, Case]) -> QuerySet[Mention, dict]:
    """Return the keys of the mentions that fail at most one condition, and which."""
    columns: dict[str, Any] = {f"key_{number}": one.dimension.facet_key() for number, one in enumerate(groups)}
    columns |= {f"fails_{number}": failure for number, failure in failures.items()}
    total: Expression = Value(0)
    for failure in failures.values():
        total = total + failure
    rows = f.mentions(skip=tuple(groups[number].dimension.name for number in failures))
    rows = rows.annotate(**columns, row=f.row_key, failed=total).filter(Q(failed__lte=1))
    return rows.values(*columns, "row", "failed").order_by()


def _documents(groups: Sequence[FacetGroup]) -> str:
    """Return the keys that all mentions of a document share, once per document."""
    keys = [f"key_{number}" for number, one in enumerate(groups) if one.dimension.is_of_document]
    return f"documents AS (SELECT DISTINCT {', '.join([*keys, 'row'])} FROM rows WHERE failed = 0)"


def _part(f: MentionFilter, number: int, group: FacetGroup, *, is_selected: bool) -> str:
    key, own = f"key_{number}", f"fails_{number}" if is_selected else "0"
    source = f"SELECT {key} AS key, row FROM rows WHERE failed = {own}"
    if f.is_folded:
        source = source.replace("SELECT", "SELECT DISTINCT", 1)
    elif group.dimension.is_of_document and not is_selected:
        source = f"SELECT {key} AS key FROM documents"
    elif len(f.scope) > 1 and not group.dimension.has_unique_documents:
        source = source.replace("SELECT", "SELECT DISTINCT", 1)
    return (
        f"(SELECT {number}, to_jsonb(key)::text, count(*) FROM ({source}) AS counted WHERE key IS NOT NULL"
        " GROUP BY key ORDER BY key = ANY(%s) DESC, 3 DESC, key LIMIT %s)"
    )
