"""The evaluations of a replay at which a rule can trigger or resolve anything: the others need no look. No I/O.

In: the frames and settings of a rule. Out: masks, true at least wherever the conditions’ functions say so (a test
compares them). The conditions decide; a mask saves the calls that cannot change the outcome: a rule has 129,600
evaluations in 90 days. Where the masks of a single clause are the same, `is_unknown` of its verdict depends only on
which windows are known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from alerts.conditions.base import (
    ABOVE,
    BELOW,
    DECREASE,
    FALL,
    FEW,
    INCREASE,
    OR,
    RISE,
    UNUSUAL,
    Clause,
    Settings,
)
from alerts.conditions.recovery import recovery_count
from alerts.conditions.unusual import SENSITIVITIES
from alerts.replay.frames import Frames
from alerts.replay.timeline import Flags, Floats
from alerts.replay.usual import usual_means

SLACK = 1e-6  # sums of floats in another order differ in the last digits


@dataclass(frozen=True, slots=True)
class Candidates:
    """Where the rule may trigger, where an open incident may be resolved, and a number per kind of evaluation."""

    may_trigger: Flags
    may_resolve: Flags
    kinds: np.ndarray


def candidates(frames: Sequence[Frames], settings: Settings) -> Candidates:
    """Return the masks of all clauses together."""
    masks = [_of_clause(one, clause) for one, clause in zip(frames, settings.clauses, strict=True)]
    triggers, resolves = [one[0] for one in masks], [one[1] for one in masks]
    is_any = settings.joined_by == OR
    return Candidates(
        (np.logical_or if is_any else np.logical_and).reduce(triggers),
        (np.logical_and if is_any else np.logical_or).reduce(resolves),
        sum(kind * 4**place for place, (_trigger, _resolve, kind) in enumerate(masks)),
    )


def _of_clause(frames: Frames, clause: Clause) -> tuple[Flags, Flags, np.ndarray]:
    may_trigger, may_resolve = MASKS[clause.condition](frames, clause)
    kinds = may_trigger.astype(np.int64)
    if frames.now.judged is None:
        return may_trigger, may_resolve, kinds
    # evaluate_clause: a share of too few analyzed mentions is calm.
    is_enough = frames.part(frames.now.judged, 0) >= max(clause.minimum, 1)
    return may_trigger & is_enough, may_resolve | ~is_enough, kinds + 2 * is_enough


def _above(frames: Frames, clause: Clause) -> tuple[Flags, Flags]:
    return frames.current > clause.threshold, frames.current <= _recovery(frames, clause, float(clause.threshold))


def _below(frames: Frames, clause: Clause) -> tuple[Flags, Flags]:
    return frames.current < clause.threshold, frames.current >= clause.threshold


def _increase(frames: Frames, clause: Clause) -> tuple[Flags, Flags]:
    return _up(frames, clause, frames.previous * (1 + clause.percent / 100))


def _rise(frames: Frames, clause: Clause) -> tuple[Flags, Flags]:
    return _up(frames, clause, frames.previous + clause.change)


def _up(frames: Frames, clause: Clause, limits: Floats) -> tuple[Flags, Flags]:
    if frames.now.judged is None:
        limits = np.maximum(limits, max(clause.minimum, 1))
    # Without a recovery value of its own, a count recovers at 90% of the limit or lower.
    has_own = clause.recovery is not None or frames.now.judged is not None
    return frames.current >= limits, frames.current <= (limits if has_own else np.maximum(limits * 0.9, 0))


def _decrease(frames: Frames, clause: Clause) -> tuple[Flags, Flags]:
    return _down(frames, clause, frames.previous * (1 - clause.percent / 100))


def _fall(frames: Frames, clause: Clause) -> tuple[Flags, Flags]:
    return _down(frames, clause, frames.previous - clause.change)


def _down(frames: Frames, clause: Clause, limits: Floats) -> tuple[Flags, Flags]:
    may_trigger = frames.current <= limits
    if frames.now.judged is None:
        may_trigger &= frames.previous >= max(clause.minimum, 1)
    recovery = frames.previous if clause.recovery is None else np.minimum(frames.previous, clause.recovery)
    return may_trigger, (frames.current >= recovery) | (frames.current > limits)


def _unusual(frames: Frames, clause: Clause) -> tuple[Flags, Flags]:
    usual = usual_means(frames)[0] * frames.stretch
    limits = np.maximum(usual * SENSITIVITIES[clause.sensitivity].ratio, max(clause.minimum, 1))
    calm = np.maximum((usual + limits) / 2 - 1, 0)
    return frames.current >= limits * (1 - SLACK), frames.current <= calm * (1 + SLACK) + SLACK


def _few(frames: Frames, clause: Clause) -> tuple[Flags, Flags]:
    usual = usual_means(frames)[1]
    is_usual = usual >= max(clause.minimum, 1) * (1 - SLACK)
    may_trigger = is_usual & (frames.current < usual * (1 + SLACK))
    return may_trigger, frames.current >= usual / SENSITIVITIES[clause.sensitivity].ratio * (1 - SLACK)


def _recovery(frames: Frames, clause: Clause, limit: float) -> float:
    """Return a value above which no incident is resolved."""
    has_own = clause.recovery is not None or frames.now.judged is not None
    return limit if has_own else recovery_count(limit)


MASKS: dict[str, Callable[[Frames, Clause], tuple[Flags, Flags]]] = {
    ABOVE: _above,
    BELOW: _below,
    INCREASE: _increase,
    DECREASE: _decrease,
    RISE: _rise,
    FALL: _fall,
    UNUSUAL: _unusual,
    FEW: _few,
}
