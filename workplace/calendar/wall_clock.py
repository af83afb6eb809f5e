"""The planned time of a post: an hour on the wall of a time zone, which a change to daylight saving time leaves alone.

Pure. In: a day, a time and a zone. Out: the instant (UTC), and the days of a move. Called by workplace/posts.py and
the pages.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True)
class WallClock:
    """A day and a time on a clock of the zone. Moving it by a day may change the instant by 23 or 25 hours."""

    day: date
    at: time
    zone: tzinfo

    @property
    def instant(self) -> datetime:
        """The instant (UTC): an hour later if daylight saving time skips it, the first one if it repeats it."""
        return datetime.combine(self.day, self.at, self.zone).astimezone(UTC)


def moved_day(clock: WallClock, target: date, viewer: tzinfo) -> date:
    """Return the day, in the zone of the clock, that puts a post on the `target` day of a person in another zone."""
    return clock.day + (target - clock.instant.astimezone(viewer).date())


def day_bounds(first: date, last: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return when the first day starts and the last one ends (UTC)."""
    end = last + timedelta(days=1)
    return WallClock(first, time(), zone).instant, WallClock(end, time(), zone).instant


def month_days(day: date) -> list[date]:
    """Return the days of the weeks that contain the month of a day, from a Monday to a Sunday."""
    first = day.replace(day=1)
    last = next_month(day) - timedelta(days=1)
    start = monday(first)
    return [start + timedelta(days=number) for number in range((monday(last) - start).days + 7)]


def monday(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def next_month(day: date) -> date:
    """Return the first day of the next month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def previous_month(day: date) -> date:
    """Return the first day of the previous month."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
