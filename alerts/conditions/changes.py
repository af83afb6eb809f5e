"""The conditions of a change: up or down from the previous period, by a percentage or by a count. Pure.

Listed in registry.py.

The count of a window in which sources failed is too low: it may trigger an increase and no decrease, and a previous
period with such a gap triggers none.
"""

from math import ceil

from alerts.conditions.base import Clause, History, Verdict
from alerts.conditions.volume import recovery_value
from monitoring.insights.surges import chance, chance_of_few

# Of a change that is tested: what happens once in a hundred windows without any cause is no news.
MAX_CHANCE = 0.01


def increase(history: History, clause: Clause) -> Verdict:
    """Trigger on `percent` % more than in the previous period, with at least `minimum` mentions (and at least one)."""
    limit = max(history.previous.value * (1 + clause.percent / 100), _minimum(history, clause))
    return _up(history, clause, limit)


def rise(history: History, clause: Clause) -> Verdict:
    """Trigger on at least `change` more than in the previous period, with at least `minimum` mentions."""
    return _up(history, clause, max(history.previous.value + clause.change, _minimum(history, clause)))


def decrease(history: History, clause: Clause) -> Verdict:
    """Trigger on `percent` % less than in the previous period, which had at least `minimum` mentions."""
    return _down(history, clause, history.previous.value * (1 - clause.percent / 100))


def fall(history: History, clause: Clause) -> Verdict:
    """Trigger on at least `change` less than in the previous period, which had at least `minimum` mentions."""
    return _down(history, clause, history.previous.value - clause.change)


def _minimum(history: History, clause: Clause) -> float:
    """Return the least count that triggers; a share has none, since its minimum is about the analyzed mentions."""
    return max(clause.minimum, 1) if history.current.judged is None else float("-inf")


def _up(history: History, clause: Clause, limit: float) -> Verdict:
    current, previous = history.current, history.previous
    value, baseline = current.value, previous.value
    # A previous period with gaps makes any count look like an increase.
    if not previous.is_known or (value < limit and not current.is_known):
        return Verdict.unknown(value, baseline, limit)
    is_triggered = value >= limit and not _is_chance_up(history, clause)
    is_resolved = value <= recovery_value(current, clause, limit) and not is_triggered
    return Verdict(is_triggered, is_resolved, value, baseline, limit)


def _down(history: History, clause: Clause, limit: float) -> Verdict:
    current, previous = history.current, history.previous
    value, baseline = current.value, previous.value
    if not current.is_known or not previous.is_known:
        return Verdict.unknown(value, baseline, limit)
    is_enough = current.judged is not None or baseline >= max(clause.minimum, 1)
    is_triggered = is_enough and value <= limit and not _is_chance_down(history, clause)
    recovery = baseline if clause.recovery is None else float(clause.recovery)
    # The previous period follows the fall: once it is low too, the incident is over.
    is_resolved = not is_triggered and (value >= min(recovery, baseline) or value > limit)
    return Verdict(is_triggered, is_resolved, value, baseline, limit)


def _is_chance_up(history: History, clause: Clause) -> bool:
    if not clause.tests_chance or history.current.judged is not None:
        return False
    value, before = ceil(history.current.value), round(history.previous.value)
    return chance(value, before, 1, history.current.stretch) > MAX_CHANCE


def _is_chance_down(history: History, clause: Clause) -> bool:
    if not clause.tests_chance or history.current.judged is not None:
        return False
    return chance_of_few(round(history.current.value), round(history.previous.value), 1) > MAX_CHANCE
