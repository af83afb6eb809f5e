"""The alert conditions: when a rule triggers, and when its incident is resolved."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.conditions.base import ABOVE, INCREASE, Settings
from alerts.conditions.registry import CONDITIONS, evaluate
from alerts.models import Rule

counts = st.integers(0, 10_000)
rules = st.one_of(
    st.builds(Settings, st.just(ABOVE), threshold=st.integers(0, 1000)),
    st.builds(Settings, st.just(INCREASE), percent=st.integers(1, 1000), minimum=st.integers(0, 100)),
)


def test_registry_has_the_conditions_that_rules_offer():
    assert list(CONDITIONS) == Rule.Condition.values


def test_above_triggers_on_more_than_threshold():
    rule = Settings(ABOVE, threshold=50)
    assert not evaluate([0, 50], rule).triggered
    assert evaluate([0, 51], rule).triggered


def test_above_ignores_previous_period():
    assert evaluate([10_000, 51], Settings(ABOVE, threshold=50)).triggered


def test_increase_triggers_on_percentage():
    rule = Settings(INCREASE, percent=200, minimum=5)
    assert not evaluate([10, 29], rule).triggered
    assert evaluate([10, 30], rule).triggered


def test_increase_requires_minimum():
    rule = Settings(INCREASE, percent=100, minimum=5)
    assert not evaluate([1, 4], rule).triggered
    assert evaluate([1, 5], rule).triggered


def test_increase_does_not_trigger_without_mentions():
    assert not evaluate([0, 0], Settings(INCREASE, percent=50, minimum=0)).triggered


def test_increase_triggers_on_minimum_when_previous_period_is_empty():
    assert evaluate([0, 5], Settings(INCREASE, percent=50, minimum=5)).triggered


def test_count_oscillating_around_threshold_opens_one_incident():
    rule = Settings(ABOVE, threshold=50)
    assert not evaluate([0, 48], rule).triggered
    assert not evaluate([0, 48], rule).resolved
    assert evaluate([0, 45], rule).resolved


def test_rule_with_zero_threshold_resolves_without_mentions():
    rule = Settings(ABOVE, threshold=0)
    assert evaluate([0, 1], rule).triggered
    assert evaluate([1, 0], rule).resolved


@given(counts, counts, rules)
def test_more_mentions_keep_rule_triggered(baseline, value, rule):
    if evaluate([baseline, value], rule).triggered:
        assert evaluate([baseline, value + 1], rule).triggered


@given(counts, counts, rules)
def test_triggered_rule_is_not_resolved(baseline, value, rule):
    if evaluate([baseline, value], rule).triggered:
        assert not evaluate([baseline, value], rule).resolved


@pytest.mark.parametrize(
    "module", ["alerts.conditions.registry", "alerts.digests.schedule", "alerts.digests.content", "delivery.message"]
)
def test_pure_module_imports_no_django(module):
    code = f"import {module}, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
