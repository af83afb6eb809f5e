"""Volume over time, and its change against the equal period before.

In: a MentionFilter. Out: frozen rows of counts for charts, rules, the API and digests. A keyword's counts are its
mentions; `totals` are documents, so that a story two keywords match is one: both agree with lists.count.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Min, Value

from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import count
from monitoring.insights.periods import bucket_starts, fitting_bucket
from monitoring.insights.sql import count_groups
from monitoring.models import Keyword


@dataclass(frozen=True)
class Line:
    """A keyword's mentions in each bucket."""

    keyword: Keyword
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Series:
    """`starts` are the buckets' beginnings in the person's zone; the first may lie before the period, whose mentions
    alone are counted. Lines come in the order in which the keywords were made; keywords without mentions have zeros.
    `totals` counts documents. `capped`: a search found more than it counts (see search.py).
    """

    bucket: str
    starts: tuple[datetime, ...]
    lines: tuple[Line, ...]
    totals: tuple[int, ...]
    capped: bool = False

    @property
    def total(self) -> int:
        return sum(self.totals)


# Counts below this double by chance: for a mean of 10, twice as many comes about once in three hundred periods.
SURGE_FROM = 20


class Change(NamedTuple):
    """A count in this period and in the equal one before."""

    now: int
    before: int

    @property
    def percent(self) -> int | None:
        """Rounded; None where there is nothing to compare with."""
        return round(100 * (self.now - self.before) / self.before) if self.before else None

    @property
    def is_surge(self) -> bool:
        """At least twice as many as before, and enough of them not to be chance."""
        return self.now >= max(2 * self.before, SURGE_FROM) and self.before > 0


def volume(f: MentionFilter, zone: tzinfo | None = None, bucket: str | None = None) -> Series:
    """Counts by bucket ("hour", "day", "week"; by the period's length if None), zero-filled, per keyword and in
    all."""
    zone = zone or f.zone
    bucket = fitting_bucket(f.since, f.until, bucket)
    starts = bucket_starts(f.since, f.until, zone, bucket)
    number = bucket_number(f, starts)
    counted = f.mentions().annotate(number=number).values_list("keyword_id", "number").annotate(rows=Count("*"))
    counts: dict[int, list[int]] = defaultdict(lambda: [0] * len(starts))
    for keyword_id, position, rows in counted.order_by():
        counts[keyword_id][position - 1] = rows
    keywords = Keyword.objects.filter(pk__in=f.scope).order_by("id")
    lines = tuple(Line(keyword, tuple(counts[keyword.pk])) for keyword in keywords)
    return Series(
        bucket=bucket,
        starts=tuple(start.astimezone(zone) for start in starts),
        lines=lines,
        totals=lines[0].counts if len(lines) == 1 else _totals(f, number, len(starts)),
        capped=f.capped,
    )


def bucket_number(f: MentionFilter, starts: list[datetime]) -> Func:
    """The number of the bucket that a mention lies in, from 1. width_bucket searches the sorted starts: hours, days
    and weeks of any zone in one expression, and daylight saving is whatever bucket_starts made of it."""
    edges = Value(starts, output_field=ArrayField(DateTimeField()))
    return Func(F(f.clock), edges, function="width_bucket", output_field=IntegerField())


def change(f: MentionFilter) -> Change:
    """Documents in the period, and in the equal one before."""
    return Change(count(f).value, count(f.previous()).value)


def change_by_keyword(f: MentionFilter) -> dict[int, Change]:
    """Mentions of each keyword in scope in the period, and in the equal one before; by keyword id."""
    now, before = _by_keyword(f), _by_keyword(f.previous())
    return {keyword_id: Change(now.get(keyword_id, 0), before.get(keyword_id, 0)) for keyword_id in f.scope}


def _totals(f: MentionFilter, number: Func, length: int) -> tuple[int, ...]:
    """Documents by bucket, each in the bucket where it was first found or published."""
    totals = [0] * length
    documents = f.mentions().values("document_id").annotate(number=Min(number)).order_by()
    for position, rows in count_groups(documents, "number"):
        totals[position - 1] = rows
    return tuple(totals)


def _by_keyword(f: MentionFilter) -> dict[int, int]:
    return dict(f.mentions().values_list("keyword_id").annotate(rows=Count("*")).order_by())
