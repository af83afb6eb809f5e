"""Read and count several filters of a project together, in a number of queries that doesn't depend on how many.

In: query strings, as saved views store them. Out: MentionFilters and their counts. Called by workplace/saved_views.py
and the columns page.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from django.db import connection
from django.http import QueryDict

from accounts.models import Project
from monitoring.content.values import read_ids
from monitoring.insights.dimensions import DIMENSIONS
from monitoring.insights.filters import MentionFilter
from monitoring.insights.row_dimensions import RowDimension
from monitoring.insights.sql import statement
from monitoring.models import Keyword

CAP = 1000  # documents of a count: a badge has no room for more digits


class CappedCount(NamedTuple):
    """A number of documents, at least that many if `capped`."""

    value: int
    capped: bool


def read_filters(
    project: Project, queries: Sequence[str], now: datetime, zone: tzinfo, person_id: int | None = None
) -> list[MentionFilter]:
    """Return the filters of query strings, without rows that have been deleted; one query per kind of row."""
    params = [QueryDict(query) for query in queries]
    keywords = tuple(Keyword.objects.filter(project=project).order_by("id").values_list("id", flat=True))
    known: dict[str, Mapping[int, int]] = {"keywords": {pk: pk for pk in keywords}}
    for name, dimension in DIMENSIONS.items():
        if isinstance(dimension, RowDimension) and name not in known:
            texts = [text for one in params for text in one.getlist(dimension.parameter)]
            known[name] = dimension.present(project.pk, set(read_ids(texts)))
    filters = [MentionFilter.from_query(project, one, now, zone, known, person_id) for one in params]
    for f in filters:
        f.set_project_keywords(keywords)
    return filters


def count_documents(filters: Sequence[MentionFilter]) -> list[CappedCount | None]:
    """Return the number of documents under each filter, in one query; None for a search, which would take several."""
    counts: list[CappedCount | None] = [None if f.q else CappedCount(0, capped=False) for f in filters]
    statements: list[str] = []
    params: list[Any] = []
    for number, f in enumerate(filters):
        if f.q:
            continue
        wanted = statement(f.mentions().values("document_id")[: 2 * CAP])
        if wanted is None:
            continue
        sql, values = wanted
        statements.append(f"SELECT {number}, count(DISTINCT document_id), count(*) FROM ({sql}) AS counted")
        params += values
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), params)
            for number, documents, mentions in cursor.fetchall():
                counts[number] = CappedCount(min(documents, CAP), documents > CAP or mentions == 2 * CAP)
    return counts
