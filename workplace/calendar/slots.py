"""Weekly posting slots: which one a post falls into. Pure.

In: slots, the times that posts of a platform have already, and the time now. Out: the next free slot as a wall clock:
a slot keeps its hour across daylight saving time. Called by workplace/posting_slots.py.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from workplace.calendar.wall_clock import WallClock

HORIZON_DAYS = 90


@dataclass(frozen=True)
class Slot:
    """A time of every week for a platform; `weekday` is 0 on Monday."""

    platform: str
    weekday: int
    at: time
    zone: tzinfo


Taken = Collection[tuple[str, datetime]]  # platform and instant (UTC) of planned posts


def upcoming(slots: Iterable[Slot], now: datetime) -> Iterator[tuple[Slot, WallClock]]:
    """Yield the slots after `now` in their order, for HORIZON_DAYS."""
    found = []
    for slot in slots:
        first = now.astimezone(slot.zone).date()
        start = first + timedelta(days=(slot.weekday - first.weekday()) % 7)
        for week in range(HORIZON_DAYS // 7 + 1):
            clock = WallClock(start + timedelta(days=7 * week), slot.at, slot.zone)
            if clock.instant > now:
                found.append((slot, clock))
    yield from sorted(found, key=lambda one: (one[1].instant, one[0].platform))


def next_free(slots: Iterable[Slot], platforms: Collection[str], taken: Taken, now: datetime) -> WallClock | None:
    """Return the next slot of one of the platforms that no post of that platform has, None if there is none."""
    own = [slot for slot in slots if slot.platform in platforms]
    return next((clock for slot, clock in upcoming(own, now) if (slot.platform, clock.instant) not in taken), None)
