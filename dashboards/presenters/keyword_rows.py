"""The tables of keywords on the overview and Keywords pages, and the share of voice.

In: a filter and its volume (monitoring/insights/volume.py). Out: frozen rows. Called by dashboards/views/overview.py
and dashboards/views/keywords.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards import charts
from monitoring.ingest.backfill import backfill_progress
from monitoring.insights import volume
from monitoring.insights.filters import MentionFilter
from monitoring.insights.volume import PeriodChange, Series
from monitoring.models import Keyword

TOP_KEYWORDS = 10


@dataclass(frozen=True)
class TopKeyword:
    """A keyword on the overview; `share` is its part of the mentions of all keywords, in whole percent."""

    keyword: Keyword
    color: str
    change: PeriodChange
    share: int
    query: str


@dataclass(frozen=True)
class KeywordRow:
    """A keyword of the list; `percent` is the progress of its backfill, None if it is finished."""

    keyword: Keyword
    percent: int | None
    change: PeriodChange
    sparkline: str
    query: str


@dataclass(frozen=True)
class ShareOfVoice:
    """The brands' share of the mentions of brands and competitors, and the largest competitor's, in whole percent."""

    share: int
    query: str
    competitor: str
    competitor_share: int


def top_keywords(f: MentionFilter, series: Series, colors: Mapping[int, str]) -> list[TopKeyword]:
    """Return the keywords with the most mentions, in that order."""
    changes = volume.change_by_keyword(f)
    shares = charts.shares([line.total for line in series.lines])
    rows = [
        TopKeyword(line.keyword, colors[line.keyword.pk], changes[line.keyword.pk], share, _query(f, line.keyword))
        for line, share in zip(series.lines, shares, strict=True)
    ]
    return sorted(rows, key=lambda row: -row.change.now)[:TOP_KEYWORDS]


def keyword_rows(f: MentionFilter) -> list[KeywordRow]:
    """Return all keywords of the filter's project, by type and name."""
    changes = volume.change_by_keyword(f)
    lines = volume.volume(f, bucket="day").lines
    backfills = backfill_progress(f.project_id, [line.keyword for line in lines if not line.keyword.is_paused])
    rows = [
        KeywordRow(
            keyword=line.keyword,
            percent=backfills.get(line.keyword.pk),
            change=changes[line.keyword.pk],
            sparkline=charts.sparkline_points(line.counts),
            query=_query(f, line.keyword),
        )
        for line in lines
    ]
    order = {type_: index for index, type_ in enumerate(Keyword.Type.values)}
    return sorted(rows, key=lambda row: (order[row.keyword.type], row.keyword.name.casefold()))


def share_of_voice(f: MentionFilter, series: Series) -> ShareOfVoice | None:
    """Return the share of voice; None without a brand, a competitor, or mentions of either."""
    brands = [line for line in series.lines if line.keyword.type == Keyword.Type.BRAND]
    competitors = [line for line in series.lines if line.keyword.type == Keyword.Type.COMPETITOR]
    counts = [sum(line.total for line in brands), *(line.total for line in competitors)]
    if not brands or not competitors or not sum(counts):
        return None
    share, *others = charts.shares(counts)
    largest = max(range(len(competitors)), key=lambda index: counts[index + 1])
    query = _query(f, *(line.keyword for line in brands))
    return ShareOfVoice(share, query, competitors[largest].keyword.name, others[largest])


def _query(f: MentionFilter, *keywords: Keyword) -> str:
    return f.replace(keywords=tuple(keyword.pk for keyword in keywords)).to_query()
