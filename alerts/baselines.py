"""Lower bounds of what is usual, stored in the process: most rules "unusual" need no reading of four weeks.

Past time windows move by a minute per evaluation, so their counts change. The part of them that all windows within an
hour have in common does not: five of six hours, on each of 28 days. It is counted once per hour and process. No past
count is lower, and a higher one only makes it harder to trigger `unusual` (a test of alerts/conditions/ checks that),
so a rule that these bounds don't trigger isn't triggered. alerts/counting.py reads the exact counts of the others.

Past mentions that are ignored, deleted or corrected within the hour make bounds too high until its end.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from alerts.windows import Windows

if TYPE_CHECKING:
    from alerts.counting import Part

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHARE = 6  # the part in common is five sixths of a window, or more
Bounds = dict["Part", tuple[float, ...]]


class Baselines:
    """The bounds of the current hour, or of a shorter time if time windows are shorter than six hours."""

    def __init__(self) -> None:
        self._slots: dict[timedelta, tuple[datetime, Bounds]] = {}

    def clear(self) -> None:
        self._slots.clear()

    def bounds(
        self,
        parts: Iterable["Part"],
        now: datetime,
        read: Callable[[list[tuple["Part", Windows]], datetime], Bounds],
    ) -> Bounds:
        """Return the lowest values of the past windows of clauses, newest first.

        `read` returns those of the given windows, which end at a time; it is called for what is not stored yet.
        """
        found: Bounds = {}
        by_slot: dict[timedelta, list[Part]] = {}
        for part in parts:
            by_slot.setdefault(min(part.windows.length / SHARE, HOUR), []).append(part)
        for slot, asked in by_slot.items():
            start = EPOCH + (now - EPOCH) // slot * slot
            stored_start, stored = self._slots.get(slot, (start, {}))
            if stored_start != start:
                stored = {}
            if missing := [part for part in asked if part not in stored]:
                stored |= read([(part, common(part.windows, slot)) for part in missing], start)
            self._slots[slot] = start, stored
            found |= {part: stored[part] for part in asked}
        return found


def common(windows: Windows, slot: timedelta) -> Windows:
    """Return what windows that end at any time of a slot have in common, where the slot starts."""
    return replace(windows, length=windows.length - slot)


baselines = Baselines()
