"""The conditions "unusual" and "few": more, or fewer, than in the same hours of the past four weeks. Pure; in
registry.py.

The test is the exact one of two Poisson counts that the overview uses (monitoring/insights/surges.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from alerts.conditions.base import CALM, FEW, NERVOUS, NORMAL, UNUSUAL, Clause, History, Verdict, Window
from monitoring.insights.surges import chance, chance_of_few

# Past windows that could be read: days, or weeks where the window is a week long.
MIN_DAYS, MIN_WEEKS = 3, 2
RECENT = 7  # the last days count on their own too, so growth becomes usual within a week


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How many times the usual count it takes, and how likely chance may explain it in one time window."""

    ratio: float
    max_chance: float


SENSITIVITIES = {
    CALM: Sensitivity(3.5, 1e-8),
    NORMAL: Sensitivity(2.5, 1e-6),
    NERVOUS: Sensitivity(1.5, 1e-4),
}
# None where 14, 9 or 5 are usual.
FEW_CHANCES = {CALM: 1e-6, NORMAL: 1e-4, NERVOUS: 1e-2}


def unusual(history: History, clause: Clause) -> Verdict:
    """Trigger on a count that chance does not explain, compared with each of three parts of the past.

    They are all days, the same weekdays, and the last seven days. A count is unusual only if it is for all of them;
    the test is less strict for the last two, which are few windows. Past windows that could not be read are left out;
    with too few others the verdict is unknown. A count below the minimum needs no past.
    """
    value = history.current.value
    if value < clause.minimum and not history.past:
        return _without_past(history, value, float(clause.minimum))
    parts = _parts(history.past)
    if not parts:
        return Verdict.unknown(value)
    sensitivity = SENSITIVITIES[clause.sensitivity]
    usual = max(sum(part) / len(part) for part in parts) * history.current.stretch
    limit = max(usual * sensitivity.ratio, clause.minimum, 1)
    is_triggered = value >= limit and all(
        chance(round(value), round(sum(part)), len(part), history.current.stretch) <= allowed
        for part, allowed in zip(parts, _allowed(sensitivity.max_chance), strict=False)
    )
    # Halfway between the usual count and the limit, a count is no longer what the alert was about.
    is_resolved = value <= max((usual + limit) / 2 - 1, 0) and not is_triggered
    return Verdict(is_triggered, is_resolved, value, round(usual), limit)


def few(history: History, clause: Clause) -> Verdict:
    """Trigger on a count so low that chance does not explain it, none at all included, where more are usual.

    As for `unusual`, each of the three parts of the past has to agree; the usual count is at least `minimum`.
    """
    value = history.current.value
    if not history.current.is_known:
        return Verdict.unknown(value)
    parts = _parts(history.past)
    if not parts:
        return Verdict.unknown(value)
    usual = min(sum(part) / len(part) for part in parts)
    allowed = _allowed(FEW_CHANCES[clause.sensitivity])
    is_triggered = usual >= max(clause.minimum, 1) and all(
        value < sum(part) / len(part) and chance_of_few(round(value), round(sum(part)), len(part)) <= one
        for part, one in zip(parts, allowed, strict=False)
    )
    limit = usual / SENSITIVITIES[clause.sensitivity].ratio
    return Verdict(is_triggered, not is_triggered and value >= limit, value, round(usual), limit)


def needs_past(clause: Clause, value: float) -> bool:
    """Return whether the past can make a difference to a rule without an open incident."""
    return clause.condition == FEW or (clause.condition == UNUSUAL and value >= clause.minimum)


def _without_past(history: History, value: float, limit: float) -> Verdict:
    return Verdict(False, False, value, 0, limit) if history.current.is_known else Verdict.unknown(value, 0, limit)


def _allowed(max_chance: float) -> tuple[float, float, float]:
    return max_chance, max_chance**0.5, max_chance**0.5


def _parts(past: Sequence[Window]) -> list[list[float]]:
    """Return the counts of all past windows, those of the same weekday and the recent ones, without outliers."""
    known = [window.value for window in past if window.is_known]
    is_weekly = len(past) < RECENT
    if len(known) < (MIN_WEEKS if is_weekly else MIN_DAYS):
        return []
    middle = median(known)
    # One spike in four weeks is no usual day.
    ceiling = middle + 3 * max(middle, 1) ** 0.5 + 1
    counts = [min(window.value, ceiling) if window.is_known else None for window in past]
    groups = [counts] if is_weekly else [counts, counts[RECENT - 1 :: RECENT], counts[:RECENT]]
    parts = [[count for count in group if count is not None] for group in groups]
    return [parts[0], *(part for part in parts[1:] if len(part) >= MIN_WEEKS)]
