"""Mentions, stories and authors by the labels of their mentions: one index-only scan where it can be."""

from typing import Any

from django.contrib.postgres.aggregates import BitOr
from django.db.models import CharField, Expression, F, QuerySet
from django.db.models.expressions import RawSQL

from alerts.readings.base import Counts, Request, count
from monitoring.insights.breakdown import label_bits
from monitoring.insights.sql import statement
from monitoring.models import Mention

# A key that counts once: an author, or the source of an item without one.
AUTHOR = RawSQL(
    "coalesce(nullif(monitoring_mention.author, ''), '#' || monitoring_mention.source_id::text)", [], CharField()
)

_SELECT = """
SELECT rows."group", rows.number, rows.labels, count(*) FROM {table} GROUP BY rows."group", rows.number, rows.labels
"""


def items(request: Request) -> Counts:
    """Count each item once."""
    rows = request.mentions()
    return _count(request, _plain(rows) if request.has_single_rows else _grouped(rows, F("document_id")))


def stories(request: Request) -> Counts:
    """Count near-identical items once per window, with the labels of all of them in it.

    Few mentions are part of a story: the others need no grouping.
    """
    rows = request.mentions()
    alone = rows.filter(story_id__isnull=True)
    return _count(
        request,
        _plain(alone) if request.has_single_rows else _grouped(alone, F("document_id")),
        _grouped(rows.filter(story_id__isnull=False), F("story_id")),
    )


def authors(request: Request) -> Counts:
    """Count each author once per window, with the labels of all their mentions in it."""
    return _count(request, _grouped(request.mentions(), AUTHOR))


def _plain(rows: QuerySet[Mention]) -> QuerySet[Mention, Any]:
    return rows.annotate(labels=label_bits()).values("group", "number", "labels").order_by()


def _grouped(rows: QuerySet[Mention], key: Expression | F) -> QuerySet[Mention, Any]:
    grouped = rows.annotate(row=key).values("group", "number", "row").annotate(labels=BitOr(label_bits()))
    return grouped.values("group", "number", "labels").order_by()


def _count(request: Request, *parts: QuerySet[Mention, Any]) -> Counts:
    """Count the rows of queries by group, window and labels, in one statement."""
    selects: list[str] = []
    values: list[Any] = []
    for part in parts:
        if found := statement(part):
            table, params = request.table(*found)
            selects.append(_SELECT.format(table=table))
            values += params
    return count(" UNION ALL ".join(selects), tuple(values)) if selects else {}
