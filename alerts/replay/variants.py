"""The same rule, more and less sensitive: how often it would have fired with another number in its first clause.

In: a rule's settings and the frames of its replay. Out: one variant per value, the present one included. The counts
are those of the replay; only the conditions are evaluated again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from alerts.conditions.base import (
    ABOVE,
    BELOW,
    CALM,
    DECREASE,
    FALL,
    FEW,
    INCREASE,
    NERVOUS,
    NORMAL,
    RISE,
    UNUSUAL,
    Settings,
)
from alerts.conditions.limits import Limits
from alerts.replay.frames import Frames
from alerts.replay.run import Run, run

FACTORS = (0.5, 1.0, 1.5, 2.0, 3.0)
POINTS = (-10, -5, 0, 5, 10)  # of shares
# The field of the form that makes each condition more or less sensitive.
FIELDS = {
    **dict.fromkeys((ABOVE, BELOW), "threshold"),
    **dict.fromkeys((INCREASE, DECREASE), "percent"),
    **dict.fromkeys((RISE, FALL), "change"),
    **dict.fromkeys((UNUSUAL, FEW), "sensitivity"),
}


@dataclass(frozen=True, slots=True)
class Variant:
    """`field` of the rule set to `value`, and how many incidents it would have opened."""

    field: str
    value: int | str
    firings: int
    is_current: bool


def variants(
    frames: Sequence[Frames], settings: Settings, current: Run, deadline: float, limits: Limits
) -> tuple[Variant, ...]:
    """Return the variants from the most to the least sensitive; none if the time is up before the last one."""
    field = FIELDS[settings.condition]
    found = []
    for value in _values(frames[0], settings, field):
        if value == getattr(settings, field):
            found.append(Variant(field, value, len(current.firings), is_current=True))
            continue
        change: dict[str, Any] = {field: value}
        tried = run(frames, replace(settings, **change), deadline, limits)
        if tried.evaluated < frames[0].timeline.number:
            return ()
        found.append(Variant(field, value, len(tried.firings), is_current=False))
    return tuple(found)


def _values(frames: Frames, settings: Settings, field: str) -> list[int | str]:
    if field == "sensitivity":
        return [NERVOUS, NORMAL, CALM]
    present: int = getattr(settings, field)
    if field == "threshold" and frames.now.judged is not None:
        numbers = {present + points for points in POINTS if -100 <= present + points <= 100}
    else:
        numbers = {max(round(present * factor), 1) for factor in FACTORS} | {present}
    if field == "percent" and settings.condition == DECREASE:
        numbers = {number for number in numbers if number <= 100}
    numbers |= _reached(frames, settings)
    return sorted(numbers, reverse=settings.condition == BELOW)


def _reached(frames: Frames, settings: Settings) -> set[int]:
    """Return the highest threshold of a count that would have been reached, if the present one is not."""
    if settings.condition != ABOVE or frames.now.judged is not None:
        return set()
    highest = int(frames.current.max())
    return {highest - 1} if 1 < highest <= settings.threshold else set()
