"""Which stretch of time a digest is to tell of. Pure: a schedule, the end of the last window and `now` in, the due
window or None out. Called by alerts/digests/send.py.

Windows are half-open and chained: each begins where the last one ended, whatever the clocks, the zone or the settings
did meanwhile. A day that was missed makes the next window longer. Nothing falls between two, nothing comes twice.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from delivery.message import Window

DAILY, WEEKLY = "daily", "weekly"


@dataclass(frozen=True, slots=True)
class Schedule:
    """`hour` (0-23) and `weekday` (0 = Monday, read when weekly) are local to `zone`; any other frequency is never."""

    frequency: str
    hour: int
    weekday: int
    zone: ZoneInfo


def due_window(schedule: Schedule, sent_until: datetime, now: datetime) -> Window | None:
    """The window to send at `now`, or None while the next one is still to come."""
    if schedule.frequency not in (DAILY, WEEKLY):
        return None
    end = _last_slot(schedule, now)
    return Window(sent_until, end) if end > sent_until else None


def next_slot(schedule: Schedule, now: datetime) -> datetime | None:
    """When the next digest is due after `now` (UTC), for people to read."""
    if schedule.frequency not in (DAILY, WEEKLY):
        return None
    return min(slot for slot in _slots(schedule, now) if slot > now)


def _last_slot(schedule: Schedule, now: datetime) -> datetime:
    return max(slot for slot in _slots(schedule, now) if slot <= now)


def _slots(schedule: Schedule, now: datetime) -> list[datetime]:
    """The schedule's instants around `now`: enough days on both sides to hold one on each, even where a zone skips
    or repeats a whole day (as Samoa did in 2011)."""
    today = now.astimezone(schedule.zone).date()
    days = [today + timedelta(days=offset) for offset in range(-9, 10)]
    if schedule.frequency == WEEKLY:
        days = [day for day in days if day.weekday() == schedule.weekday]
    return [_instant(day, schedule) for day in days]


def _instant(day: date, schedule: Schedule) -> datetime:
    """An hour that occurs twice means its first time; one that does not exist means the moment the clocks jump past
    it, plus what of it lay beyond (fold=0 reads both so: PEP 495)."""
    return datetime.combine(day, time(schedule.hour), schedule.zone).astimezone(UTC)
