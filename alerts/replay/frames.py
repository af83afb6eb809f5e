"""The History that the conditions of a rule read at each evaluation of a replay, from arrays. No I/O.

`build.py` makes the frames, `run.py` walks over them, `candidates.py` finds the evaluations that can change anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from alerts.conditions.base import Clause, History, Settings, Window
from alerts.conditions.unusual import needs_past
from alerts.replay.timeline import Flags, Floats, Ints, Timeline


@dataclass(frozen=True)
class Series:
    """A measure per window, by its end: the value, the number of the list behind it, and what a share is about."""

    values: NDArray[np.int64] | NDArray[np.float64]
    listed: Ints
    judged: Ints | None = None

    @cached_property
    def rows(self) -> list[tuple[float, int, int | None]]:
        """Return the windows as plain numbers."""
        values, listed = self.values.tolist(), self.listed.tolist()
        judged = [None] * len(listed) if self.judged is None else self.judged.tolist()
        return list(zip(values, listed, judged, strict=True))

    @cached_property
    def differs(self) -> Flags:
        """Whether a window has other numbers than the one that ends a minute earlier."""
        arrays = [self.values, self.listed] + ([] if self.judged is None else [self.judged])
        return np.logical_or.reduce([np.diff(one, prepend=one[:1]) != 0 for one in arrays])


@dataclass(frozen=True)
class Frames:
    """The windows of one clause over a timeline.

    `shifts` are the minutes by which each window ends before an evaluation: 0 for the current one, then the others in
    the order of History. `now` is the measure in current windows, `before` in those that they are compared with.
    `known` has one row per window.
    """

    timeline: Timeline
    shifts: tuple[int, ...]
    now: Series
    before: Series
    known: Flags
    stretch: Floats
    has_past: bool

    def part(self, counts: NDArray, shift: int) -> NDArray:
        """Return the part of an array that belongs to the windows that end `shift` minutes before the evaluations."""
        begin = self.timeline.lead - shift
        return counts[begin : begin + self.timeline.number]

    @cached_property
    def current(self) -> NDArray:
        """The value that the condition compares, per evaluation."""
        return self.part(self.now.values, 0)

    @cached_property
    def listed(self) -> Ints:
        """The number of the list behind the current window, per evaluation."""
        return self.part(self.now.listed, 0)

    @cached_property
    def previous(self) -> NDArray:
        return self.part(self.before.values, self.shifts[1])

    @cached_property
    def changed(self) -> Flags:
        """Whether an evaluation reads anything else than the one before it."""
        changed = self.flags_changed | self.part(self.now.differs, 0)
        for shift in self.shifts[1:]:
            changed |= self.part(self.before.differs, shift)
        return changed

    @cached_property
    def flags_changed(self) -> Flags:
        """Whether another window can or cannot be read than at the evaluation before, or the stretch differs."""
        changed: Flags = np.zeros(self.timeline.number, dtype=np.bool_)
        for known in self.known:
            changed[1:] |= known[1:] != known[:-1]
        changed[1:] |= self.stretch[1:] != self.stretch[:-1]
        changed[0] = True
        return changed

    def history(self, index: int, clause: Clause | None = None) -> History:
        """Return what a live evaluation at this instant reads.

        With a clause, that of a rule without an open incident: the past is left out where it makes no difference.
        """
        place, known = self.timeline.lead + index, self.known[:, index].tolist()
        value, listed, judged = self.now.rows[place]
        current = Window(value, known[0], float(self.stretch[index]), listed, judged)
        has_past = self.has_past and (clause is None or needs_past(clause, value))
        rows, shifts = self.before.rows, self.shifts[1:] if has_past else self.shifts[1:2]
        past = []
        for shift, is_known in zip(shifts, known[1:], strict=False):
            value, listed, judged = rows[place - shift]
            past.append(Window(value, is_known, 1.0, listed, judged))
        return History(current, past[0], tuple(past) if has_past else ())

    def past(self, indexes: Ints) -> NDArray:
        """Return the values of the past windows at some evaluations, one row per evaluation."""
        places = self.timeline.lead + indexes
        return np.stack([self.before.values[places - shift] for shift in self.shifts[1:]], axis=1)


def history_of(frames: Sequence[Frames], settings: Settings, index: int, *, is_open: bool) -> History:
    """Return the history of all clauses of a rule at one instant."""
    clauses = [None] * len(frames) if is_open else settings.clauses
    first, *others = [one.history(index, clause) for one, clause in zip(frames, clauses, strict=True)]
    return replace(first, also=tuple(others)) if others else first
