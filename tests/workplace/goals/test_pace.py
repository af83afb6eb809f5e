"""The pace of goals: what is planned, the forecast, and the status, for sums and levels."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workplace.goals.pace import STATUSES, Plan, pace_of_level, pace_of_sum

START = date(2026, 10, 1)


def sum_plan(target, days=100, **options):
    return Plan(START, START + timedelta(days=days - 1), target, is_sum=True, **options)


def level_plan(target, baseline=None, days=70, **options):
    return Plan(START, START + timedelta(days=days - 1), target, baseline, **options)


def after(days):
    """The last day of so many."""
    return START + timedelta(days=days - 1)


@pytest.mark.parametrize(
    ("per_day", "status"), [(13, "ahead"), (10.1, "on_pace"), (9.9, "behind"), (7, "out_of_reach")]
)
def test_sum_is_judged_by_its_forecast(per_day, status):
    pace = pace_of_sum(sum_plan(1000), after(50), [per_day] * 50)
    assert pace.status == status
    assert pace.expected == 500 and pace.value == pytest.approx(50 * per_day)
    assert pace.forecast.middle == pytest.approx(100 * per_day)
    assert pace.forecast.low < pace.forecast.middle < pace.forecast.high


def test_sum_says_what_it_needs_and_when_it_would_be_reached():
    pace = pace_of_sum(sum_plan(1000), after(50), [8] * 50)
    assert pace.needed == 12
    assert pace.reached_on == after(125)


def test_sum_that_has_its_target_is_reached_before_its_end():
    assert pace_of_sum(sum_plan(100), after(10), [10] * 10).status == "reached"


def test_upper_limit_of_a_sum_is_out_of_reach_once_exceeded_and_reached_only_at_the_end():
    plan = sum_plan(100, is_lower_better=True)
    assert pace_of_sum(plan, after(50), [2.1] * 50).status == "out_of_reach"
    assert pace_of_sum(plan, after(50), [0.3] * 50).status == "ahead"
    assert pace_of_sum(plan, after(100), [0.9] * 100).status == "reached"


def test_ended_sum_is_reached_or_missed():
    assert pace_of_sum(sum_plan(100), after(100), [1] * 100).status == "reached"
    assert pace_of_sum(sum_plan(100), after(120), [0.9] * 100).status == "missed"


def test_goal_before_its_start_is_upcoming():
    assert pace_of_sum(sum_plan(100), after(-1), []).status == "upcoming"
    assert pace_of_level(level_plan(50), after(-3), 40, [40] * 4).status == "upcoming"


def test_goal_has_started_on_its_first_day_though_no_day_is_over():
    for pace in (pace_of_sum(sum_plan(100), after(0), []), pace_of_level(level_plan(50), after(0), None, [])):
        assert (pace.status, pace.value) == ("unknown", None)


def test_young_sum_uses_the_days_before_its_start():
    assert pace_of_sum(sum_plan(1000), after(3), [10] * 3).status == "unknown"
    assert pace_of_sum(sum_plan(1000), after(3), [10] * 3, [10] * 28).forecast.middle == pytest.approx(1000)


def test_level_goes_from_its_baseline_to_its_target_in_a_line():
    pace = pace_of_level(level_plan(90, 70), after(35), 79, [70, 72, 74, 76, 78])
    assert pace.expected == 80
    assert pace.forecast.middle > 79


@pytest.mark.parametrize(
    ("weeks", "status"),
    [
        ([40, 41, 39, 40], "out_of_reach"),
        ([60, 61, 59, 60], "ahead"),
        ([47, 52, 48, 53], "on_pace"),
        ([46, 52, 45, 51], "behind"),
    ],
)
def test_level_is_judged_by_its_forecast(weeks, status):
    value = {"out_of_reach": 40, "ahead": 60, "on_pace": 50.5, "behind": 48.5}[status]
    assert pace_of_level(level_plan(50, 45), after(56), value, weeks).status == status


def test_level_with_an_upper_limit():
    plan = level_plan(4.0, 8.0, is_lower_better=True)
    assert pace_of_level(plan, after(56), 3.0, [3.0, 3.1, 2.9, 3.0]).status == "ahead"
    assert pace_of_level(plan, after(56), 7.0, [7.0, 7.1, 6.9, 7.0]).status == "out_of_reach"


def test_level_without_enough_weeks_has_no_forecast():
    assert pace_of_level(level_plan(50), after(14), 40, [None, 40, 41]).status == "unknown"
    assert pace_of_level(level_plan(50), after(14), None, [None] * 4).status == "unknown"


def test_level_says_when_it_would_be_reached():
    pace = pace_of_level(level_plan(50, days=35), after(28), 40, [37, 38, 39, 40])
    assert pace.reached_on == after(28) + timedelta(weeks=10)
    assert pace_of_level(level_plan(50), after(28), 40, [43, 42, 41, 40]).reached_on is None


@given(
    days=st.lists(st.integers(0, 10_000), max_size=60),
    target=st.integers(0, 10**6),
    length=st.integers(1, 120),
    is_lower_better=st.booleans(),
)
def test_any_sum_has_a_status_and_a_forecast_not_below_its_value(days, target, length, is_lower_better):
    days = days[:length]
    plan = sum_plan(target, length, is_lower_better=is_lower_better)
    pace = pace_of_sum(plan, after(len(days)), days)
    assert pace.status in STATUSES
    if pace.forecast:
        assert pace.value <= pace.forecast.low <= pace.forecast.middle <= pace.forecast.high


@given(
    weeks=st.lists(st.one_of(st.none(), st.floats(-100, 100)), max_size=30),
    value=st.one_of(st.none(), st.floats(-100, 100)),
    target=st.floats(-100, 100),
    elapsed=st.integers(-5, 90),
)
def test_any_level_has_a_status(weeks, value, target, elapsed):
    pace = pace_of_level(level_plan(target, 0), after(elapsed), value, weeks)
    assert pace.status in STATUSES
    if pace.forecast:
        assert pace.forecast.low <= pace.forecast.middle <= pace.forecast.high
