"""The items per day that a query matches, and the minutes that reading them takes.

In: a Preview. Out: a `ReadingCost`. Called by the setup page and the keyword form.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.query_tools.preview import Preview

SECONDS_PER_ITEM = 20  # to read a row and its text, and to decide
DAYS = 30
MIN_DAYS = 2  # a history of hours says nothing about a day


@dataclass(frozen=True)
class ReadingCost:
    """Averages per day over the last `days` days, rounded; 0 stands for less than one."""

    per_day: int
    minutes: int
    days: int


def reading_cost(preview: Preview, now: datetime) -> ReadingCost | None:
    """Return the cost of a query over the last 30 days, or since the first stored item. None in the first two days."""
    since = preview.history.since
    days = min((now - since).days, DAYS) if since else 0
    if days < MIN_DAYS:
        return None
    first = (now - timedelta(days)).date()
    per_day = sum(count for day, count in dict(preview.found.days).items() if day > first) / days
    return ReadingCost(round(per_day), round(per_day * SECONDS_PER_ITEM / 60), days)
