"""Working time: when a span of it ends, and how much of it lies between two instants. Pure.

In: WorkingHours (what a project's ResponseTarget says) and instants. Out: instants in UTC and durations. Called by
workplace/models/response_targets.py and the settings page.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY_MINUTES = 24 * 60

Span = tuple[int, int]  # minutes after midnight: opens, closes
Instants = tuple[datetime, datetime]


@dataclass(frozen=True)
class WorkingHours:
    """The hours of each weekday, Monday first, None for a day off; those of holidays don't count.

    Spans are wall-clock times of `zone`; lengths are elapsed time, so a night shift over the change to daylight saving
    time is an hour shorter.
    """

    days: tuple[Span | None, ...]
    zone: tzinfo
    holidays: Container[date] = frozenset()

    def __post_init__(self) -> None:
        spans = [span for span in self.days if span]
        if len(self.days) != 7 or not spans or any(not 0 <= start < end <= DAY_MINUTES for start, end in spans):
            raise ValueError("hours of seven weekdays, at least one of them a working day")

    def on(self, day: date) -> Instants | None:
        """Return when work starts and ends on a day (UTC), None on days off and holidays."""
        span = self.days[day.weekday()]
        if span is None or day in self.holidays:
            return None
        start, end = (self._instant(day, minutes) for minutes in span)
        return (start, end) if start < end else None  # the hour that daylight saving time skips is no time

    def _instant(self, day: date, minutes: int) -> datetime:
        midnight = datetime.combine(day, time(), self.zone)
        # Wall-clock arithmetic: zoneinfo finds the offset of the result.
        return (midnight + timedelta(minutes=minutes)).astimezone(UTC)

    def after(self, instant: datetime) -> Iterator[Instants]:
        """Yield the working spans that end after an instant, earliest first, without end."""
        day = instant.astimezone(self.zone).date() - timedelta(days=1)  # near midnight an offset can repeat a day
        while True:
            span = self.on(day)
            if span and span[1] > instant:
                yield max(span[0], instant), span[1]
            day += timedelta(days=1)

    def before(self, instant: datetime) -> Iterator[Instants]:
        """Yield the working spans that start before an instant, latest first, without end."""
        day = instant.astimezone(self.zone).date() + timedelta(days=1)
        while True:
            span = self.on(day)
            if span and span[0] < instant:
                yield span[0], min(span[1], instant)
            day -= timedelta(days=1)


def add_working_time(hours: WorkingHours, start: datetime, duration: timedelta) -> datetime:
    """Return the first instant (UTC) by which `duration` of working time has passed since `start`.

    Nothing passes outside working hours: with no duration, that is `start` itself.
    """
    if not duration:
        return start.astimezone(UTC)
    for opens, closes in hours.after(start.astimezone(UTC)):
        if duration <= closes - opens:
            return opens + duration
        duration -= closes - opens
    raise AssertionError("working spans have no end")


def subtract_working_time(hours: WorkingHours, end: datetime, duration: timedelta) -> datetime:
    """Return the last instant (UTC) since which `duration` of working time has passed until `end`."""
    if not duration:
        return end.astimezone(UTC)
    for opens, closes in hours.before(end.astimezone(UTC)):
        if duration <= closes - opens:
            return closes - duration
        duration -= closes - opens
    raise AssertionError("working spans have no end")


def working_time_between(hours: WorkingHours, start: datetime, end: datetime) -> timedelta:
    """Return the working time from `start` to `end`; none if `end` is not later."""
    total, end = timedelta(), end.astimezone(UTC)
    if end <= start:
        return total
    for opens, closes in hours.after(start.astimezone(UTC)):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total
