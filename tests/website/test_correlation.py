"""When visits are said to follow mentions, and which days are peaks."""

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from website.correlation import MIN_DAYS, Peak, find_lag, find_peaks, near

RHYTHM = [1.3, 1.2, 1.1, 1.1, 1.0, 0.5, 0.4]


def poisson(random, mean):
    """Return a count by chance (Knuth)."""
    limit, count, product = math.exp(-min(mean, 500)), 0, random.random()
    while product > limit:
        count, product = count + 1, product * random.random()
    return count


def series(random, days, level=20.0):
    """Return counts with a weekly rhythm, a trend and bursts."""
    slope = random.uniform(-0.01, 0.02)
    bursts = [random.choice([1, 1, 1, 1, 1, 1, 2.5]) for _ in range(days)]
    return [
        poisson(random, level * RHYTHM[day % 7] * math.exp(slope * day) * bursts[day]) for day in range(days)
    ], bursts


def pair(random, days, lag):
    """Return mentions, and visits that follow their bursts."""
    mentions, bursts = series(random, days)
    visits = [
        poisson(random, 40 * RHYTHM[day % 7] * (bursts[day - lag] if 0 <= day - lag < days else 1))
        for day in range(days)
    ]
    return mentions, visits


@pytest.mark.parametrize("lag", [-3, -1, 0, 1, 2, 3])
def test_lag_is_found(lag):
    random = Random(lag)
    found = [find_lag(*pair(random, 60, lag)) for _ in range(20)]
    assert sum(one is not None for one in found) >= 12
    assert sum(one is not None and (one.days, one.compared) != (lag, 60) for one in found) <= 1


@pytest.mark.parametrize("days", [28, 60, 90])
def test_nothing_is_said_of_independent_series(days):
    random = Random(days)
    found = [find_lag(series(random, days)[0], series(random, days)[0]) for _ in range(200)]
    assert sum(one is not None for one in found) <= 6


def test_nothing_is_said_of_too_few_days_or_counts():
    mentions, visits = pair(Random(1), MIN_DAYS - 1, 1)
    assert find_lag(mentions, visits) is None
    assert find_lag([0] * 60, [9] * 60) is None
    assert find_lag([1, 0] * 25, [0, 1] * 25) is None


def test_one_common_day_is_no_connection():
    random = Random(5)
    for _ in range(20):
        mentions, visits = ([poisson(random, 20) for _ in range(40)] for _ in range(2))
        mentions[20] = visits[20] = 5_000
        assert find_lag(mentions, visits) is None


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=95))
def test_any_counts_are_accepted(counts):
    found = find_lag([one for one, _ in counts], [two for _, two in counts])
    assert found is None or (-3 <= found.days <= 3 and 0.45 <= found.correlation <= 1.0001)
    for peak in find_peaks([one for one, _ in counts]):
        assert counts[peak.at][0] == peak.count > peak.usual


def test_peaks_are_days_far_above_the_usual_count():
    assert find_peaks([10, 11, 9, 60, 10, 12, 10, 33]) == [Peak(3, 60, 10.5), Peak(7, 33, 10.5)]
    assert find_peaks([10, 11, 9, 14, 10, 12, 10]) == []
    assert find_peaks([0, 0, 0, 3, 0, 0, 0]) == []
    assert find_peaks([0, 0, 900]) == []


def test_near_is_the_closest_peak_within_three_days():
    peak = Peak(10, 50, 5)
    assert near(peak, [Peak(6, 9, 1), Peak(8, 9, 1), Peak(12, 9, 1)]).at == 8
    assert near(peak, [Peak(6, 9, 1), Peak(14, 9, 1)]) is None
