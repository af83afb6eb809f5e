"""A count that hovers around the threshold of a rule for a week opens few incidents, not one per crossing."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from alerts.conditions.base import ABOVE, History, Settings, Window
from alerts.conditions.episodes import CALM, Change, Episode, step
from alerts.conditions.registry import evaluate
from alerts.models import Rule

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WEEK = 7 * 1440  # minutes
SEEDS = range(3)


def hovering(mean, window, seed):
    """Return per minute of a week the counts of the previous and of the current window: random arrivals."""
    draw = random.Random(f"{mean} {window} {seed}")
    minutes, at = [0] * (2 * window + WEEK), 0.0
    while (at := at + draw.expovariate(mean / window)) < len(minutes):
        minutes[int(at)] += 1
    sums = [0]
    for number in minutes:
        sums.append(sums[-1] + number)
    return [
        (sums[end - window] - sums[end - 2 * window], sums[end] - sums[end - window])
        for end in range(2 * window, len(sums))
    ]


def verdict_on(counts, settings):
    previous, current = counts
    return evaluate(History(Window(current), Window(previous)), settings)


def count_incidents(series, settings):
    episode, opened = Episode(), 0
    for minute, counts in enumerate(series):
        episode, change = step(episode, verdict_on(counts, settings), NOW + minute * MINUTE)
        opened += change is Change.OPEN
    return opened


@pytest.mark.parametrize("window", [seconds // 60 for seconds in Rule.Window.values])
@pytest.mark.parametrize("threshold", [5, 10, 20])
def test_count_hovering_around_threshold_for_a_week_opens_at_most_7_incidents(threshold, window):
    settings = Settings(ABOVE, threshold=threshold)
    opened = [count_incidents(hovering(threshold, window, seed), settings) for seed in SEEDS]
    assert max(opened) <= 7, opened


def test_incident_closes_after_an_hour_back_to_normal():
    settings, calm = Settings(ABOVE, threshold=5), [(0, 0)] * 100
    assert count_incidents([(0, 6), *calm, (0, 6)], settings) == 2
    assert count_incidents([(0, 6), *calm[:60], (0, 6)], settings) == 1
    interrupted = [(0, 6), *calm[:50], (0, 3), *calm[:50], (0, 6)]
    assert count_incidents(interrupted, settings) == 1


def test_incident_closes_when_evaluations_are_late():
    settings = Settings(ABOVE, threshold=5)
    episode, _opened = step(Episode(), verdict_on((0, 6), settings), NOW)
    episode, _none = step(episode, verdict_on((6, 0), settings), NOW + CALM)
    assert step(episode, verdict_on((0, 0), settings), NOW + 9 * CALM)[1] is Change.CLOSE
