"""A Series of insights as people see it: the chart's configuration, its legend, and the table behind it.

Called by the overview and the keyword page. Dates are worded here, in the reader's language and zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboards import charts
from dashboards.presenters.coverage import Deaf, unheard
from monitoring.insights.filters import MentionFilter
from monitoring.insights.volume import Series


@dataclass(frozen=True)
class Row:
    """A bucket in the table: counts in the order of the lines."""

    title: str
    url: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Timeline:
    config: dict[str, object]
    lines: list[charts.Line]
    rows: list[Row]
    is_hatched: bool


def timeline(
    f: MentionFilter, series: Series, url: str, colours: Mapping[int, str], deaf: Sequence[Deaf] = ()
) -> Timeline:
    """`url` is the mentions page; each bucket leads to its part of it."""
    lines = charts.summed_up(
        [
            charts.Line(line.keyword.name, colours[line.keyword.pk], line.counts, str(line.keyword.pk))
            for line in series.lines
        ],
        _("Other keywords"),
    )
    buckets = buckets_of(f, series.starts, series.bucket, url, deaf)
    rows = [
        Row(bucket.title, bucket.url, tuple(line.counts[place] for line in lines), series.totals[place])
        for place, bucket in enumerate(buckets)
    ]
    is_hatched = any(bucket.note for bucket in buckets)
    return Timeline(charts.volume(buckets, lines), lines, rows[::-1], is_hatched)


def buckets_of(
    f: MentionFilter, starts: Sequence[datetime], bucket: str, url: str, deaf: Sequence[Deaf] = ()
) -> list[charts.Bucket]:
    """The places on the time axis, each leading to its part of the mentions page at `url`."""
    buckets = []
    for start, end in pairwise([*starts, f.until]):
        part = f.replace(since=max(start, f.since), until=min(end, f.until))
        label, title = label_of(start, bucket), title_of(start, bucket)
        buckets.append(charts.Bucket(label, title, f"{url}?{part.to_query()}", unheard(deaf, end)))
    return buckets


def clock_of(local: datetime) -> str:
    """The time of day: 5:42 p.m., 17 h 42."""
    return formats.date_format(local, "TIME_FORMAT")


def hour_of(local: datetime) -> str:
    """An hour below a chart: 5 p.m., 17 h."""
    return formats.date_format(local, pgettext("hour on a chart in Django's date format", "P"))


def day_of(local: date) -> str:
    """A short date: Jul 31, 31 juil."""
    return formats.date_format(local, pgettext("short date in Django's date format", "M j"))


def label_of(start: datetime, bucket: str) -> str:
    """What stands below a bar."""
    return hour_of(start) if bucket == "hour" else day_of(start)


def title_of(start: datetime, bucket: str) -> str:
    """The bucket in full."""
    if bucket == "hour":
        return f"{formats.date_format(start, 'l j F')}, {clock_of(start)}"
    day = formats.date_format(start, "l j F Y")
    return _("Week of %s") % day if bucket == "week" else day
