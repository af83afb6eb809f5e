"""The rows of the Keywords page: each keyword with its change, its daily counts and the progress of its backfill.

In: a filter. Out: frozen rows. Called by dashboards/views/keywords.py.
"""

from dataclasses import dataclass

from dashboards import charts
from monitoring.ingest.backfill import backfill_progress
from monitoring.insights.breakdown import keyword_lines
from monitoring.insights.filters import MentionFilter
from monitoring.insights.volume import PeriodChange
from monitoring.models import Keyword


@dataclass(frozen=True)
class KeywordRow:
    """A keyword of the list; `percent` is the progress of its backfill, None if it is finished."""

    keyword: Keyword
    percent: int | None
    change: PeriodChange
    sparkline: str
    query: str


def keyword_rows(f: MentionFilter) -> list[KeywordRow]:
    """Return all keywords of the filter's project, by type and name."""
    lines = keyword_lines(f, list(Keyword.objects.filter(project_id=f.project_id)))
    backfills = backfill_progress(f.project_id, [line.keyword for line in lines if not line.keyword.is_paused])
    rows = [
        KeywordRow(
            keyword=line.keyword,
            percent=backfills.get(line.keyword.pk),
            change=PeriodChange(line.total, line.before),
            sparkline=charts.sparkline_points(line.counts),
            query=f.replace(keywords=(line.keyword.pk,)).to_query(),
        )
        for line in lines
    ]
    order = {type_: index for index, type_ in enumerate(Keyword.Type.values)}
    return sorted(rows, key=lambda row: (order[row.keyword.type], row.keyword.name.casefold()))
