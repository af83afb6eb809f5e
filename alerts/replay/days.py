"""The evaluations of a replay by day, the times that are unknown, and an example of each firing. No I/O.

Called by replay.py.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from alerts.conditions.base import Settings
from alerts.incident_filters import FALLING
from alerts.models import Rule
from alerts.replay.frames import Frames
from alerts.replay.read import Past
from alerts.replay.run import Firing, Run
from alerts.replay.series import counted_rows
from alerts.replay.timeline import Flags, micros

MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A local day: its highest count (the lowest of what falls), of mentions from `listed_from` to `listed_to`.

    `count` is None for a share of too few analyzed mentions all day, and where `is_unknown`: the rule was unknown for
    half of the day or longer, or Vigie did not collect yet.
    """

    start: datetime
    end: datetime
    count: int | None
    listed_from: datetime
    listed_to: datetime
    fires: bool
    is_unknown: bool = False


def extreme_place(frames: Frames, settings: Settings, first: int, last: int) -> int:
    """Return the evaluation, among some, with the count closest to the limit of the first clause."""
    is_falling, counts = settings.condition in FALLING, frames.listed[first:last]
    is_enough = _is_enough(frames, settings)[first:last]
    if is_enough.any():
        counts = np.where(is_enough, counts, np.iinfo(np.int64).max if is_falling else np.iinfo(np.int64).min)
    return first + int(counts.argmin() if is_falling else counts.argmax())


def _is_enough(frames: Frames, settings: Settings) -> Flags:
    """Return where a share is about enough analyzed mentions."""
    if frames.now.judged is None:
        return np.ones(frames.timeline.number, dtype=np.bool_)
    return frames.part(frames.now.judged, 0) >= max(settings.minimum, 1)


def days_of(
    rule: Rule,
    past: Past,
    frames: Frames,
    settings: Settings,
    found: Run,
    starts: Sequence[datetime],
    until: datetime,
) -> tuple[Day, ...]:
    """Return the days from `starts` to `until`."""
    timeline, collects = past.timeline, max(past.scope.began, past.began or until)
    window, days, is_enough = timedelta(seconds=rule.window_s), [], _is_enough(frames, settings)
    for start, end in pairwise([*starts, until + MOMENT]):
        first, last = timeline.place(micros(start)), max(timeline.place(micros(end)), 1)
        first = min(first, last - 1)
        place = extreme_place(frames, settings, first, last)
        is_unknown = end <= collects or 2 * int(found.unknown[first:last].sum()) >= last - first
        fires = any(one.opened_at < end and (one.closed_at or until) >= start for one in found.firings)
        count, at = int(frames.listed[place]), timeline.at(place)
        is_unknown = is_unknown and not (count and is_enough[place])
        shown = None if is_unknown or not is_enough[place] else count
        days.append(Day(start, end, shown, at - window, at, fires, is_unknown))
    return tuple(days)


def mentions_per_day(past: Past, settings: Settings, starts: Sequence[datetime], until: datetime) -> tuple[Day, ...]:
    """Return the days with the number of mentions that a rule on each mention would have sent."""
    rows, collects = counted_rows(past, settings, settings), max(past.scope.began, past.began or until)
    edges = [*starts, until]
    cuts = np.searchsorted(rows.found, [micros(edge) for edge in edges])
    days = []
    for (start, end), (first, last) in zip(pairwise(edges), pairwise(cuts), strict=True):
        count = len(np.unique(rows.documents[first:last]))
        is_unknown = end <= collects and not count
        days.append(Day(start, end, None if is_unknown else count, start, end, fires=False, is_unknown=is_unknown))
    return tuple(days)


def unknown_periods(past: Past, found: Run) -> tuple[tuple[datetime, datetime], ...]:
    """Return the times in which the rule would have been unknown."""
    flags = np.concatenate([[0], found.unknown[: found.evaluated].astype(np.int8), [0]])
    starts, ends = np.flatnonzero(np.diff(flags) == 1), np.flatnonzero(np.diff(flags) == -1)
    at = past.timeline.at
    return tuple((at(int(start)), at(int(end) - 1)) for start, end in zip(starts, ends, strict=True))


def examples_of(rule: Rule, past: Past, settings: Settings, firings: Sequence[Firing]) -> dict[datetime, int]:
    """Return a document of each firing’s peak, by its opening: of the story with the most items, else the last."""
    window, found = timedelta(seconds=rule.window_s), {}
    for one in firings:
        rows = counted_rows(past, settings.clauses[one.clause], settings)
        first, last = np.searchsorted(rows.found, [micros(one.peak_at - window), micros(one.peak_at)])
        if first == last:
            continue
        stories, documents = rows.stories[first:last].tolist(), rows.documents[first:last].tolist()
        most, number = Counter(stories).most_common(1)[0]
        found[one.opened_at] = documents[stories.index(most)] if number > 1 else documents[-1]
    return found
