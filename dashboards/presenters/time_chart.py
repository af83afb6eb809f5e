"""The charts over time of the overview, with their table: volume by sentiment, net sentiment, share of voice.

In: a Breakdown and lines of monitoring/insights, gaps, marks and the filter. Out: configurations for static/js/chart/
and the rows of the table. Called by dashboards/views/overview.py.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.formats import number, percent, percent_pattern
from dashboards import time_charts
from dashboards.presenters.dates import bucket_label, bucket_title, window_title
from dashboards.time_charts import Line, Remark, Segment, TimeBucket
from monitoring.insights.breakdown import Breakdown, KeywordLine, Tally
from monitoring.insights.filters import MentionFilter
from monitoring.insights.gaps import Gap
from monitoring.insights.marks import ANNOTATION, MODEL, QUERY, Mark
from monitoring.insights.net_sentiment import NetPoint, net_points
from monitoring.insights.peaks import peaks
from monitoring.insights.sentiment import MIN_LABELED
from monitoring.insights.shares import shares
from monitoring.messages.source_errors import error_text
from monitoring.models import Keyword

# From the baseline up, where heights compare best: what may need a reply comes first.
SEGMENTS = (
    ("negative", "neg", gettext_lazy("Negative")),
    ("neutral", "neu", gettext_lazy("Neutral")),
    ("uncertain", "unk", gettext_lazy("Uncertain")),
    ("positive", "pos", gettext_lazy("Positive")),
    ("pending", "wait", gettext_lazy("Not analyzed yet")),
)
NAMED_SOURCES = 2


@dataclass(frozen=True)
class TimeRow:
    """A bucket in the table; `counts` are pairs of a number and the URL of its mentions, in the order of SEGMENTS."""

    title: str
    url: str
    total: int
    counts: tuple[tuple[int, str], ...]
    net: NetPoint | None
    remark: str
    explain_url: str
    is_unseen: bool


@dataclass(frozen=True)
class TimeCharts:
    """`peak` is the place of the highest peak, None without one; `gap_notes` say what could not be seen."""

    volume: dict[str, object]
    net: dict[str, object]
    segments: tuple[Segment, ...]
    lines: tuple[Line, ...]
    rows: list[TimeRow]
    buckets: tuple[TimeBucket, ...]
    gaps: tuple[Remark, ...]
    peak: int | None
    has_net: bool

    @property
    def peak_url(self) -> str:
        return "" if self.peak is None else self.buckets[self.peak].explain_url


@dataclass(frozen=True)
class ShareRow:
    """A keyword in the table of shares of voice; `before` is None without a previous period to compare with."""

    name: str
    who: int
    share: int
    before: int | None
    query: str


@dataclass(frozen=True)
class ShareChart:
    config: dict[str, object]
    rows: list[ShareRow]


def time_charts_of(
    f: MentionFilter, found: Breakdown, rivals: Sequence[KeywordLine], gaps: Sequence[Gap], marks: Sequence[Mark]
) -> TimeCharts:
    """Return the charts of volume and net sentiment with their common table; `f` is the filter of the subject."""
    totals = [tally.documents for tally in found.tallies]
    tops = peaks(totals[:-1] if _is_partial(f) else totals)
    buckets = time_buckets(f, found)
    segments = tuple(
        Segment(str(name), tone, tuple(getattr(tally.split, label) for tally in found.tallies), label)
        for label, tone, name in SEGMENTS
        if label != "pending" or found.total.split.pending
    )
    lines = tuple(
        Line(line.keyword.name, who, tuple(line.counts))
        for who, line in enumerate(rivals[: time_charts.COMPETITORS], start=2)
    )
    gap_remarks = tuple(Remark(gap.index, gap_words(gap)) for gap in gaps)
    changes = mark_remarks(found.starts, marks)
    points = net_points([tally.split for tally in found.tallies])
    peak_remarks = [Remark(at, _peak_words(found.tallies[at])) for at in tops]
    return TimeCharts(
        volume=time_charts.volume(
            buckets, segments, lines, gap_remarks, changes, peak_remarks, is_partial=_is_partial(f)
        ),
        net=time_charts.net(
            buckets,
            _("Net sentiment"),
            bands(points),
            gap_remarks,
            too_few_words(),
            has_room=bool(lines),
        ),
        segments=segments,
        lines=lines,
        rows=_rows(f, found, buckets, points, [*gap_remarks, *changes], {gap.index for gap in gaps})[::-1],
        buckets=tuple(buckets),
        gaps=gap_remarks,
        peak=tops[0] if tops else None,
        has_net=any(points),
    )


def share_chart(
    f: MentionFilter, found: Breakdown, lines: Sequence[KeywordLine], gaps: Sequence[Remark], *, has_previous: bool
) -> ShareChart | None:
    """Return the shares of voice of brands and competitors; None without mentions of both kinds of keywords."""
    brands = [line for line in lines if line.keyword.type == Keyword.Type.BRAND]
    rivals = sorted(
        (line for line in lines if line.keyword.type == Keyword.Type.COMPETITOR), key=lambda line: -line.total
    )[: time_charts.COMPETITORS]
    if not brands or not rivals or not sum(line.total for line in (*brands, *rivals)):
        return None
    own = (
        joined_names([line.keyword for line in brands]),
        tuple(map(sum, zip(*(line.counts for line in brands), strict=True))),
        sum(line.before for line in brands),
        tuple(line.keyword.pk for line in brands),
    )
    series = [own, *((line.keyword.name, line.counts, line.before, (line.keyword.pk,)) for line in rivals)]
    now = shares([sum(counts) for _name, counts, _before, _ids in series])
    before = shares([count for _name, _counts, count, _ids in series])
    has_previous = has_previous and any(count for _name, _counts, count, _ids in series)
    config = time_charts.shares(
        time_buckets(f, found),
        share_lines([(name, counts) for name, counts, _before, _ids in series]),
        gaps,
        percent_pattern() % {"number": "{}"},
    )
    rows = [
        ShareRow(name, who, now[who - 1], before[who - 1] if has_previous else None, _of(f, ids))
        for who, (name, _counts, _before, ids) in enumerate(series, start=1)
    ]
    return ShareChart(config, rows)


def share_lines(series: Sequence[tuple[str, Sequence[int]]]) -> list[Line]:
    """Return the share of each of several counts in every bucket, in percent; None where all are 0."""
    whole = [sum(counts) for counts in zip(*(counts for _name, counts in series), strict=True)]
    return [
        Line(name, who, tuple(_share(count, total) for count, total in zip(counts, whole, strict=True)))
        for who, (name, counts) in enumerate(series, start=1)
    ]


def joined_names(keywords: Sequence[Keyword]) -> str:
    """Return the names of keywords that are compared as one, those of the first two if they are more."""
    return " + ".join(keyword.name for keyword in keywords[:2]) + ("…" if len(keywords) > 2 else "")


def bands(points: Sequence[NetPoint | None]) -> tuple[tuple[int, int, int] | None, ...]:
    """Return points of net sentiment as the charts have them."""
    return tuple((point.net, point.low, point.high) if point else None for point in points)


def too_few_words() -> str:
    """Return why a point of net sentiment is missing."""
    return _("fewer than %(number)s analyzed mentions") % {"number": number(MIN_LABELED)}


def time_buckets(f: MentionFilter, found: Breakdown) -> list[TimeBucket]:
    """Return the buckets of the time axis, each with the links to its mentions and to its explanation."""
    mentions, explain = (reverse(name, args=[f.project_id]) for name in ("mentions", "overview_peak"))
    buckets = []
    for (start, end), tally in zip(pairwise([*found.starts, f.until]), found.tallies, strict=True):
        query = f.replace(since=max(start, f.since), until=min(end, f.until)).to_query()
        explain_url = f"{explain}?{query}" if tally.documents else ""
        label, title = bucket_label(start, found.bucket), bucket_title(start, found.bucket)
        buckets.append(TimeBucket(label, title, f"{mentions}?{query}", explain_url))
    return buckets


def title_of(f: MentionFilter) -> str:
    """Return the name of the bucket that a filter is about, else its two ends."""
    start, length = f.since.astimezone(f.zone), f.until - f.since
    if length <= timedelta(hours=1):
        return bucket_title(start, "hour")
    if length <= timedelta(hours=25):
        return bucket_title(start, "day")
    return bucket_title(start, "week") if length <= timedelta(days=8) else window_title(start, f.until)


def _is_partial(f: MentionFilter) -> bool:
    """Return whether the last bucket goes on: named periods end now."""
    return f.period != "custom"


def _of(f: MentionFilter, ids: tuple[int, ...]) -> str:
    return f.replace(keywords=ids).to_query()


def _share(count: int, total: int) -> float | None:
    return round(100 * count / total, 1) if total else None


def _rows(
    f: MentionFilter,
    found: Breakdown,
    buckets: Sequence[TimeBucket],
    points: Sequence[NetPoint | None],
    remarks: Sequence[Remark],
    unseen: set[int],
) -> list[TimeRow]:
    texts = {at: "; ".join(one.text for one in group) for at, group in groupby(_sorted(remarks), lambda one: one.at)}
    return [
        TimeRow(
            title=bucket.title,
            url=bucket.url,
            total=tally.documents,
            counts=tuple(
                (getattr(tally.split, label), f"{bucket.url}&sentiment={label}")
                for label, _tone, _name in SEGMENTS
                if label != "pending"
            ),
            net=points[at],
            remark=texts.get(at, ""),
            explain_url=bucket.explain_url,
            is_unseen=at in unseen,
        )
        for at, (bucket, tally) in enumerate(zip(buckets, found.tallies, strict=True))
    ]


def _sorted(remarks: Sequence[Remark]) -> list[Remark]:
    return sorted(remarks, key=lambda one: one.at)


def gap_words(gap: Gap) -> str:
    """Return which sources failed and why: "Le Phare: the site took too long to respond."."""
    if not gap.failures:
        return _("Vigie did not collect yet")
    reasons = list(dict.fromkeys(str(error_text(one.error_code).message) for one in gap.failures))
    names = ", ".join(one.name for one in gap.failures[:NAMED_SOURCES])
    if len(gap.failures) > NAMED_SOURCES:
        more = len(gap.failures) - NAMED_SOURCES
        text = ngettext("%(names)s and %(more)s more", "%(names)s and %(more)s more", more)
        names = text % {"names": names, "more": number(more)}
    # Translators: the names of sources, then why they failed.
    return _("%(names)s failed: %(reason)s") % {"names": names, "reason": reasons[0]}


def mark_remarks(starts: Sequence[datetime], marks: Sequence[Mark]) -> list[Remark]:
    """Return one remark per bucket with changes."""
    by_bucket: dict[int, list[str]] = {}
    for mark in marks:
        at = max(bisect_right(starts, mark.at) - 1, 0)
        by_bucket.setdefault(at, []).append(_mark_words(mark))
    return [
        Remark(
            at,
            words[0]
            if len(words) == 1
            else _("%(first)s, and %(more)s more") % {"first": words[0], "more": number(len(words) - 1)},
        )
        for at, words in ((at, list(dict.fromkeys(found))) for at, found in sorted(by_bucket.items()))
    ]


def _mark_words(mark: Mark) -> str:
    if mark.kind == MODEL:
        return _("sentiment: version %(number)s") % {"number": mark.target}
    if mark.kind == ANNOTATION:
        return mark.target
    if mark.kind == QUERY:
        return _("query changed: %(name)s") % {"name": mark.target}
    return _("sources changed: %(name)s") % {"name": mark.target}


def _peak_words(tally: Tally) -> str:
    count = ngettext("%(count)s mention", "%(count)s mentions", tally.documents) % {"count": number(tally.documents)}
    share = round(100 * tally.split.negative / tally.documents)
    if not share:
        return count
    return _("%(mentions)s, %(percent)s negative") % {"mentions": count, "percent": percent(share)}
