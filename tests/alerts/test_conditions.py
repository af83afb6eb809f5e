"""The alert conditions: when a rule triggers, and when its incident is resolved."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.conditions.base import (
    ABOVE,
    AND,
    BELOW,
    CALM,
    DECREASE,
    FALL,
    FEW,
    INCREASE,
    MAX_CLAUSES,
    NERVOUS,
    NORMAL,
    OR,
    RISE,
    UNUSUAL,
    History,
    Settings,
    Verdict,
    Window,
)
from alerts.conditions.combine import combine
from alerts.conditions.episodes import Change, Episode, step
from alerts.conditions.limits import Limits, may_open
from alerts.conditions.recovery import recovery_count
from alerts.conditions.registry import CONDITIONS, evaluate
from alerts.models import Rule

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
counts = st.integers(0, 10_000)
LEVELS = (CALM, NORMAL, NERVOUS)
rules = st.one_of(
    st.builds(Settings, st.just(ABOVE), threshold=st.integers(0, 1000)),
    st.builds(Settings, st.just(INCREASE), percent=st.integers(1, 1000), minimum=st.integers(0, 100)),
)


def evaluate_counts(series, settings):
    """Evaluate [previous period, current time window]."""
    previous, current = series
    return evaluate(History(Window(current), Window(previous)), settings)


def unusual(current, past, *, stretch=1.0, **settings):
    """Evaluate the condition on 28 past windows; None is one that could not be read."""
    windows = tuple(Window(count or 0, count is not None) for count in past)
    history = History(Window(current, stretch=stretch), Window(0), windows)
    return evaluate(history, Settings(UNUSUAL, **{"minimum": 5, **settings}))


def test_registry_has_the_conditions_that_rules_offer():
    assert list(CONDITIONS) == Rule.Condition.values


def test_above_triggers_on_more_than_threshold():
    rule = Settings(ABOVE, threshold=50)
    assert not evaluate_counts([0, 50], rule).triggered
    assert evaluate_counts([0, 51], rule).triggered


def test_above_ignores_previous_period():
    assert evaluate_counts([10_000, 51], Settings(ABOVE, threshold=50)).triggered


def test_increase_triggers_on_percentage():
    rule = Settings(INCREASE, percent=200, minimum=5)
    assert not evaluate_counts([10, 29], rule).triggered
    assert evaluate_counts([10, 30], rule).triggered


def test_increase_requires_minimum():
    rule = Settings(INCREASE, percent=100, minimum=5)
    assert not evaluate_counts([1, 4], rule).triggered
    assert evaluate_counts([1, 5], rule).triggered


def test_increase_does_not_trigger_without_mentions():
    assert not evaluate_counts([0, 0], Settings(INCREASE, percent=50, minimum=0)).triggered


def test_increase_triggers_on_minimum_when_previous_period_is_empty():
    assert evaluate_counts([0, 5], Settings(INCREASE, percent=50, minimum=5)).triggered


def test_above_resolves_far_below_threshold_only():
    rule = Settings(ABOVE, threshold=50)
    assert not evaluate_counts([0, 39], rule).resolved
    assert evaluate_counts([0, 38], rule).resolved


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (1, 0), (5, 1), (10, 4), (20, 12), (50, 38), (1000, 900)])
def test_recovery_count_is_rare_at_the_limit_and_at_most_90_percent_of_it(limit, count):
    assert recovery_count(limit) == count


def test_rule_with_zero_threshold_resolves_without_mentions():
    rule = Settings(ABOVE, threshold=0)
    assert evaluate_counts([0, 1], rule).triggered
    assert evaluate_counts([1, 0], rule).resolved


@given(counts, counts, rules)
def test_more_mentions_keep_rule_triggered(baseline, value, rule):
    if evaluate_counts([baseline, value], rule).triggered:
        assert evaluate_counts([baseline, value + 1], rule).triggered


@given(counts, counts, rules)
def test_triggered_rule_is_not_resolved(baseline, value, rule):
    if evaluate_counts([baseline, value], rule).triggered:
        assert not evaluate_counts([baseline, value], rule).resolved


def test_below_triggers_on_fewer_than_threshold_and_resolves_at_it():
    rule = Settings(BELOW, threshold=3)
    assert evaluate_counts([9, 2], rule).triggered
    assert evaluate_counts([9, 3], rule).resolved


@pytest.mark.parametrize(
    ("condition", "previous", "current", "expected"),
    [
        (ABOVE, Window(0), Window(9, is_known=False), "triggered"),
        (ABOVE, Window(0), Window(0, is_known=False), "unknown"),
        (BELOW, Window(0), Window(0, is_known=False), "unknown"),
        (BELOW, Window(0), Window(9, is_known=False), "resolved"),
        (INCREASE, Window(1), Window(9, is_known=False), "triggered"),
        (INCREASE, Window(1), Window(1, is_known=False), "unknown"),
        (INCREASE, Window(0, is_known=False), Window(9), "unknown"),
    ],
)
def test_condition_takes_unread_window_for_unknown_unless_count_suffices(condition, previous, current, expected):
    rule = Settings(condition, threshold=5, percent=100, minimum=5)
    verdict = evaluate(History(current, previous), rule)
    found = {"triggered": verdict.triggered, "resolved": verdict.resolved, "unknown": verdict.is_unknown}
    assert [name for name, is_true in found.items() if is_true] == [expected]


def test_unusual_compares_with_same_hours_of_past_weeks():
    assert not unusual(12, [10] * 28).triggered
    assert unusual(40, [10] * 28).triggered
    assert unusual(40, [10] * 28).baseline == 10


def test_unusual_requires_minimum():
    assert not unusual(4, [0] * 28).triggered
    assert unusual(5, [0] * 28).triggered


def test_unusual_is_more_sensitive_from_calm_to_nervous():
    triggered = {
        name: next(n for n in range(99) if unusual(n, [10] * 28, sensitivity=name).triggered) for name in LEVELS
    }
    assert triggered[CALM] > triggered[NORMAL] > triggered[NERVOUS]


def test_unusual_forgets_one_past_spike():
    assert unusual(40, [10, 10, 400] + [10] * 25).triggered


def test_unusual_knows_the_weekday():
    mondays = [10, 10, 10, 10, 10, 10, 30] * 4
    assert not unusual(31, mondays).triggered


def test_unusual_takes_growth_of_last_week_for_usual():
    assert not unusual(31, [30] * 7 + [10] * 21).triggered


def test_unusual_leaves_out_unread_windows_and_is_unknown_without_enough():
    assert unusual(40, [None, 10, 10] * 9 + [None]).triggered
    assert unusual(40, [10, 10] + [None] * 26).is_unknown


def test_unusual_expects_more_after_an_outage():
    assert unusual(40, [10] * 28).triggered
    assert not unusual(40, [10] * 28, stretch=3.0).triggered


@pytest.mark.parametrize(
    "module", ["alerts.conditions.registry", "alerts.digests.schedule", "alerts.digests.content", "delivery.message"]
)
def test_pure_module_imports_no_django(module):
    code = f"import {module}, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def verdicts():
    """Return a strategy of three-valued verdicts: met, not met with or without recovery, and unknown."""
    return st.sampled_from(
        [
            Verdict(True, False, 5, 0, 1),
            Verdict(False, True, 0, 0, 1),
            Verdict(False, False, 1, 0, 1),
            Verdict.unknown(0),
        ]
    )


@given(st.lists(verdicts(), min_size=2, max_size=MAX_CLAUSES), st.sampled_from([AND, OR]))
def test_combined_verdict_is_never_two_things_and_is_that_of_its_clauses(found, joined_by):
    combined = combine(found, joined_by)
    assert combined.triggered + combined.resolved + combined.is_unknown <= 1
    wanted = all if joined_by == AND else any
    assert combined.triggered == wanted(one.triggered for one in found)
    if combined.triggered:
        assert combined.of_clause(combined.clause).triggered
    if combined.resolved and joined_by == OR:
        assert all(one.resolved for one in found)


@given(st.lists(verdicts(), min_size=2, max_size=MAX_CLAUSES), st.sampled_from([AND, OR]))
def test_unknown_clause_decides_nothing_that_the_others_decide(found, joined_by):
    """A verdict that is not unknown stays, met or not, once the unknown clause is known."""
    combined = combine(found, joined_by)
    if combined.is_unknown:
        return
    for outcome in (Verdict(True, False, 5, 0, 1), Verdict(False, False, 1, 0, 1)):
        known = [outcome if one.is_unknown else one for one in found]
        assert combine(known, joined_by).triggered == combined.triggered


@given(st.lists(verdicts(), max_size=30), st.integers(1, 5))
def test_incident_opens_after_as_many_triggered_evaluations_as_it_has_to_hold(series, hold):
    episode, streak = Episode(), 0
    for minute, verdict in enumerate(series):
        if episode.is_open:
            return
        streak = streak if verdict.is_unknown else streak + 1 if verdict.triggered else 0
        episode, change = step(episode, verdict, NOON + timedelta(minutes=minute), hold=hold)
        assert (change is Change.OPEN) == (streak >= hold)


@pytest.mark.parametrize(
    ("condition", "fields", "previous", "current", "expected"),
    [
        (DECREASE, {"percent": 50}, 20, 10, True),
        (DECREASE, {"percent": 50}, 20, 11, False),
        (DECREASE, {"percent": 50, "minimum": 30}, 20, 1, False),
        (RISE, {"change": 5}, 10, 15, True),
        (RISE, {"change": 5}, 10, 14, False),
        (RISE, {"change": 5, "minimum": 20}, 10, 15, False),
        (FALL, {"change": 5}, 10, 5, True),
        (FALL, {"change": 5}, 10, 6, False),
        (INCREASE, {"percent": 100, "tests_chance": True}, 1, 4, False),
        (INCREASE, {"percent": 100, "tests_chance": True}, 10, 40, True),
        (DECREASE, {"percent": 50, "tests_chance": True}, 4, 1, False),
        (DECREASE, {"percent": 50, "tests_chance": True}, 40, 10, True),
    ],
)
def test_change_compares_with_previous_period(condition, fields, previous, current, expected):
    assert evaluate_counts([previous, current], Settings(condition, **fields)).triggered == expected


def test_share_of_too_few_analyzed_mentions_triggers_nothing():
    rule = Settings(ABOVE, threshold=30, minimum=10)
    history = History(Window(80.0, judged=9), Window(0.0, judged=50))
    assert not evaluate(history, rule).triggered
    assert evaluate(History(Window(80.0, judged=10), Window(0.0)), rule).triggered
    assert evaluate(History(Window(80.0, judged=9, is_known=False), Window(0.0)), rule).is_unknown


@pytest.mark.parametrize(("recovery", "value", "resolved"), [(None, 38, True), (10, 38, False), (10, 10, True)])
def test_recovery_value_of_the_rule_replaces_the_usual_one(recovery, value, resolved):
    assert evaluate_counts([0, value], Settings(ABOVE, threshold=50, recovery=recovery)).resolved == resolved


def test_few_triggers_where_more_are_usual():
    def few(current, past, **settings):
        windows = tuple(Window(count) for count in past)
        return evaluate(History(Window(current), windows[0], windows), Settings(FEW, minimum=5, **settings))

    assert few(0, [15] * 28).triggered
    assert few(1, [40] * 28).triggered
    assert not few(0, [4] * 28).triggered
    assert not few(12, [15] * 28).triggered
    assert few(0, [6] * 28, sensitivity=NERVOUS).triggered
    assert few(15, [15] * 28).resolved


@pytest.mark.parametrize(
    ("limits", "minutes_ago", "expected"),
    [
        (Limits(), [1], True),
        (Limits(cooldown_s=3600), [59], False),
        (Limits(cooldown_s=3600), [60], True),
        (Limits(max_per_day=2), [100, 200], False),
        (Limits(max_per_day=2), [100, 1441], True),
    ],
)
def test_limits_say_whether_an_incident_may_open(limits, minutes_ago, expected):
    assert may_open(limits, [NOON - timedelta(minutes=one) for one in minutes_ago], NOON) == expected
