"""Followers of authors, ratings, and first mentions by an author: columns of documents.

These readings read the tables, so few rules should measure them.
"""

from typing import Any

from django.db.models import Exists, F, IntegerField, Max, Min, OuterRef, QuerySet
from django.db.models.functions import Cast

from alerts.readings.base import Counts, Request, count
from alerts.readings.rows import AUTHOR
from monitoring.insights.sql import statement
from monitoring.models import Mention


def reach(request: Request) -> Counts:
    """Add up the followers of the authors, each author once per window with the most that one of their items has."""
    known = request.mentions().filter(document__followers__isnull=False).annotate(row=AUTHOR)
    authors = known.values("group", "number", "row").annotate(followers=Max("document__followers"))
    return _sum(request, authors.values("group", "number", "followers").order_by(), "0", "sum(followers)")


def ratings(request: Request) -> Counts:
    """Count items by their stars; those without a rating are left out."""
    rated = request.mentions().filter(rating__isnull=False)
    return _sum(request, _once(rated, request, F("rating")), "rows.row", "count(*)")


def newcomers(request: Request) -> Counts:
    """Count by their number of followers the authors whose first mention of the keyword is in the window.

    An author whom nobody is named as, and one without a known number of followers, can't be recognized.
    """
    first = first_mentions(request.mentions(), request).annotate(author_id=F("document__written_by"))
    authors = first.values("group", "number", "author_id").annotate(row=Max("document__followers"))
    return _sum(request, authors.values("group", "number", "row").order_by(), "rows.row", "count(*)")


def first_mentions(rows: QuerySet[Mention], request: Request) -> QuerySet[Mention]:
    """Return those mentions whose author, with a known number of followers, has not mentioned the keyword before."""
    same: dict[str, Any] = (
        {"keyword_id": OuterRef("keyword_id")} if request.is_shared else {"keyword_id__in": request.keywords}
    )
    earlier = Mention.objects.filter(
        document__written_by=OuterRef("document__written_by"), found_at__lt=OuterRef("found_at"), **same
    )
    known = rows.filter(document__followers__isnull=False, document__written_by__isnull=False)
    return known.filter(~Exists(earlier))


def _once(rows: QuerySet[Mention], request: Request, key: F) -> QuerySet[Mention, Any]:
    """Return one row per document and window with its key: a document that two keywords match counts once."""
    if request.has_single_rows:
        return rows.annotate(row=Cast(key, IntegerField())).values("group", "number", "row").order_by()
    grouped = rows.values("group", "number", "document_id").annotate(row=Min(key))  # type: ignore[misc]  # annotations
    return grouped.values("group", "number", "row").order_by()


def _sum(request: Request, rows: QuerySet[Mention, Any], key: str, value: str) -> Counts:
    found = statement(rows)
    if found is None:
        return {}
    table, params = request.table(*found)
    grouping = f'rows."group", rows.number{"" if key == "0" else f", {key}"}'
    return count(f'SELECT rows."group", rows.number, {key}, {value} FROM {table} GROUP BY {grouping}', params)
