"""Evaluate a rule at every minute of a replay, with the functions that evaluate it live. No I/O.

`evaluate` (conditions/registry.py) decides on each history, `step` (conditions/episodes.py) opens and closes, and
`may_open` (conditions/limits.py) limits. Evaluations that cannot change the state are left out, which changes nothing:
tests/alerts/replay/ compares.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from alerts.conditions.base import Settings, Verdict
from alerts.conditions.episodes import Change, Episode, step
from alerts.conditions.limits import Limits, may_open
from alerts.evaluate import shown_verdict
from alerts.incident_filters import FALLING
from alerts.replay.candidates import candidates
from alerts.replay.frames import Frames, history_of
from alerts.replay.timeline import Flags, Ints

CHECK_EVERY = 64  # evaluations between two looks at the clock
# Closed, or open and not about to close: only another verdict changes these states.
SETTLED = (Episode(), Episode(is_open=True))
NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Firing:
    """An incident that the rule would have opened, as Incident stores one. `closed_at` is None while it is open.

    The numbers are those of the clause with the number `clause`.
    """

    opened_at: datetime
    closed_at: datetime | None
    value: int
    baseline: int
    limit: float
    peak: int
    peak_at: datetime
    clause: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """The outcome of a replay: `evaluated` of its evaluations; `unknown` is true where the rule is unknown."""

    firings: tuple[Firing, ...]
    unknown: Flags
    evaluated: int
    verdict_at: Callable[[int], Verdict]


def run(frames: Sequence[Frames], settings: Settings, deadline: float, limits: Limits = NO_LIMITS) -> Run:
    """Return when the rule would have opened and closed incidents; `deadline` is a time of time.monotonic()."""
    return _Runner(frames, settings, deadline, limits).run()


class _Runner:
    def __init__(self, frames: Sequence[Frames], settings: Settings, deadline: float, limits: Limits) -> None:
        self.frames, self.settings, self.deadline, self.limits = frames, settings, deadline, limits
        self.timeline = frames[0].timeline
        self.found = candidates(frames, settings)
        self.calls = 0

    def run(self) -> Run:
        """Walk from one evaluation that matters to the next."""
        changed = np.logical_or.reduce([one.changed for one in self.frames])
        to_trigger = np.flatnonzero(changed & self.found.may_trigger)
        to_resolve = np.flatnonzero(changed & self.found.may_resolve)
        firings: list[Firing] = []
        opened: list[datetime] = []
        opening: tuple[int, Verdict] | None = None
        episode, index = Episode(), self._next(to_trigger, 0)
        while index < self.timeline.number and not self._is_late():
            verdict, now = self.verdict(index, is_open=episode.is_open), self.timeline.at(index)
            is_allowed = episode.is_open or not verdict.triggered or may_open(self.limits, opened, now)
            after, change = step(episode, verdict, now, hold=self.settings.hold, may_open=is_allowed)
            if change is Change.OPEN:
                opening = (index, verdict)
                opened.append(now)
            elif change is Change.CLOSE and opening is not None:
                firings.append(self._firing(*opening, index, is_closed=True))
                opening = None
            # The same verdict again would change nothing: go on where another one is possible.
            is_settled = after == episode and after in SETTLED and not (after.is_open and verdict.resolved)
            episode = after
            index = self._next(to_resolve if after.is_open else to_trigger, index + 1) if is_settled else index + 1
        end = min(index, self.timeline.number)
        if opening is not None:
            firings.append(self._firing(*opening, end, is_closed=False))
        return Run(tuple(firings), self._unknown(), end, self.verdict)

    def verdict(self, index: int, *, is_open: bool = True) -> Verdict:
        """Return the verdict that alerts/evaluate.py would reach."""
        return shown_verdict(history_of(self.frames, self.settings, index, is_open=is_open), self.settings)

    def _next(self, places: Ints, index: int) -> int:
        place = int(np.searchsorted(places, index))
        return int(places[place]) if place < len(places) else self.timeline.number

    def _is_late(self) -> bool:
        self.calls += 1
        return self.calls % CHECK_EVERY == 0 and time.monotonic() > self.deadline

    def _firing(self, opening: int, verdict: Verdict, end: int, *, is_closed: bool) -> Firing:
        at, clause = self.timeline.at, verdict.clause
        counts = self.frames[clause].listed[opening:end]
        is_falling = self.settings.clauses[clause].condition in FALLING
        extreme = int(counts.argmin() if is_falling else counts.argmax())
        return Firing(
            opened_at=at(opening),
            closed_at=at(end) if is_closed else None,
            value=round(verdict.value),
            baseline=round(verdict.baseline),
            limit=verdict.limit,
            peak=int(counts[extreme]),
            peak_at=at(opening + extreme),
            clause=clause,
        )

    def _unknown(self) -> Flags:
        """Return at which evaluations the rule is unknown, from one call per part in which that cannot change."""
        flags_changed = np.logical_or.reduce([one.flags_changed for one in self.frames])
        parts = np.cumsum(flags_changed) * 4 ** len(self.frames) + self.found.kinds
        _values, firsts, inverse = np.unique(parts, return_index=True, return_inverse=True)
        flags = np.array([self.verdict(int(first)).is_unknown for first in firsts], dtype=np.bool_)
        return flags[inverse.reshape(-1)]
