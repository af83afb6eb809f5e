"""The compare page: sides with their numbers, share of voice and net sentiment over time, and a matrix of platforms.

In: a Comparison of monitoring/insights. Out: frozen rows and chart configurations for templates/compare/. Called by
dashboards/views/compare.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from accounts.formats import number, percent_pattern
from dashboards import time_charts
from dashboards.presenters.dates import bucket_label, bucket_title
from dashboards.presenters.time_chart import bands, gap_words, joined_names, share_lines, too_few_words
from dashboards.time_charts import NetLine, Remark, TimeBucket
from monitoring.insights.breakdown import Tally
from monitoring.insights.comparison import MIN_MENTIONS, Comparison, Side, SideCounts
from monitoring.insights.gaps import Gap
from monitoring.insights.net_sentiment import NetPoint, net_point, net_points
from monitoring.insights.shares import shares
from monitoring.insights.volume import PeriodChange
from monitoring.messages.labels import platform_name

NOTABLE_POINTS = 10  # of the share on a platform, compared with the share on all


@dataclass(frozen=True)
class SideRow:
    """A side in the table. `share_before` and `change` are None without a previous period to compare with."""

    name: str
    who: int
    query: str
    stories_query: str
    mentions: int
    stories: int
    share: int
    share_before: int | None
    change: PeriodChange | None
    net: NetPoint | None


@dataclass(frozen=True)
class MatrixCell:
    """A side on a platform; `share` is None where the platform has too few mentions."""

    name: str
    who: int
    query: str
    mentions: int
    share: int | None
    net: int | None

    @property
    def rest(self) -> int:
        return 100 - (self.share or 0)


@dataclass(frozen=True)
class MatrixRow:
    """A platform; `remark` says where the first side is much stronger or weaker than overall."""

    name: str
    cells: list[MatrixCell]
    remark: str


@dataclass(frozen=True)
class TimeRow:
    """A bucket in the table behind the charts, with (mentions, URL query, net sentiment) of each side."""

    title: str
    cells: list[tuple[int, str, NetPoint | None]]
    remark: str
    is_unseen: bool


@dataclass(frozen=True)
class ComparePage:
    rows: list[SideRow]
    voice: dict[str, object]
    net: dict[str, object]
    matrix: list[MatrixRow]
    times: list[TimeRow]
    has_net: bool


def side_name(side: Side) -> str:
    return joined_names(side.keywords)


def compare_page(found: Comparison, gaps: Sequence[Gap], *, has_previous: bool) -> ComparePage:
    """Return what the page shows; `gaps` are the buckets in which sources failed."""
    points = [net_points([tally.split for tally in counts.tallies]) for counts in found.sides]
    buckets = [
        TimeBucket(bucket_label(start, found.bucket), bucket_title(start, found.bucket), "") for start in found.starts
    ]
    remarks = [Remark(gap.index, gap_words(gap)) for gap in gaps]
    return ComparePage(
        rows=_side_rows(found, has_previous=has_previous),
        voice=time_charts.shares(
            buckets,
            share_lines([(side_name(one.side), [tally.documents for tally in one.tallies]) for one in found.sides]),
            remarks,
            percent_pattern() % {"number": "{}"},
        ),
        net=time_charts.nets(
            buckets,
            [
                NetLine(side_name(counts.side), who, bands(line))
                for who, (counts, line) in enumerate(zip(found.sides, points, strict=True), start=1)
            ],
            remarks,
            too_few_words(),
        ),
        matrix=_matrix(found),
        times=_time_rows(found, buckets, points, remarks),
        has_net=any(point for line in points for point in line),
    )


def _side_rows(found: Comparison, *, has_previous: bool) -> list[SideRow]:
    now = shares([counts.total.documents for counts in found.sides])
    before = shares([counts.before.documents for counts in found.sides])
    has_previous = has_previous and any(before)
    return [
        SideRow(
            name=side_name(counts.side),
            who=place + 1,
            query=counts.side.f.to_query(),
            stories_query=counts.side.f.replace(stories="fold").to_query(),
            mentions=counts.total.documents,
            stories=counts.stories,
            share=now[place],
            share_before=before[place] if has_previous else None,
            change=PeriodChange(counts.total.documents, counts.before.documents) if has_previous else None,
            net=net_point(counts.total.split),
        )
        for place, counts in enumerate(found.sides)
    ]


def _matrix(found: Comparison) -> list[MatrixRow]:
    overall = shares([counts.total.documents for counts in found.sides])
    rows = []
    for platform in found.platforms:
        tallies = [counts.platforms.get(platform, Tally()) for counts in found.sides]
        is_enough = sum(tally.documents for tally in tallies) >= MIN_MENTIONS
        parts = shares([tally.documents for tally in tallies])
        cells = [
            _cell(counts, platform, tally, parts[place] if is_enough else None, place + 1)
            for place, (counts, tally) in enumerate(zip(found.sides, tallies, strict=True))
        ]
        remark = _remark(parts[0] - overall[0]) if is_enough else ""
        rows.append(MatrixRow(platform_name(platform), cells, remark))
    return rows


def _cell(counts: SideCounts, platform: str, tally: Tally, share: int | None, who: int) -> MatrixCell:
    query = counts.side.f.replace(platforms=(platform,)).to_query()
    return MatrixCell(side_name(counts.side), who, query, tally.documents, share, tally.split.net)


def _remark(points: int) -> str:
    if points >= NOTABLE_POINTS:
        text = ngettext("%(count)s point above the overall share", "%(count)s points above the overall share", points)
    elif -points >= NOTABLE_POINTS:
        text = ngettext("%(count)s point below the overall share", "%(count)s points below the overall share", -points)
    else:
        return ""
    return text % {"count": number(abs(points))}


def _time_rows(
    found: Comparison,
    buckets: Sequence[TimeBucket],
    points: Sequence[Sequence[NetPoint | None]],
    remarks: Sequence[Remark],
) -> list[TimeRow]:
    texts = {remark.at: remark.text for remark in remarks}
    ends = [*found.starts[1:], None]
    rows = []
    for at, (bucket, start, end) in enumerate(zip(buckets, found.starts, ends, strict=True)):
        cells = []
        for counts, line in zip(found.sides, points, strict=True):
            f = counts.side.f
            query = f.replace(since=max(start, f.since), until=min(end or f.until, f.until)).to_query()
            cells.append((counts.tallies[at].documents, query, line[at]))
        rows.append(TimeRow(bucket.title, cells, texts.get(at, ""), at in texts))
    return rows[::-1]
