"""Test when a source is polled next: each rule, then invariants over random input."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.polling.schedule import (
    BACK_OFF_FACTORS,
    DEAD_AFTER_S,
    MAX_RETRY_AFTER_S,
    NextPoll,
    Pace,
    PollOutcome,
    PollState,
    back_off_s,
    plan_next,
)
from outbound import ERROR_CODES

NOW = datetime(2026, 8, 5, 10, 20, tzinfo=UTC)  # a Wednesday
NO_JITTER = 0.5
MINUTE = 60
HOUR = 3_600
DAY = 86_400


def wait_s(planned: NextPoll, now: datetime = NOW) -> float:
    return (planned.next_poll_at - now).total_seconds()


def plan(state: PollState, jitter: float = NO_JITTER, pace: Pace | None = None, **outcome) -> NextPoll:
    return plan_next(state, PollOutcome(**{"now": NOW, **outcome}), jitter, pace)


@pytest.mark.parametrize(
    ("before_s", "outcome", "after_s"),
    [
        (HOUR, {}, 90 * MINUTE),
        (HOUR, {"new_items": 1}, 30 * MINUTE),
        (HOUR, {"new_items": 10}, 30 * MINUTE),
        (HOUR, {"new_items": 15}, 20 * MINUTE),
        (20 * HOUR, {}, DAY),
        (20 * MINUTE, {"new_items": 3}, 15 * MINUTE),
        (DAY, {"new_items": 30}, 4 * HOUR),
        (DAY, {"new_items": 30, "all_new": True}, 15 * MINUTE),
    ],
)
def test_interval_adapts_to_new_items(before_s, outcome, after_s):
    planned = plan(PollState(before_s), **outcome)
    assert (planned.interval_s, wait_s(planned)) == (after_s, after_s)
    assert (planned.failures, planned.failing_since, planned.stop) == (0, None, "")


def test_new_source_starts_with_minimum_interval():
    new = PollState(HOUR, polled_before=False)
    assert wait_s(plan(new)) == wait_s(plan(new, new_items=40, all_new=True)) == 15 * MINUTE


def test_hints_lengthen_wait_of_first_poll():
    new = PollState(HOUR, polled_before=False)
    assert wait_s(plan(new, new_items=40, all_new=True, interval_hint_s=2 * HOUR)) == 2 * HOUR


def test_interval_of_quiet_source_adapts_in_two_polls():
    state = PollState(DAY)
    for new_items in (60, 10):
        state = PollState(plan(state, new_items=new_items).interval_s)
    assert state.interval_s <= HOUR


@pytest.mark.parametrize("hint", ["cache_max_age_s", "interval_hint_s"])
def test_hint_lengthens_wait_but_not_interval(hint):
    planned = plan(PollState(HOUR), new_items=1, **{hint: 4 * HOUR})
    assert (wait_s(planned), planned.interval_s) == (4 * HOUR, 30 * MINUTE)
    assert wait_s(plan(PollState(HOUR), new_items=1, **{hint: 60})) == 30 * MINUTE
    assert wait_s(plan(PollState(HOUR), **{hint: 365 * DAY})) == DAY


def test_hint_is_ignored_when_items_may_be_missed():
    planned = plan(PollState(HOUR), new_items=20, all_new=True, interval_hint_s=DAY)
    assert wait_s(planned) == 15 * MINUTE


@pytest.mark.parametrize("error_code", ["rate_limited", "unavailable", ""])
def test_retry_after_is_minimum_wait_after_error_and_success(error_code):
    assert wait_s(plan(PollState(HOUR), error_code=error_code, retry_after_s=3 * DAY)) >= 3 * DAY
    assert wait_s(plan(PollState(HOUR), error_code=error_code, retry_after_s=1)) >= 15 * MINUTE


def test_retry_after_is_capped_at_one_week():
    assert wait_s(plan(PollState(HOUR), error_code="rate_limited", retry_after_s=10**9), NOW) < MAX_RETRY_AFTER_S * 1.1


def test_failures_back_off_and_keep_interval():
    waits, state = [], PollState(6 * HOUR)
    for _ in range(9):
        planned = plan(state, error_code="timeout")
        waits.append(wait_s(planned) / MINUTE)
        state = PollState(planned.interval_s, True, planned.failures, planned.failing_since, "timeout")
    assert waits == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]
    assert (state.interval_s, state.failing_since, planned.stop) == (6 * HOUR, NOW, "")
    recovered = plan(state, new_items=1)
    assert (recovered.failures, recovered.failing_since, recovered.interval_s) == (0, None, 3 * HOUR)


@pytest.mark.parametrize(("code", "hours"), [("forbidden", 4), ("rate_limited", 1), ("timeout", 0.25)])
def test_back_off_starts_later_when_server_refuses(code, hours):
    assert wait_s(plan(PollState(HOUR), error_code=code)) == hours * HOUR


def test_back_off_factors_use_error_codes_of_http_client():
    assert set(BACK_OFF_FACTORS) <= set(ERROR_CODES)


def test_gone_stops_source_immediately():
    assert plan(PollState(HOUR), error_code="gone").stop == "gone"


def test_not_found_stops_source_after_two_consecutive_weeks():
    since = NOW - timedelta(seconds=DEAD_AFTER_S)
    old = PollState(HOUR, True, 20, since, "not_found")
    assert plan(old, error_code="not_found").stop == "dead"
    assert plan(old, error_code="timeout").stop == ""
    assert plan(PollState(HOUR, True, 20, since, "timeout"), error_code="not_found").stop == ""
    recent = PollState(HOUR, True, 20, since + timedelta(seconds=1), "not_found")
    assert plan(recent, error_code="not_found").stop == ""


@pytest.mark.parametrize(
    ("skip", "expected"),
    [
        ({"skip_hours": frozenset({11, 12})}, NOW.replace(hour=13)),
        ({"skip_hours": frozenset({3})}, NOW.replace(hour=11)),
        ({"skip_days": frozenset({"Wednesday"})}, NOW.replace(day=6, hour=0)),
        ({"skip_days": frozenset({"Wednesday"}), "skip_hours": frozenset({0, 1})}, NOW.replace(day=6, hour=2)),
        ({"skip_hours": frozenset(range(24))}, NOW + timedelta(days=1)),
        ({"skip_days": frozenset({"Wednesday", "Thursday", "Friday"})}, NOW + timedelta(days=1)),
        ({"skip_days": frozenset({"Wednesday"}), "skip_hours": frozenset({77})}, NOW.replace(day=6, hour=0)),
    ],
)
def test_skipped_hours_and_days_delay_poll_up_to_one_day(skip, expected):
    assert plan(PollState(40 * MINUTE), **skip).next_poll_at == expected


def test_jitter_spreads_waits():
    waits = {wait_s(plan(PollState(HOUR), jitter)) for jitter in (0, 0.25, 0.5, 0.75, 0.99)}
    assert len(waits) == 5
    assert all(90 * MINUTE * 0.9 <= wait <= 90 * MINUTE * 1.1 for wait in waits)


def test_plan_next_respects_pace_of_seconds():
    pace = Pace(min_interval_s=5, max_interval_s=30)
    assert wait_s(plan(PollState(900), pace=pace)) == 30
    assert wait_s(plan(PollState(6), new_items=1, pace=pace)) == 5
    assert wait_s(plan(PollState(6), error_code="forbidden", pace=pace)) == 30


seconds = st.integers(0, 400 * DAY)
maybe_seconds = st.none() | seconds
zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
paces = st.tuples(st.integers(1, 7200), st.integers(1, 10 * DAY)).map(lambda ends: Pace(min(ends), max(ends)))
states = st.builds(
    PollState,
    interval_s=seconds,
    polled_before=st.booleans(),
    failures=st.integers(0, 5000),
    error_code=st.sampled_from(["", "not_found", "timeout"]),
)
outcomes = st.builds(
    PollOutcome,
    now=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=zones),
    new_items=st.integers(0, 5000),
    all_new=st.booleans(),
    error_code=st.sampled_from(["", "", *ERROR_CODES]),
    retry_after_s=maybe_seconds,
    cache_max_age_s=maybe_seconds,
    interval_hint_s=maybe_seconds,
    skip_hours=st.frozensets(st.integers(0, 30)),
    skip_days=st.frozensets(st.sampled_from(["Monday", "tuesday", "Saturday", "Sunday", "Someday"])),
)
jitters = st.floats(0, 1, exclude_max=True)


@settings(max_examples=300, deadline=None)
@given(states, outcomes, jitters, paces)
def test_wait_is_within_bounds_and_at_least_retry_after(state, outcome, jitter, pace):
    planned = plan_next(state, outcome, jitter, pace)
    waited = (planned.next_poll_at - outcome.now).total_seconds()
    retry_after_s = min(outcome.retry_after_s or 0, MAX_RETRY_AFTER_S)
    assert waited >= retry_after_s
    assert pace.min_interval_s <= waited <= max(pace.max_interval_s, retry_after_s * 1.1 + 1)
    assert pace.min_interval_s <= planned.interval_s <= pace.max_interval_s
    assert planned.next_poll_at.utcoffset() == timedelta(0)
    assert planned.failures == (state.failures + 1 if outcome.error_code else 0)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(list(ERROR_CODES)), st.integers(1, 10_000), paces)
def test_back_off_never_decreases_with_failures(code, failures, pace):
    assert back_off_s(code, failures, pace) <= back_off_s(code, failures + 1, pace) <= pace.max_interval_s


@settings(max_examples=100, deadline=None)
@given(st.integers(15 * MINUTE, DAY), st.integers(1, 500))
def test_steady_feed_is_polled_before_many_items_accumulate(interval_s, items_an_hour):
    """From any interval, within six polls."""
    state, accumulated = PollState(interval_s), 0
    for _ in range(6):
        accumulated = max(1, items_an_hour * state.interval_s // HOUR)
        state = PollState(plan(state, new_items=accumulated).interval_s)
    assert accumulated <= 10 or state.interval_s == 15 * MINUTE
