"""Volume conditions: more mentions than a threshold, or up by a percentage. Pure: counts and settings in, a Verdict
out."""

from collections.abc import Sequence

from alerts.conditions.base import ABOVE, RELEASE, Settings, Verdict


def evaluate(series: Sequence[int], settings: Settings, *, was_broken: bool = False) -> Verdict:
    """`series`: mentions in consecutive windows of the rule's length, the current one last (at least two)."""
    value, baseline = series[-1], series[-2]
    if settings.condition == ABOVE:
        limit = float(settings.threshold)
        broken = value > (limit * RELEASE if was_broken else limit)
    else:
        limit = max(baseline * (1 + settings.percent / 100), settings.minimum, 1)
        broken = value >= (limit * RELEASE if was_broken else limit)
    return Verdict(broken, value, baseline, limit)
