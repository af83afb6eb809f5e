"""The strip of the last 30 days of a source: when it was working, failing, or not checked.

In: sources and the time. Out: a frozen `Strip` by source id, in one query. Called by dashboards/views/sources.py;
templates/sources/_strip.html draws it as a small SVG with a sentence for screen readers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number, short_day
from monitoring.insights.outages import Period, Unseen, periods_of, unseen_parts
from monitoring.models import Source

DAYS = 30
CELL = 10  # width in the SVG
# A shorter failure within a day is no outage that people would look for.
NOTABLE = timedelta(minutes=30)


@dataclass(frozen=True)
class Day:
    """One day: `tone` is working, failing or unseen; `x` is its place in the SVG."""

    x: int
    tone: str
    title: str


@dataclass(frozen=True)
class Strip:
    """The days from old to new, and how many were affected, in words; `failing` is their number."""

    days: tuple[Day, ...]
    failing: int
    label: str


def outage_strips(sources: Iterable[Source], now: datetime) -> dict[int, Strip]:
    """Return a strip for each source: 30 days up to now, in the active time zone."""
    ids = [source.pk for source in sources]
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    start = today - timedelta(days=DAYS - 1)
    periods = periods_of(ids, start, now)
    return {pk: _strip(periods.get(pk, []), start, now) for pk in ids}


def _strip(periods: Sequence[Period], start: datetime, now: datetime) -> Strip:
    unseen = unseen_parts(periods, start, now)
    days = tuple(_day(number, start + timedelta(days=number), unseen, now) for number in range(DAYS))
    failing = sum(day.tone == "failing" for day in days)
    if failing:
        text = ngettext(
            "Failing on %(number)s of the last 30 days", "Failing on %(number)s of the last 30 days", failing
        )
        label = text % {"number": number(failing)}
    elif all(day.tone == "unseen" for day in days):
        label = _("Not checked in the last 30 days")
    else:
        label = _("No failures in the last 30 days")
    return Strip(days, failing, label)


def _day(index: int, start: datetime, unseen: Sequence[Unseen], now: datetime) -> Day:
    end = min(start + timedelta(days=1), now)
    failing, missing = timedelta(), timedelta()
    for part in unseen:
        overlap = max(min(part.end, end) - max(part.start, start), timedelta())
        if part.error_code:
            failing += overlap
        else:
            missing += overlap
    length = end - start
    if failing >= min(NOTABLE, length / 2) and failing:
        tone, words = "failing", _("failing")
    elif missing >= length / 2:
        tone, words = "unseen", _("not checked")
    else:
        tone, words = "working", _("working")
    return Day(index * CELL, tone, _("%(day)s: %(status)s") % {"day": short_day(start), "status": words})
