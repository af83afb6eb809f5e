"""Decide whether a count is unusually high for its weekday and hours. Pure: counts in, a surge or None out.

The test is exact, so small counts never look unusual by chance. Called by signals.py and peaks.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log

MIN_COUNT = 5  # fewer mentions are read one by one
MIN_RATIO = 2.0  # counts cluster more than chance says: what is below twice the usual number is no news
MAX_CHANCE = 0.001  # once in three years of days
MIN_WINDOWS = 2  # past windows: a single one may have been a quiet one


@dataclass(frozen=True, slots=True)
class Surge:
    """A count, the usual one (the mean of the past windows), and how many times as high it is; None for no usual."""

    count: int
    usual: float

    @property
    def ratio(self) -> float | None:
        return self.count / self.usual if self.usual else None


def surge(count: int, past: Sequence[int]) -> Surge | None:
    """Return a surge if a count is too high to be chance, compared with past windows of the same length."""
    if count < MIN_COUNT or len(past) < MIN_WINDOWS:
        return None
    usual = sum(past) / len(past)
    if count < MIN_RATIO * usual or chance(count, sum(past), len(past)) > MAX_CHANCE:
        return None
    return Surge(count, usual)


def chance(count: int, past_total: int, windows: int, exposure: float = 1.0) -> float:
    """Return how likely `count` or more are if nothing changed, in `exposure` times the length of a past window.

    If two Poisson counts have one rate, the first is binomial given their sum: this exact test includes that the usual
    rate is uncertain too, which a comparison with the mean would leave out.
    """
    total, share = count + past_total, exposure / (windows + exposure)
    return min(sum(_binomial(k, total, share) for k in _tail(count, total, share)), 1.0)


def chance_of_few(count: int, past_total: int, windows: int) -> float:
    """Return how likely `count` or fewer are if nothing changed: the other tail of `chance`."""
    total, share = count + past_total, 1 / (windows + 1)
    spread = (total * share * (1 - share)) ** 0.5
    first = max(count - int(30 * spread) - 100, 0)
    return min(sum(_binomial(k, total, share) for k in range(first, count + 1)), 1.0)


def _tail(count: int, total: int, share: float) -> range:
    """Return the outcomes from `count` on that matter: thirty standard deviations beyond the mean have none left."""
    spread = (total * share * (1 - share)) ** 0.5
    return range(count, min(total, count + int(30 * spread) + 100) + 1)


def _binomial(k: int, total: int, share: float) -> float:
    ways = lgamma(total + 1) - lgamma(k + 1) - lgamma(total - k + 1)
    return exp(ways + k * log(share) + (total - k) * log(1 - share))
