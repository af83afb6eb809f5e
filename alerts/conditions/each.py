"""The condition "each": every mention, as it happens. Pure; listed in registry.py.

It opens no incident: its mentions are sent one by one. Its verdict is for pages and combinations of clauses.
"""

from alerts.conditions.base import Clause, History, Verdict


def each(history: History, clause: Clause) -> Verdict:
    """Trigger while the time window has a mention."""
    value, baseline = history.current.value, history.previous.value
    if not value and not history.current.is_known:
        return Verdict.unknown(value, baseline)
    return Verdict(value > 0, value == 0, value, baseline, 1.0)
