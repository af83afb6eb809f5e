"""When a rule is broken, and when it is over."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.conditions.base import ABOVE, INCREASE, Settings
from alerts.conditions.volume import evaluate

counts = st.integers(0, 10_000)
rules = st.one_of(
    st.builds(Settings, st.just(ABOVE), threshold=st.integers(0, 1000)),
    st.builds(Settings, st.just(INCREASE), percent=st.integers(1, 1000), minimum=st.integers(0, 100)),
)


def test_above_means_more_than_the_number():
    rule = Settings(ABOVE, threshold=50)
    assert not evaluate([0, 50], rule).broken
    assert evaluate([0, 51], rule).broken


def test_above_ignores_the_window_before():
    assert evaluate([10_000, 51], Settings(ABOVE, threshold=50)).broken


def test_increase_means_at_least_the_percentage():
    rule = Settings(INCREASE, percent=200, minimum=5)
    assert not evaluate([10, 29], rule).broken
    assert evaluate([10, 30], rule).broken


def test_increase_wants_its_minimum():
    rule = Settings(INCREASE, percent=100, minimum=5)
    assert not evaluate([1, 4], rule).broken
    assert evaluate([1, 5], rule).broken


def test_silence_never_breaks_an_increase():
    assert not evaluate([0, 0], Settings(INCREASE, percent=50, minimum=0)).broken


def test_the_first_mentions_after_silence_break_an_increase_from_the_minimum_on():
    assert evaluate([0, 5], Settings(INCREASE, percent=50, minimum=5)).broken


def test_a_count_that_trembles_around_the_limit_is_one_episode():
    rule = Settings(ABOVE, threshold=50)
    assert not evaluate([0, 48], rule).broken
    assert evaluate([0, 48], rule, was_broken=True).broken
    assert not evaluate([0, 45], rule, was_broken=True).broken


def test_a_rule_with_threshold_zero_closes_on_silence():
    rule = Settings(ABOVE, threshold=0)
    assert evaluate([0, 1], rule).broken
    assert not evaluate([1, 0], rule, was_broken=True).broken


@given(counts, counts, rules)
def test_more_mentions_never_mend_a_broken_rule(baseline, value, rule):
    if evaluate([baseline, value], rule).broken:
        assert evaluate([baseline, value + 1], rule).broken


@given(counts, counts, rules)
def test_what_opens_an_incident_does_not_close_it(baseline, value, rule):
    if evaluate([baseline, value], rule).broken:
        assert evaluate([baseline, value], rule, was_broken=True).broken
