"""Count mentions over time, and compare a period with the previous one.

In: a MentionFilter. Out: frozen counts for charts, rules, the API and digests. A keyword's counts are its mentions;
`totals` are documents, so a document that two keywords match counts once. Both agree with mentions.count. If the
filter folds stories, both count stories.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Min, Value

from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import count
from monitoring.insights.periods import bucket_starts, fitting_bucket
from monitoring.insights.sql import count_combinations, count_groups
from monitoring.models import Keyword, Source


@dataclass(frozen=True)
class KeywordVolume:
    """The number of mentions of one keyword in each bucket."""

    keyword: Keyword
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Series:
    """Counts per bucket for every keyword in scope, in the order of their creation, and for all.

    `starts` are the beginnings of the buckets in the person's zone; the first may be before the period, whose mentions
    alone are counted. `totals` counts documents. `capped`: a search matches more than it counts (see search.py).
    """

    bucket: str
    starts: tuple[datetime, ...]
    lines: tuple[KeywordVolume, ...]
    totals: tuple[int, ...]
    capped: bool = False

    @property
    def total(self) -> int:
        return sum(self.totals)


WINDOW = "window"  # a bucket of no calendar unit

# Lower counts double by chance: with a mean of 10, one period of three hundred has twice as many.
SURGE_FROM = 20


class PeriodChange(NamedTuple):
    """A count in a period (`now`) and in the previous period (`before`)."""

    now: int
    before: int

    @property
    def percent(self) -> int | None:
        """The rounded change in percent, None if the previous count is 0."""
        return round(100 * (self.now - self.before) / self.before) if self.before else None

    @property
    def is_surge(self) -> bool:
        """Whether the count at least doubled and is too high for that to be chance."""
        return self.now >= max(2 * self.before, SURGE_FROM) and self.before > 0


def volume(
    f: MentionFilter, zone: tzinfo | None = None, bucket: str | None = None, starts: list[datetime] | None = None
) -> Series:
    """Return counts by bucket ("hour", "day", "week"; by the period's length if None), with zeros.

    With `starts`, buckets of any length begin there, and `bucket` is WINDOW: each is counted by itself, as rules do,
    so a folded story counts in every one that has an item of it.
    """
    zone = zone or f.zone
    if bucket is None or starts is None:
        bucket = fitting_bucket(f.since, f.until, bucket)
        starts = bucket_starts(f.since, f.until, zone, bucket)
    number = bucket_number(f, starts)
    counts: dict[int, list[int]] = defaultdict(lambda: [0] * len(starts))
    by_window = f.is_folded and bucket == WINDOW
    for keyword_id, position, rows in _counted(f, number, by_window=by_window):
        counts[keyword_id][position - 1] = rows
    keywords = Keyword.objects.filter(pk__in=f.scope).order_by("id")
    lines = tuple(KeywordVolume(keyword, tuple(counts[keyword.pk])) for keyword in keywords)
    return Series(
        bucket=bucket,
        starts=tuple(start.astimezone(zone) for start in starts),
        lines=lines,
        totals=lines[0].counts if len(lines) == 1 else _totals(f, number, len(starts), by_window=by_window),
        capped=f.capped,
    )


def bucket_number(f: MentionFilter, starts: list[datetime]) -> Func:
    """Return the expression for the number of a mention's bucket, from 1.

    width_bucket searches the sorted starts, so one expression serves hours, days and weeks of any zone.
    """
    edges = Value(starts, output_field=ArrayField(DateTimeField()))
    return Func(F(f.clock), edges, function="width_bucket", output_field=IntegerField())


def change(f: MentionFilter) -> PeriodChange:
    """Return the number of documents in the period and in the previous one."""
    return PeriodChange(count(f).value, count(f.previous()).value)


def history_start(f: MentionFilter) -> datetime | None:
    """Return when Vigie began to collect for the project; None if that was before the previous period.

    After that, a comparison would be with a time of which Vigie knows little.
    """
    first = Source.objects.filter(project_id=f.project_id).aggregate(first=Min("created_at"))["first"]
    return first if first and first > f.previous().since else None


def _counted(f: MentionFilter, number: Func, *, by_window: bool) -> Iterable[tuple[int, int, int]]:
    """Return (keyword id, number of the bucket, mentions); a folded story counts once, in its first bucket."""
    if by_window:
        rows = f.mentions().annotate(row=f.row_key, number=number).values("keyword_id", "row", "number").distinct()
        return count_combinations(rows.order_by(), ["keyword_id", "number"])
    if f.is_folded:
        rows = f.mentions().annotate(row=f.row_key).values("keyword_id", "row").annotate(number=Min(number))
        return count_combinations(rows.order_by(), ["keyword_id", "number"])
    counted = f.mentions().annotate(number=number).values_list("keyword_id", "number").annotate(rows=Count("*"))
    return counted.order_by()


def _totals(f: MentionFilter, number: Func, length: int, *, by_window: bool) -> tuple[int, ...]:
    """Return documents or folded stories by bucket, each in the bucket of its earliest mention."""
    totals = [0] * length
    rows = f.mentions().annotate(row=f.row_key)
    if by_window:
        counted = rows.annotate(number=number).values("row", "number").distinct()
    else:
        counted = rows.values("row").annotate(number=Min(number))
    for position, stories in count_groups(counted.order_by(), "number"):
        totals[position - 1] = stories
    return tuple(totals)
