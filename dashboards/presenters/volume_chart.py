"""A Series of insights as people see it: the chart's configuration, its legend, and the table behind it.

Called by the overview and the keyword page. Dates are worded here, in the reader's language and zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils.translation import gettext as _

from dashboards import charts
from dashboards.presenters.coverage import Deaf, unheard
from dashboards.presenters.dates import bucket_label, bucket_title
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
    f: MentionFilter, series: Series, url: str, colors: Mapping[int, str], deaf: Sequence[Deaf] = ()
) -> Timeline:
    """`url` is the mentions page; each bucket leads to its part of it."""
    lines = charts.summed_up(
        [
            charts.Line(line.keyword.name, colors[line.keyword.pk], line.counts, str(line.keyword.pk))
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
        label, title = bucket_label(start, bucket), bucket_title(start, bucket)
        buckets.append(charts.Bucket(label, title, f"{url}?{part.to_query()}", unheard(deaf, end)))
    return buckets
