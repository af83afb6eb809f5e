"""Forecast where a goal ends if it goes on as before, with a band of 80%. Pure. Called by workplace/goals/pace.py.

The band has three parts: the noise of what was measured, that of what is to come, and drift, by which the level itself
moves from week to week. Noise and drift are separated by how much weeks differ that are one or several weeks apart:
the mean square is 2 × noise + distance × drift, for a random walk observed with noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import mean, median, variance

Z = 1.2816  # 80% of a normal distribution is within
WEEK = 7
RECENT_WEEKS = 4  # that a forecast starts from: as recent as the value of a level
TREND_WEEKS = 8  # older weeks say little about the next ones
DAMPING = 0.85  # per week (Gardner and McKenzie, 1985): trends of shares don't go on forever
FAR = 4  # weeks apart
MIN_FAR = 3  # pairs of weeks that far apart
# Nothing stays the same, also where a few weeks look so: per week, the standard deviation of the rate of a sum as a
# share of it, and the variance of a level as a share of its noise (chosen on five kinds of histories, docs/goals.md).
SUM_DRIFT, LEVEL_DRIFT = 0.04, 0.25

Weeks = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Forecast:
    """The value of a goal at its end if it goes on as before, and the ends of the band around it."""

    middle: float
    low: float
    high: float


def rate_of(days: Sequence[float]) -> float:
    """Return what a sum has per day: the mean of its last four weeks."""
    return mean(days[-RECENT_WEEKS * WEEK :])


def forecast_of_sum(value: float, days: Sequence[float], left: int) -> Forecast:
    """Continue a sum with its rate for `left` days. `days` are at least two, oldest first.

    The noise is at least that of random arrivals. Days of a week depend on each other, so it comes from whole weeks if
    there are four.
    """
    recent, rate = days[-RECENT_WEEKS * WEEK :], rate_of(days)
    weeks = [sum(days[at : at + WEEK]) for at in range(len(days) % WEEK, len(days), WEEK)]
    noise, drift = max(variance(recent), rate) * WEEK, 0.0
    if len(weeks) >= RECENT_WEEKS:
        noise, drift = noise_and_drift(weeks)
        noise = max(noise, rate * WEEK)
    drift = max(drift, (SUM_DRIFT * rate * WEEK) ** 2)
    ahead, known = left / WEEK, len(recent) / WEEK
    # The drift of the weeks to come adds up: the sum of a random walk of n steps has n³ / 3 times its variance.
    margin = Z * sqrt(noise * (ahead + ahead**2 / known) + drift * ahead**2 * (ahead / 3 + known / 3))
    middle = value + rate * left
    return Forecast(middle, max(middle - margin, value), middle + margin)


def forecast_of_level(value: float, weeks: Weeks, ahead: float) -> Forecast:
    """Continue a level, that of the last four weeks, for `ahead` weeks, with a damped trend."""
    middle = value + slope_of(weeks) * sum(DAMPING**week for week in range(1, ceil(ahead) + 1))
    noise, drift = noise_and_drift(weeks)
    drift = max(drift, LEVEL_DRIFT * noise)
    margin = Z * sqrt(noise * 2 / RECENT_WEEKS + drift * (ahead + RECENT_WEEKS / 3))
    return Forecast(middle, middle - margin, middle + margin)


def slope_of(weeks: Weeks) -> float:
    """Return by how much a level moves per week.

    It is the median of the slopes between all pairs of weeks (Theil and Sen), which single odd weeks don't change,
    times the share of it that is not chance: none if it is smaller than its standard error.
    """
    known = [(number, week) for number, week in enumerate(weeks[-TREND_WEEKS:]) if week is not None]
    slope = median(
        (later - earlier) / (to - at) for index, (at, earlier) in enumerate(known) for to, later in known[index + 1 :]
    )
    center = median(week - slope * number for number, week in known)
    squares = sum((week - slope * number - center) ** 2 for number, week in known)
    middle = mean(number for number, _week in known)
    around = sum((number - middle) ** 2 for number, _week in known)
    chance = squares / max(len(known) - 2, 1) / around
    return slope * max(1 - chance / slope**2, 0) if slope**2 else 0.0


def noise_and_drift(weeks: Weeks) -> tuple[float, float]:
    """Return the variance of a week around its level, and that by which the level moves per week."""
    near, far = _differences(weeks, 1), _differences(weeks, FAR)
    if len(far) < MIN_FAR:
        return (mean(near) / 2 if near else 0.0), 0.0
    drift = max((mean(far) - mean(near)) / (FAR - 1), 0)
    return max((mean(near) - drift) / 2, 0), drift


def _differences(weeks: Weeks, distance: int) -> list[float]:
    """Return the squared differences of weeks at a distance."""
    pairs = zip(weeks, weeks[distance:], strict=False)
    return [(later - earlier) ** 2 for earlier, later in pairs if earlier is not None and later is not None]
