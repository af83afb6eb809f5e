"""The volume chart: a Series of monitoring/insights/volume.py in, the Chart.js configuration and its table out.

Called by the keyword and incident pages; templates/components/_volume_chart.html shows it. Dates are written
here, in the active language and in the filter's time zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils.translation import gettext as _

from dashboards import charts
from dashboards.presenters.coverage import FailingSource, outage_note
from dashboards.presenters.dates import bucket_label, bucket_title, window_label, window_title
from monitoring.insights.filters import MentionFilter
from monitoring.insights.volume import WINDOW, Series


@dataclass(frozen=True)
class VolumeRow:
    """A bucket in the table behind the chart: its counts in the order of the chart's datasets."""

    title: str
    url: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class VolumeChart:
    """The chart's configuration, its legend and its table, newest bucket first."""

    config: dict[str, object]
    datasets: list[charts.Dataset]
    rows: list[VolumeRow]
    is_hatched: bool


def volume_chart(
    f: MentionFilter, series: Series, url: str, colors: Mapping[int, str], failing: Sequence[FailingSource] = ()
) -> VolumeChart:
    """Return the chart; `url` is the Mentions page, and each bucket links to its part of it."""
    datasets = charts.merge_rest(
        [
            charts.Dataset(line.keyword.name, colors[line.keyword.pk], line.counts, str(line.keyword.pk))
            for line in series.lines
        ],
        _("Other keywords"),
    )
    buckets = chart_buckets(f, series.starts, series.bucket, url, failing)
    rows = [
        VolumeRow(bucket.title, bucket.url, tuple(dataset.counts[index] for dataset in datasets), total)
        for index, (bucket, total) in enumerate(zip(buckets, series.totals, strict=True))
    ]
    is_hatched = any(bucket.note for bucket in buckets)
    return VolumeChart(charts.volume(buckets, datasets), datasets, rows[::-1], is_hatched)


def chart_buckets(
    f: MentionFilter, starts: Sequence[datetime], bucket: str, url: str, failing: Sequence[FailingSource] = ()
) -> list[charts.Bucket]:
    """Return the buckets of the time axis, each with the link to its part of the Mentions page at `url`."""
    buckets = []
    for start, end in pairwise([*starts, f.until]):
        part = f.replace(since=max(start, f.since), until=min(end, f.until))
        if bucket == WINDOW:
            label, title = window_label(start, end), window_title(start, end)
        else:
            label, title = bucket_label(start, bucket), bucket_title(start, bucket)
        buckets.append(charts.Bucket(label, title, f"{url}?{part.to_query()}", outage_note(failing, end)))
    return buckets
