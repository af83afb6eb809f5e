"""The alert conditions by name: one line per condition. `Rule.Condition` offers the same names (a test compares)."""

from alerts.conditions.base import (
    ABOVE,
    BELOW,
    DECREASE,
    EACH,
    FALL,
    FEW,
    INCREASE,
    RISE,
    UNUSUAL,
    Clause,
    Condition,
    History,
    Settings,
    Verdict,
)
from alerts.conditions.changes import decrease, fall, increase, rise
from alerts.conditions.combine import combine
from alerts.conditions.each import each
from alerts.conditions.unusual import few, unusual
from alerts.conditions.volume import above, below

CONDITIONS: dict[str, Condition] = {
    ABOVE: above,
    BELOW: below,
    INCREASE: increase,
    DECREASE: decrease,
    RISE: rise,
    FALL: fall,
    UNUSUAL: unusual,
    FEW: few,
    EACH: each,
}
COMPARED = frozenset({INCREASE, DECREASE, RISE, FALL})  # with the previous period


def evaluate(history: History, settings: Settings) -> Verdict:
    """Evaluate the conditions that the settings name: the same for live rules and back-tests."""
    if not settings.also:
        return evaluate_clause(history, settings)
    histories = (history, *history.also)
    verdicts = [evaluate_clause(one, clause) for one, clause in zip(histories, settings.clauses, strict=True)]
    return combine(verdicts, settings.joined_by)


def evaluate_clause(history: History, clause: Clause) -> Verdict:
    """Evaluate one clause. A share or balance of fewer analyzed mentions than its minimum triggers nothing."""
    current = history.current
    compared = (current, history.previous) if clause.condition in COMPARED else (current,)
    if any(one.judged is not None and one.judged < max(clause.minimum, 1) for one in compared):
        if not current.is_known:
            return Verdict.unknown(current.value, history.previous.value)
        return Verdict(False, True, current.value, history.previous.value, float(clause.threshold))
    return CONDITIONS[clause.condition](history, clause)
