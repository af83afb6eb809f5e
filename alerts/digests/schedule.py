"""The time spans that digests cover. Called by alerts/digests/send.py and subscriptions.py.

Pure: a schedule, the end of the last window, and `now` in; the due window or None out.

Windows are half-open and chained: each starts where the last one ended, even if clocks, time zones or settings changed
in between, and a missed day makes the next window longer. No mention is missed or sent twice.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from delivery.message import Window

HOURLY, DAILY, WEEKLY, MONTHLY = "hourly", "daily", "weekly", "monthly"
HOUR = timedelta(hours=1)
# Of an as-it-happens digest, the first mention leaves immediately; those found within this time leave together.
GROUPED = timedelta(minutes=5)
# Digests of one hour leave over this time: everybody at the same second would be a burst for the mail server.
SPREAD = {HOURLY: timedelta(minutes=3), DAILY: timedelta(minutes=5), WEEKLY: timedelta(minutes=5)}
SPREAD[MONTHLY] = SPREAD[WEEKLY]
_STEP = 2654435761  # Knuth's multiplicative hash: neighboring numbers are far apart


@dataclass(frozen=True, slots=True)
class Schedule:
    """When digests are due, in local time of `zone`: every hour, or at `hour` (0 to 23) of every day, of every
    `weekday` (0 = Monday), or of the day `month_day` of every month, its last one if it is shorter.

    `number` is any stable number of the subscription: it says how long after the hour its digest leaves. Any other
    `frequency` has no hours.
    """

    frequency: str
    hour: int
    weekday: int
    zone: ZoneInfo
    month_day: int = 1
    number: int = 0

    @property
    def delay(self) -> timedelta:
        """How long after the hour the digest leaves. The window ends with the hour."""
        seconds = int(SPREAD.get(self.frequency, timedelta()).total_seconds())
        return timedelta(seconds=self.number * _STEP % 2**32 % seconds) if seconds else timedelta()


def due_window(schedule: Schedule, sent_until: datetime, now: datetime) -> Window | None:
    """Return the window to send at `now` (UTC), or None if the next one has not ended yet."""
    if schedule.frequency not in SPREAD:
        return None
    end = _last_slot(schedule, now - schedule.delay)
    return Window(sent_until, end) if end > sent_until else None


def next_slot(schedule: Schedule, now: datetime) -> datetime | None:
    """Return when the next digest after `now` is due (UTC), or None."""
    if schedule.frequency not in SPREAD:
        return None
    return min(slot for slot in _slots(schedule, now) if slot > now)


def _last_slot(schedule: Schedule, now: datetime) -> datetime:
    return max(slot for slot in _slots(schedule, now) if slot <= now)


def _slots(schedule: Schedule, now: datetime) -> Iterator[datetime]:
    """Yield the due times around `now` (UTC): at least one on both sides.

    Nine days on both sides contain a day of each name, even if a zone skips or repeats a day (Samoa did in 2011).
    """
    if schedule.frequency == HOURLY:
        yield from _hours(schedule, now)
        return
    today = now.astimezone(schedule.zone).date()
    reach = 40 if schedule.frequency == MONTHLY else 9
    for offset in range(-reach, reach + 1):
        day = today + timedelta(days=offset)
        if _is_due_on(schedule, day):
            yield _instant(day, schedule)


def _hours(schedule: Schedule, now: datetime) -> Iterator[datetime]:
    """Yield the full local hours around `now`: zones such as +05:45 have their own."""
    local = now.astimezone(schedule.zone)
    start = now - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    for hours in range(-2, 3):
        yield (start + hours * HOUR).astimezone(UTC)


def _is_due_on(schedule: Schedule, day: date) -> bool:
    if schedule.frequency == WEEKLY:
        return day.weekday() == schedule.weekday
    if schedule.frequency == MONTHLY:
        return day.day == min(schedule.month_day, monthrange(day.year, day.month)[1])
    return True


def _instant(day: date, schedule: Schedule) -> datetime:
    """Return the scheduled hour of a local day in UTC.

    With fold=0 (PEP 495), an hour that occurs twice is its first occurrence, and an hour skipped by a clock change is
    read with the offset before the change.
    """
    return datetime.combine(day, time(schedule.hour), schedule.zone).astimezone(UTC)
