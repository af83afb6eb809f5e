"""The ready-made rule on a wave of negative mentions, over synthetic histories that it was not tuned with."""

import pytest

from alerts.conditions.base import Settings
from alerts.ready_made import READY_MADE
from tests.alerts.histories import KINDS, UNSEEN_SEEDS, histories
from tests.alerts.scoring import Score, rule, score, three_deviations, twice_yesterday

BAD_BUZZ = READY_MADE[0]
judge = rule(Settings(**BAD_BUZZ.fields), BAD_BUZZ.window_s // 60)


@pytest.fixture(scope="module")
def examples():
    return [history for seed in UNSEEN_SEEDS[:2] for history in histories(seed)]


def test_bad_buzz_rule_has_precision_and_recall_of_at_least_90_percent(examples):
    found = sum((score(history, judge(history), every=30) for history in examples), Score())
    assert found.crises == 6
    assert found.precision >= 0.9, found
    assert found.recall >= 0.9, found


def test_suite_distinguishes_the_rule_from_simpler_ones(examples):
    for simpler in (three_deviations, twice_yesterday):
        found = sum((score(history, simpler(history), every=60) for history in examples), Score())
        assert found.precision < 0.5, simpler.__name__


def test_suite_has_both_crises_and_what_is_none(examples):
    assert len(KINDS) == len({history.name for history in examples}) == 10
    assert {history.name for history in examples if history.crisis} == {
        *("one-off spike", "slow burn", "flat, then burst"),
    }
