"""Unusual numbers, peaks, and how certain net sentiment is: pure arithmetic."""

from itertools import accumulate
from math import comb, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.insights.net_sentiment import net_point, net_points
from monitoring.insights.peaks import peaks
from monitoring.insights.sentiment import MIN_LABELED, Split
from monitoring.insights.surges import chance, surge


@given(count=st.integers(0, 60), past=st.integers(0, 60), windows=st.integers(1, 5))
def test_chance_is_the_exact_binomial_tail(count, past, windows):
    total, share = count + past, 1 / (windows + 1)
    exact = sum(comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(count, total + 1))
    assert isclose(chance(count, past, windows), exact, abs_tol=1e-9)


def test_surge_needs_more_than_chance():
    assert surge(12, [1, 2, 0, 1]).ratio == 12
    assert surge(4, [0, 0, 0, 0]) is None  # too few to be news
    assert surge(9, [3, 4, 5, 4]) is None  # twice as many, and still chance
    assert surge(900, [700, 700, 700, 700]) is None  # no chance, and still not twice as many
    assert surge(1500, [700, 700, 700, 700]).usual == 700


def test_surge_needs_two_past_windows():
    assert surge(50, [1]) is None
    assert surge(50, []) is None
    assert surge(50, [0, 0]).ratio is None


@given(st.lists(st.integers(0, 5), min_size=2, max_size=40))
def test_peaks_ignore_small_counts(counts):
    assert peaks([min(count, 4) for count in counts]) == []


def test_peaks_are_the_highest_and_have_no_neighbors():
    counts = [3, 4, 3, 2, 30, 60, 40, 3, 2, 20, 3, 4]
    assert peaks(counts) == [5, 9]


def test_peaks_of_a_steady_series_are_none():
    assert peaks([100, 90, 110, 95, 105, 130]) == []
    assert peaks([]) == peaks([50]) == []


splits = st.builds(Split, *[st.integers(0, 300)] * 4)


@given(splits)
def test_net_point_lies_in_its_band(split):
    point = net_point(split)
    assert (point is None) == (split.labeled < MIN_LABELED)
    if point:
        assert -100 <= point.low <= point.net <= point.high <= 100


@given(splits.filter(lambda split: split.labeled >= MIN_LABELED), st.integers(1, 100))
def test_net_band_widens_with_uncertain_mentions(split, more):
    wide = net_point(split + Split(uncertain=more))
    narrow = net_point(split)
    assert wide.net == narrow.net
    assert wide.high - wide.low >= narrow.high - narrow.low - 1  # rounding


def test_net_band_narrows_with_more_mentions():
    few, many = net_point(Split(6, 2, 4)), net_point(Split(600, 200, 400))
    assert few.net == many.net == 17
    assert few.high - few.low > 5 * (many.high - many.low)


@given(st.lists(splits, min_size=1, max_size=12))
def test_net_points_are_about_three_buckets(buckets):
    points = net_points(buckets)
    assert len(points) == len(buckets)
    sums = list(accumulate(buckets, initial=Split()))[1:]
    assert points[0] == net_point(sums[0])
    if len(buckets) >= 3:
        assert points[2] == net_point(sums[2])


@pytest.mark.parametrize("labeled", [0, MIN_LABELED - 1])
def test_net_point_is_hidden_with_few_mentions(labeled):
    assert net_point(Split(positive=labeled)) is None
