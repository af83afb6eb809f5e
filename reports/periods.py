"""The period that a report covers, in its own time zone. Pure: dates and `now` in, UTC instants out."""

from datetime import date, datetime, timedelta, tzinfo

from delivery.message import Window
from monitoring.insights.periods import start_of_day

LAST_WEEK, LAST_MONTH = "last_week", "last_month"


def fixed_window(first: date, last: date, zone: tzinfo) -> Window:
    """Return the days from `first` to `last`, both included."""
    return Window(start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone))


def rolling_window(period: str, now: datetime, zone: tzinfo) -> Window:
    """Return the last full week, from Monday, or month before `now`."""
    end = _first_day(period, now.astimezone(zone).date())
    start = _first_day(period, end - timedelta(days=1))
    return Window(start_of_day(start, zone), start_of_day(end, zone))


def _first_day(period: str, day: date) -> date:
    return day - timedelta(days=day.weekday()) if period == LAST_WEEK else day.replace(day=1)
