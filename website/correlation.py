"""Say whether visits follow mentions, or the other way round, and which peaks belong together. Pure.

In: two series of counts of the same days. Out: the lag at which they rise and fall together, None unless that is
clear; the days far above the usual count. Called by the website page.

Both series have weekly rhythms and slow trends of their own, which would correlate without any influence. So each is
taken as its logarithm, without the mean of its weekday and without its mean of fifteen days, and compared by rank,
which no single day decides. Measured with the series of tests/website/test_correlation.py: of 2,000 independent pairs,
0.7% are called clear; where bursts of mentions bring visits, the lag is found in 45% of 28 days, in 70% of 60 and 90
days, and it is the true one in 491 of 493.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

MIN_DAYS = 28
MAX_LAG = 3
MIN_TOTAL = 28  # of each series: fewer than one per day are chance
MIN_CORRELATION = 0.45
# Standard deviations of Fisher's z: seven lags are tried, so twice what one would need.
CLEAR_Z = 3.3
WEEK = 7
TREND_DAYS = 7  # on either side
PEAK_DEVIATIONS = 4
MIN_PEAK = 5
EXTREME_DEVIATIONS = 3
# Makes the median deviation comparable with a standard deviation.
NORMAL_MAD = 1.4826


@dataclass(frozen=True, slots=True)
class Lag:
    """`days` is how many days visits come after mentions, below 0 before; `compared` is the number of days."""

    days: int
    correlation: float
    compared: int


@dataclass(frozen=True, slots=True)
class Peak:
    """A day far above the usual: its place in the series, its count, and the usual one."""

    at: int
    count: int
    usual: float


def find_lag(mentions: Sequence[int], visits: Sequence[int]) -> Lag | None:
    """Return the lag of the strongest correlation, None if there are too few days or it is not clear."""
    compared = len(mentions)
    if compared < MIN_DAYS or min(sum(mentions), sum(visits)) < MIN_TOTAL:
        return None
    first, second = _deviations(mentions), _deviations(visits)
    found = []
    for lag in range(-MAX_LAG, MAX_LAG + 1):
        before, after = first[max(-lag, 0) : compared - max(lag, 0)], second[max(lag, 0) : compared - max(-lag, 0)]
        found.append(Lag(lag, _rank_correlation(before, after), len(before)))
    best = max(found, key=lambda one: (one.correlation, -abs(one.days)))
    # The means of the weekdays are taken from the same days.
    freedom = best.compared - WEEK - 2
    z = math.atanh(min(best.correlation, 0.999)) * math.sqrt(freedom)
    is_clear = best.correlation >= MIN_CORRELATION and z >= CLEAR_Z
    return Lag(best.days, best.correlation, compared) if is_clear else None


def find_peaks(counts: Sequence[int]) -> list[Peak]:
    """Return the days far above the usual count, the highest first."""
    if len(counts) < WEEK:
        return []
    usual = median(counts)
    spread = max(median(abs(count - usual) for count in counts) * NORMAL_MAD, math.sqrt(usual), 1)
    peaks = [
        Peak(at, count, usual)
        for at, count in enumerate(counts)
        if count >= MIN_PEAK and count > usual + PEAK_DEVIATIONS * spread
    ]
    return sorted(peaks, key=lambda peak: (-peak.count, peak.at))


def near(peak: Peak, others: Sequence[Peak]) -> Peak | None:
    """Return the peak of the other series that is at most MAX_LAG days away, the nearest, an earlier one first."""
    close = [one for one in others if abs(one.at - peak.at) <= MAX_LAG]
    return min(close, key=lambda one: (abs(one.at - peak.at), one.at), default=None)


def _deviations(counts: Sequence[int]) -> list[float]:
    """Return a series without rhythm and trend."""
    values = _without_extremes([math.log1p(count) for count in counts])
    means = [sum(values[day::WEEK]) / len(values[day::WEEK]) for day in range(WEEK)]
    flat = [value - means[at % WEEK] for at, value in enumerate(values)]
    found = []
    for at, value in enumerate(flat):
        around = flat[max(at - TREND_DAYS, 0) : at + TREND_DAYS + 1]
        found.append(value - sum(around) / len(around))
    return found


def _without_extremes(values: Sequence[float]) -> list[float]:
    """Return values with a limit on either side: one extreme day would shift the means of all days around it."""
    middle = median(values)
    limit = EXTREME_DEVIATIONS * NORMAL_MAD * median(abs(value - middle) for value in values)
    return [min(max(value, middle - limit), middle + limit) for value in values]


def _rank_correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Return Spearman's coefficient, 0 if a series is constant."""
    one, two = _ranks(first), _ranks(second)
    middle = (len(one) + 1) / 2
    products = sum((a - middle) * (b - middle) for a, b in zip(one, two, strict=True))
    squares = sum((a - middle) ** 2 for a in one) * sum((b - middle) ** 2 for b in two)
    return products / math.sqrt(squares) if squares else 0.0


def _ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value, from 1; equal ones share theirs."""
    ranks = [0.0] * len(values)
    order = sorted(range(len(values)), key=lambda at: values[at])
    start = 0
    for _value, group in groupby(order, key=lambda at: round(values[at], 9)):
        places = list(group)
        for at in places:
            ranks[at] = start + (len(places) + 1) / 2
        start += len(places)
    return ranks
