"""The instants of a replay, and how many rows the sliding time windows that end at them have. Pure, with numpy.

In: the times at which rows were found, sorted, in microseconds since 1970. Out: one number per instant. All windows of
a condition are the same counts, some minutes earlier, so each count is made once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
EVERY = timedelta(minutes=1)  # how often beat evaluates the rules (config/settings.py)
STEP = EVERY // MICROSECOND
NEVER = np.iinfo(np.int64).min


def micros(moment: datetime) -> int:
    """Return a time in microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(value: int) -> datetime:
    """Return the time of microseconds since 1970."""
    return EPOCH + int(value) * MICROSECOND


@dataclass(frozen=True, slots=True)
class Timeline:
    """The evaluations of a replay: `number` instants from `first` on, in microseconds, one per minute.

    `lead` minutes lie before them: the ends of the past windows that the first evaluations read.
    """

    first: int
    number: int
    lead: int

    @classmethod
    def ending(cls, until: datetime, length: timedelta, lead: timedelta) -> "Timeline":
        """Return the evaluations of the time before `until`, which is the last one."""
        steps = length // EVERY
        return cls(micros(until) - steps * STEP, steps + 1, lead // EVERY)

    @property
    def start(self) -> int:
        """The end of the earliest window."""
        return self.first - self.lead * STEP

    @property
    def total(self) -> int:
        return self.lead + self.number

    def at(self, index: int) -> datetime:
        """Return the time of an evaluation."""
        return moment_of(self.first + index * STEP)

    def ends(self) -> Ints:
        """Return the ends of all windows."""
        return self.start + STEP * np.arange(self.total, dtype=np.int64)

    def instants(self) -> Ints:
        """Return the times of the evaluations."""
        return self.first + STEP * np.arange(self.number, dtype=np.int64)

    def index_after(self, times: Ints) -> Ints:
        """Return the place among all windows of the first end after each time."""
        return np.clip((times - self.start) // STEP + 1, 0, self.total)

    def place(self, time: int) -> int:
        """Return the place among the evaluations of the first one at a time or later, within 0 and `number`."""
        return min(max(-((self.first - time) // STEP), 0), self.number)


def sliding(timeline: Timeline, found: Ints, length: int, keys: Ints | None = None) -> Ints:
    """Return how many rows each window of `length` microseconds has; with `keys`, how many different ones.

    A window begins with its start and ends before its end. A row counts for a key in the windows that have no
    earlier row of the key: from the moment at which that one has left them.
    """
    since = found if keys is None else np.maximum(found, _previous(found, keys) + length)
    until = found + length
    counted = since < until
    starts = np.bincount(timeline.index_after(since[counted]), minlength=timeline.total + 1)
    ends = np.bincount(timeline.index_after(until[counted]), minlength=timeline.total + 1)
    return np.cumsum(starts - ends)[: timeline.total].astype(np.int64)


def _previous(found: Ints, keys: Ints) -> Ints:
    """Return when the key of each row was found before; long ago if it was not."""
    order = np.argsort(keys, kind="stable")
    previous = np.full(len(found), NEVER // 2)
    same = keys[order[1:]] == keys[order[:-1]]
    previous[order[1:][same]] = found[order[:-1][same]]
    return previous
