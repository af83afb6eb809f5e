"""The items per day that a query matches, and the minutes that reading them takes.

In: a Preview. Out: a `ReadingCost`. Called by the setup page and the keyword form.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from monitoring.query_tools.preview import Preview

SECONDS_PER_ITEM = 20  # to read a row and its text, and to decide
DAYS = 30
MIN_DAYS = 2  # a history of hours says nothing about a day


@dataclass(frozen=True)
class ReadingCost:
    """Averages per day over the last `days` full days, rounded; 0 stands for less than one."""

    per_day: int
    minutes: int
    days: int


def reading_cost(preview: Preview, now: datetime, zone: tzinfo) -> ReadingCost | None:
    """Return the cost of a query over the last 30 full days in the time zone, or those since the first stored item.

    None if there are fewer than two.
    """
    if preview.history.since is None:
        return None
    today, start = now.astimezone(zone).date(), preview.history.since.astimezone(zone).date()
    days = min((today - start).days - 1, DAYS)
    if days < MIN_DAYS:
        return None
    first = today - timedelta(days)
    per_day = sum(count for day, count in dict(preview.found.days).items() if first <= day < today) / days
    return ReadingCost(round(per_day), round(per_day * SECONDS_PER_ITEM / 60), days)
