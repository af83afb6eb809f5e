"""A bucket never allows more than its limit in any window: random times, returns, readings and clocks."""

from datetime import datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from monitoring.platforms import buckets
from monitoring.platforms.base import Limit
from monitoring.platforms.buckets import Bucket
from monitoring.records import QuotaReading
from tests.lookalikes.platforms.base import NOW

limits = st.builds(
    Limit,
    amount=st.sampled_from([1, 2, 3, 8, 10, 50, 300, 5_000]),
    window_s=st.sampled_from([1, 5, 60, 600, 3_600, 86_400]),
    cost=st.sampled_from([1, 1, 1, 2, 5, 100]),
).filter(lambda limit: limit.cost <= limit.amount)
# Seconds since the poll before, how many requests it wants, and the share of what it got that it doesn't use.
polls = st.tuples(
    st.one_of(st.floats(0, 10), st.floats(0, 5_000)), st.integers(0, 400), st.sampled_from([0, 0, 0.3, 0.5, 1])
)
often = settings(max_examples=300, deadline=None)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def most_in_a_window(spent: list[tuple[datetime, float]], window_s: int) -> float:
    """Return the largest sum of what was spent within any window that starts with one of its requests."""
    window = timedelta(seconds=window_s)
    return max((sum(cost for time, cost in spent if start <= time < start + window) for start, _ in spent), default=0)


@often
@given(limits, st.lists(polls, max_size=40))
def test_bucket_never_grants_more_than_its_limit_in_any_window(limit, wishes):
    bucket, now, spent = buckets.full(limit, NOW), NOW, []
    for gap_s, wanted, unused in wishes:
        now += timedelta(seconds=gap_s)
        number = buckets.granted(bucket, limit, wanted, now)
        assert 0 <= number <= wanted
        bucket = buckets.taken(bucket, limit, number, now)
        given_back = int(number * unused)
        bucket = buckets.returned(bucket, limit, given_back * limit.cost, now)
        spent.append((now, (number - given_back) * limit.cost))
        assert -1e-6 <= bucket.left <= buckets.capacity(limit) + 1e-6
    assert most_in_a_window(spent, limit.window_s) <= limit.amount + 1e-6


@often
@given(limits, st.lists(polls, max_size=30), st.floats(0.1, 600))
def test_return_after_the_poll_grants_no_more_than_the_limit(limit, wishes, duration_s):
    """A poll takes time, and only then returns what it didn't use; its requests are made anywhere in between."""
    bucket, now, spent = buckets.full(limit, NOW), NOW, []
    for gap_s, wanted, unused in wishes:
        now += timedelta(seconds=gap_s)
        number = buckets.granted(bucket, limit, wanted, now)
        bucket = buckets.taken(bucket, limit, number, now)
        started, now = now, now + timedelta(seconds=duration_s)
        given_back = int(number * unused)
        bucket = buckets.returned(bucket, limit, given_back * limit.cost, now)
        spent.append((started, (number - given_back) * limit.cost))
    assert most_in_a_window(spent, limit.window_s) <= limit.amount + 1e-6


@often
@given(limits, st.lists(st.tuples(st.floats(-5_000, 5_000), st.integers(0, 400)), max_size=30))
def test_clock_that_goes_back_grants_no_more_than_the_limit(limit, wishes):
    """The time that really passes is never more than what the clock showed at its latest."""
    bucket, clock, latest, granted, start = buckets.full(limit, NOW), NOW, NOW, 0.0, NOW
    for gap_s, wanted in wishes:
        clock += timedelta(seconds=gap_s)
        latest = max(latest, clock)
        number = buckets.granted(bucket, limit, wanted, clock)
        bucket = buckets.taken(bucket, limit, number, clock)
        granted += number * limit.cost
    flow = (latest - start).total_seconds() * buckets.rate_per_s(limit)
    assert granted <= buckets.capacity(limit) + flow + 1e-6


@given(limits, st.integers(0, 1_000), st.floats(0, 1e6))
def test_bucket_grants_a_request_when_it_says_so(limit, wanted, gap_s):
    bucket = buckets.full(limit, NOW)
    bucket = buckets.taken(bucket, limit, buckets.granted(bucket, limit, wanted, NOW), NOW)
    when = buckets.refills_at(bucket, limit, at(gap_s))
    assert when >= at(gap_s)
    # A microsecond is the smallest step of a time.
    assert buckets.granted(bucket, limit, 1, when + timedelta(microseconds=1)) == 1


def test_limit_of_one_request_allows_one_per_window():
    limit = Limit(1, 5)
    bucket = buckets.taken(buckets.full(limit, NOW), limit, 1, NOW)
    assert [buckets.granted(bucket, limit, 5, at(seconds)) for seconds in (0, 4.9, 5, 100)] == [0, 0, 1, 1]


def test_limit_with_a_cost_counts_requests_by_their_cost():
    limit = Limit(10_000, 86_400, "units", cost=100)
    bucket = buckets.full(limit, NOW)
    assert buckets.granted(bucket, limit, 50, NOW) == 10
    assert buckets.taken(bucket, limit, 10, NOW).left == 0


def test_cheaper_request_than_expected_gives_the_rest_back():
    limit = Limit(10_000, 86_400, "units", cost=100)
    bucket = buckets.taken(buckets.full(limit, NOW), limit, 5, NOW)
    assert buckets.returned(bucket, limit, 450, NOW).left == 950


def test_reading_lowers_what_is_left_and_never_raises_it():
    limit = Limit(300, 300)
    bucket = buckets.taken(buckets.full(limit, NOW), limit, 20, NOW)
    assert buckets.corrected(bucket, QuotaReading(4), NOW).left == 4
    assert buckets.corrected(bucket, QuotaReading(290), NOW).left == 10


def test_reading_of_nothing_left_blocks_until_its_reset():
    limit = Limit(300, 300)
    bucket = buckets.corrected(buckets.full(limit, NOW), QuotaReading(0, at(600)), NOW)
    assert buckets.granted(bucket, limit, 5, at(599)) == 0
    assert buckets.refills_at(bucket, limit, NOW) == at(600)
    assert buckets.granted(bucket, limit, 5, at(600)) == 5


@pytest.mark.parametrize("remaining", [0, 5])
def test_reading_without_reset_ends_no_earlier_block(remaining):
    limit = Limit(300, 300)
    blocked = Bucket(30, NOW, blocked_until=at(600))
    bucket = buckets.corrected(blocked, QuotaReading(remaining), NOW)
    assert buckets.granted(bucket, limit, 5, at(10)) == 0


def test_freshness_is_that_of_the_tightest_limit():
    tight, loose = Limit(100, 86_400, cost=1), Limit(300, 300)
    assert buckets.freshness_s((tight, loose), 9) == pytest.approx(9 * 86_400 / 90)
    assert buckets.freshness_s((), 9) == 0
