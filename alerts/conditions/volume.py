"""The conditions of a threshold: above or below it. Pure; listed in registry.py.

A count of a window in which sources failed is too low: it may trigger `above`, and neither resolve it nor trigger
`below`.
"""

from alerts.conditions.base import Clause, History, Verdict, Window
from alerts.conditions.recovery import recovery_count, recovery_share


def above(history: History, clause: Clause) -> Verdict:
    """Trigger on more than `threshold`."""
    value, baseline = history.current.value, history.previous.value
    limit = float(clause.threshold)
    if value <= limit and not history.current.is_known:
        return Verdict.unknown(value, baseline, limit)
    is_triggered = value > limit
    is_resolved = value <= recovery_value(history.current, clause, limit) and not is_triggered
    return Verdict(is_triggered, is_resolved, value, baseline, limit)


def below(history: History, clause: Clause) -> Verdict:
    """Trigger on fewer than `threshold`; resolve once there are as many, or as many as the recovery value."""
    value, baseline = history.current.value, history.previous.value
    limit = float(clause.threshold)
    if value < limit and not history.current.is_known:
        return Verdict.unknown(value, baseline, limit)
    recovery = limit if clause.recovery is None else max(float(clause.recovery), limit)
    return Verdict(value < limit, value >= recovery, value, baseline, limit)


def recovery_value(window: Window, clause: Clause, limit: float) -> float:
    """Return the highest value that resolves an incident whose limit is `limit`."""
    if clause.recovery is not None:
        return min(float(clause.recovery), limit)
    return recovery_count(limit) if window.judged is None else recovery_share(limit)
