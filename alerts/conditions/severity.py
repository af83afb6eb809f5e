"""Decide how severe an incident is, from how far its count passed the limit and how negative it is. Pure.

docs/incidents.md explains the rule to people.
"""

MODERATE, HIGH, CRITICAL = "moderate", "high", "critical"
LEVELS = (MODERATE, HIGH, CRITICAL)
FAR, VERY_FAR = 2.0, 4.0  # times the limit
HALF, MOST = 0.5, 0.6  # negative share
MIN_ANALYZED = 10  # a share of fewer mentions says nothing


def severity(count: float, limit: float, negative: int, analyzed: int) -> str:
    """Return the severity of a count above a limit; `negative` of its `analyzed` mentions are negative."""
    times = count / max(limit, 1.0)
    share = negative / analyzed if analyzed >= MIN_ANALYZED else 0.0
    if times >= VERY_FAR or (times >= FAR and share >= MOST):
        return CRITICAL
    return HIGH if times >= FAR or share >= HALF else MODERATE


def lower_than(level: str) -> tuple[str, ...]:
    """Return the severities below one."""
    return LEVELS[: LEVELS.index(level)]


def highest(*levels: str) -> str:
    """Return the highest of some severities."""
    return max(levels, key=LEVELS.index)
