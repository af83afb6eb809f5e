"""Volume conditions: more mentions than a threshold, or up by a percentage. Pure; listed in registry.py."""

from collections.abc import Sequence

from alerts.conditions.base import RELEASE, Settings, Verdict


def above(series: Sequence[int], settings: Settings) -> Verdict:
    """Trigger on more than `threshold` mentions."""
    value, baseline = series[-1], series[-2]
    limit = float(settings.threshold)
    return Verdict(value > limit, value <= limit * RELEASE, value, baseline, limit)


def increase(series: Sequence[int], settings: Settings) -> Verdict:
    """Trigger on `percent` % more mentions than in the previous period, with at least `minimum` (and at least one)."""
    value, baseline = series[-1], series[-2]
    limit = max(baseline * (1 + settings.percent / 100), settings.minimum, 1)
    return Verdict(value >= limit, value < limit * RELEASE, value, baseline, limit)
