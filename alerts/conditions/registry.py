"""The alert conditions by name: one line per condition. `Rule.Condition` offers the same names (a test compares)."""

from collections.abc import Sequence

from alerts.conditions.base import ABOVE, INCREASE, Condition, Settings, Verdict
from alerts.conditions.volume import above, increase

CONDITIONS: dict[str, Condition] = {
    ABOVE: above,
    INCREASE: increase,
}


def evaluate(series: Sequence[int], settings: Settings) -> Verdict:
    """Evaluate the condition that the settings name."""
    return CONDITIONS[settings.condition](series, settings)
