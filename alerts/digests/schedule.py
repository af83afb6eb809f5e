"""The time spans that digests cover. Called by alerts/digests/send.py and subscriptions.py.

Pure: a schedule, the end of the last window, and `now` in; the due window or None out.

Windows are half-open and chained: each starts where the last one ended, even if clocks, time zones or settings changed
in between, and a missed day makes the next window longer. No mention is missed or sent twice.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from delivery.message import Window

DAILY, WEEKLY = "daily", "weekly"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When digests are due, in local time of `zone`: every day or every `weekday` (0 = Monday) at `hour` (0 to 23).

    Any other `frequency` means never.
    """

    frequency: str
    hour: int
    weekday: int
    zone: ZoneInfo


def due_window(schedule: Schedule, sent_until: datetime, now: datetime) -> Window | None:
    """Return the window to send at `now` (UTC), or None if the next one has not ended yet."""
    if schedule.frequency not in (DAILY, WEEKLY):
        return None
    end = _last_slot(schedule, now)
    return Window(sent_until, end) if end > sent_until else None


def next_slot(schedule: Schedule, now: datetime) -> datetime | None:
    """Return when the next digest after `now` is due (UTC), or None."""
    if schedule.frequency not in (DAILY, WEEKLY):
        return None
    return min(slot for slot in _slots(schedule, now) if slot > now)


def _last_slot(schedule: Schedule, now: datetime) -> datetime:
    return max(slot for slot in _slots(schedule, now) if slot <= now)


def _slots(schedule: Schedule, now: datetime) -> list[datetime]:
    """Return the due times around `now` (UTC).

    Nine days on both sides contain at least one slot each, even if a zone skips or repeats a whole day (Samoa did in
    2011).
    """
    today = now.astimezone(schedule.zone).date()
    days = [today + timedelta(days=offset) for offset in range(-9, 10)]
    if schedule.frequency == WEEKLY:
        days = [day for day in days if day.weekday() == schedule.weekday]
    return [_instant(day, schedule) for day in days]


def _instant(day: date, schedule: Schedule) -> datetime:
    """Return the scheduled hour of a local day in UTC.

    With fold=0 (PEP 495), an hour that occurs twice is its first occurrence, and an hour skipped by a clock change is
    read with the offset before the change.
    """
    return datetime.combine(day, time(schedule.hour), schedule.zone).astimezone(UTC)
