"""The time windows that the clauses of a rule read. Pure arithmetic; called by alerts/counting.py."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from alerts.conditions.base import READS_PAST, Clause

PAST = timedelta(days=28)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a clause: each `length` long, the first ending now, each other one `step` earlier."""

    length: timedelta
    step: timedelta
    number: int

    @property
    def span(self) -> timedelta:
        return self.step * (self.number - 1) + self.length

    def end(self, number: int, now: datetime) -> datetime:
        return now - self.step * number


@lru_cache(maxsize=256)
def pair(window_s: int) -> Windows:
    """Return the current time window and the previous period."""
    length = timedelta(seconds=window_s)
    return Windows(length, length, 2)


def windows_of(clause: Clause, window_s: int) -> Windows:
    """Return the windows that a condition reads: two in a row, or the same hours of four weeks."""
    return same_hours(window_s) if clause.condition in READS_PAST else pair(window_s)


@lru_cache(maxsize=256)
def single(window_s: int) -> Windows:
    """Return the current time window."""
    length = timedelta(seconds=window_s)
    return Windows(length, length, 1)


@lru_cache(maxsize=256)
def same_hours(window_s: int) -> Windows:
    """Return the current time window and the same hours of four weeks."""
    length = timedelta(seconds=window_s)
    step = max(length, DAY)
    return Windows(length, step, PAST // step + 1)
