"""Tell for each instant of a replay whether the sources could be read, as alerts/coverage.py does for one. Pure.

In: the failures of a project's sources and when these were added. Out: arrays over a Timeline. What was not over at an
instant is what an evaluation at that time saw: a failure that had lasted for a week did not count any more.
"""

from dataclasses import dataclass

import numpy as np

from alerts.coverage import LASTING
from alerts.replay.timeline import MICROSECOND, Flags, Floats, Ints, Timeline
from monitoring.insights.gaps import MARKED_SHARE

WEEK = LASTING // MICROSECOND


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which a source failed, in microseconds. `end` is None while it lasts."""

    source_id: int
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources that are not paused: when they were added, when the first of all was, and the outages in order."""

    added: tuple[int, ...]
    began: int | None
    outages: tuple[Outage, ...]

    def many(self, timeline: Timeline) -> Floats:
        """Return for each evaluation how many failing sources are many."""
        existing = np.searchsorted(np.sort(np.array(self.added, dtype=np.int64)), timeline.instants(), side="right")
        return np.maximum(MARKED_SHARE * existing, 1)


@dataclass(frozen=True, slots=True)
class Failing:
    """How many sources failed for half of each window, and corrections for evaluations during lasting failures.

    A correction is (first evaluation, end of them, change per window).
    """

    counts: Ints
    corrections: tuple[tuple[int, int, Ints], ...]

    def at(self, timeline: Timeline, shift: int) -> Ints:
        """Return the number for the windows that end `shift` minutes before the evaluations."""
        begin = timeline.lead - shift
        counts = self.counts[begin : begin + timeline.number]
        if not self.corrections:
            return counts
        counts = counts.copy()
        for first, last, change in self.corrections:
            counts[first:last] += change[begin + first : begin + last]
        return counts


def failing(timeline: Timeline, sources: Sources, length: int) -> Failing:
    """Return the sources that failed for half of each window of `length` microseconds."""
    counts = np.zeros(timeline.total, dtype=np.int64)
    corrections = []
    ends = timeline.ends()
    last_instant = int(ends[-1])
    by_source: dict[int, list[Outage]] = {}
    for outage in sources.outages:
        by_source.setdefault(outage.source_id, []).append(outage)
    for outages in by_source.values():
        lengths = [(last_instant if one.end is None else one.end) - one.start for one in outages]
        if 2 * sum(lengths) < length:
            continue
        lost = np.zeros(timeline.total, dtype=np.int64)
        parts = [_overlap(timeline, ends, one, length, last_instant) for one in outages]
        for place, overlap in parts:
            lost[place : place + len(overlap)] += overlap
        flags = 2 * lost >= length
        counts += flags & (lost > 0)
        for one, (place, overlap), lasted in zip(outages, parts, lengths, strict=True):
            if lasted > WEEK:
                without = lost.copy()
                without[place : place + len(overlap)] -= overlap
                change = (2 * without >= length) & (without > 0)
                until = timeline.number if one.end is None else timeline.place(one.end)
                first = timeline.place(one.start + WEEK)
                corrections.append((first, until, change.astype(np.int64) - (flags & (lost > 0))))
    return Failing(counts, tuple(corrections))


def _overlap(timeline: Timeline, ends: Ints, outage: Outage, length: int, last: int) -> tuple[int, Ints]:
    """Return the first window that an outage reaches, and the overlap with each one from there on."""
    end = last if outage.end is None else outage.end
    first, until = timeline.index_after(np.array([outage.start, end + length]))
    part = ends[first:until]
    overlap = np.minimum(part, end) - np.maximum(part - length, outage.start)
    return int(first), np.maximum(overlap, 0)


def stretches(timeline: Timeline, sources: Sources, length: int) -> Floats:
    """Return for each evaluation how many times the window the time is over which its items were published.

    See Coverage.stretch in alerts/coverage.py.
    """
    instants = timeline.instants()
    recovered = np.zeros(timeline.number, dtype=np.int64)
    earliest = instants - length
    by_source: dict[int, list[Outage]] = {}
    for outage in sources.outages:
        if outage.end is not None:
            by_source.setdefault(outage.source_id, []).append(outage)
    for outages in by_source.values():
        touched: Flags = np.zeros(timeline.number, dtype=np.bool_)
        for one in outages:
            end = int(one.end or 0)
            # Strictly inside of the window: an end at its start or at the evaluation is none.
            first, until = timeline.place(end + 1), timeline.place(end + length)
            touched[first:until] = True
            earliest[first:until] = np.minimum(earliest[first:until], one.start)
        recovered += touched
    late = np.maximum((instants - length - earliest) / length, 0)
    return np.where(recovered >= sources.many(timeline), 1 + late, 1.0)
