"""Find the peaks of a series, and tell why one is there: its theme, terms, sources and posts.

`peaks` is pure: counts in, places out. `explain` reads a bounded sample of the documents of a bucket. Called by the
overview and the API.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.db.models import F

from monitoring.insights.breakdown import Tally, document_rows, tally
from monitoring.insights.facets import FacetRow, facet_rows
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow, newest_documents, rows_of_documents
from monitoring.insights.sql import count_combinations
from monitoring.insights.surges import MIN_WINDOWS, surge
from monitoring.insights.terms import Terms, distinctive_terms
from monitoring.insights.theme_rise import ThemeRise, theme_rise
from monitoring.models import Document

MAX_PEAKS = 3
TOP_SOURCES = 3
POSTS = 3
SAMPLE = 300


@dataclass(frozen=True)
class Explanation:
    """The causes of a peak: its numbers and theme, and the terms, sources and posts of its newest documents.

    `posts` are the first one and those with the most engagement, in the order of publication.
    """

    total: Tally
    theme: ThemeRise | None
    terms: Terms
    sources: tuple[FacetRow, ...]
    posts: tuple[MentionRow, ...]


def peaks(counts: Sequence[int]) -> list[int]:
    """Return the places of the highest counts that are unusual among the others, the highest first.

    Neighbors of a peak belong to it. The usual count is the median, which peaks themselves do not raise.
    """
    usual = round(median(counts)) if counts else 0
    others = [usual] * max(len(counts) - 1, 0)
    unusual = [place for place, count in enumerate(counts) if surge(count, others) and len(others) >= MIN_WINDOWS]
    found: list[int] = []
    for place in sorted(unusual, key=lambda place: (-counts[place], place)):
        if len(found) < MAX_PEAKS and all(abs(place - other) > 1 for other in found):
            found.append(place)
    return found


def explain(f: MentionFilter) -> Explanation:
    """Return what made the mentions under a filter, usually one bucket of a chart."""
    newest = newest_documents(f, SAMPLE)
    loudest = Document.objects.filter(pk__in=newest, deleted_at=None).order_by(
        F("engagement").desc(nulls_last=True), F("followers").desc(nulls_last=True), "published", "pk"
    )
    labels = count_combinations(document_rows(f, f.mentions()), ["labels"])
    return Explanation(
        total=tally(labels),
        theme=theme_rise(f),
        terms=distinctive_terms(f),
        sources=tuple(row for row in facet_rows(f, "sources", TOP_SOURCES) if row.count),
        posts=rows_of_documents(f, list(loudest.values_list("pk", flat=True)[:POSTS])),
    )
