"""The evaluations that a replay leaves out change nothing: it equals one that looks at every minute."""

import random
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from alerts.conditions.base import Clause, Settings
from alerts.conditions.episodes import Change, Episode, step
from alerts.conditions.limits import Limits, may_open
from alerts.conditions.registry import evaluate
from alerts.incident_filters import FALLING
from alerts.replay.candidates import candidates
from alerts.replay.frames import Frames, Series, history_of
from alerts.replay.run import Firing, run
from alerts.replay.timeline import MICROSECOND, Timeline, micros, sliding

UNTIL = datetime(2026, 6, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SETTINGS = (
    Settings("above", threshold=4),
    Settings("above", threshold=0),
    Settings("below", threshold=2),
    Settings("increase", percent=80, minimum=3),
    Settings("unusual", minimum=3, sensitivity="nervous"),
    Settings("unusual", minimum=5),
    Settings("above", threshold=3, hold=5),
    Settings("above", threshold=2, recovery=0),
    Settings("decrease", percent=60, minimum=3),
    Settings("rise", change=3, minimum=4, tests_chance=True),
    Settings("fall", change=4, minimum=3),
    Settings("few", minimum=2, sensitivity="nervous"),
)
PAST = ("unusual", "few")


@cache
def make_frames(seed, length=3600, is_unusual=False, has_gaps=True):
    """Return frames of two days of random arrivals with a burst, and windows that cannot be read."""
    draw = random.Random(seed)
    step_s, windows = (86400, 29) if is_unusual else (length, 2)
    lead = timedelta(seconds=step_s * (windows - 1))
    timeline = Timeline.ending(UNTIL, 2 * DAY, lead)
    span = (timeline.total * 60 + length) * 1_000_000
    times = [draw.random() * span for _ in range(int(timeline.total / 60 * draw.choice([0.3, 2, 5])))]
    times += [span - draw.random() * 6 * 3600 * 1_000_000 for _ in range(draw.choice([0, 40]))]
    found = micros(UNTIL) - span + np.array(sorted(times)).astype(np.int64)
    counts = sliding(timeline, found, length * 1_000_000)
    known = np.ones((windows, timeline.number), dtype=bool)
    stretch = np.ones(timeline.number)
    if has_gaps:
        for row in known:
            begin = draw.randrange(timeline.number)
            row[begin : begin + draw.randrange(600)] = False
        begin = draw.randrange(timeline.number)
        stretch[begin : begin + 90] = 3.5
    shifts = tuple(number * step_s // 60 for number in range(windows))
    series = Series(counts, counts)
    return Frames(timeline, shifts, series, series, known, stretch, is_unusual)


def run_every_minute(frames, settings):
    """Return the firings and the unknown evaluations, without leaving any out."""
    episode, firings, opened, unknown = Episode(), [], None, []
    for index in range(frames.timeline.number):
        now, history = frames.timeline.at(index), frames.history(index)
        verdict = evaluate(history, settings)
        unknown.append(verdict.is_unknown)
        episode, change = step(episode, verdict, now, hold=settings.hold)
        value = history.current.listed
        if change is Change.OPEN:
            opened = Firing(now, None, value, verdict.baseline, verdict.limit, value, now)
        elif change is Change.CLOSE:
            firings.append(replace(opened, closed_at=now))
            opened = None
        elif opened and (value < opened.peak if settings.condition in FALLING else value > opened.peak):
            opened = replace(opened, peak=value, peak_at=now)
    return [*firings, opened] if opened else firings, unknown


@cache
def frames_and_firings(settings, seed):
    """Return frames for settings with what `run_every_minute` returns for them."""
    frames = make_frames(f"{settings.condition} {seed}", is_unusual=settings.condition in PAST)
    return frames, *run_every_minute(frames, settings)


@pytest.mark.parametrize(
    "settings", SETTINGS, ids=lambda one: f"{one.condition} {one.threshold} {one.sensitivity} {one.hold}"
)
def test_replay_equals_one_that_evaluates_every_minute(settings):
    for seed in range(4):
        frames, firings, unknown = frames_and_firings(settings, seed)
        found = run([frames], settings, time.monotonic() + 60)
        assert list(found.firings) == firings, seed
        assert found.unknown.tolist() == unknown, seed
        assert found.evaluated == frames.timeline.number


@pytest.mark.parametrize("joined_by", ["and", "or"])
def test_replay_of_two_clauses_with_limits_equals_one_that_evaluates_every_minute(joined_by):
    settings = Settings("above", threshold=2, joined_by=joined_by, also=(Clause("rise", change=2, minimum=2),), hold=2)
    limits = Limits(cooldown_s=9000, max_per_day=3)
    for seed in range(3):
        frames = [make_frames(f"{seed} {part}", has_gaps=bool(seed)) for part in range(2)]
        episode, spans, opened = Episode(), [], []
        for index in range(frames[0].timeline.number):
            now, verdict = (
                frames[0].timeline.at(index),
                evaluate(history_of(frames, settings, index, is_open=True), settings),
            )
            is_allowed = episode.is_open or may_open(limits, opened, now)
            episode, change = step(episode, verdict, now, hold=2, may_open=is_allowed)
            if change is Change.OPEN:
                opened.append(now)
                spans.append((now, None))
            elif change is Change.CLOSE:
                spans[-1] = (spans[-1][0], now)
        found = run(frames, settings, time.monotonic() + 60, limits)
        assert [(one.opened_at, one.closed_at) for one in found.firings] == spans, seed
    assert spans


def test_replay_fires_on_the_random_histories():
    fired = [bool(frames_and_firings(one, seed)[1]) for one in SETTINGS for seed in range(2)]
    assert sum(fired) >= len(SETTINGS)


@pytest.mark.parametrize(
    "settings", SETTINGS, ids=lambda one: f"{one.condition} {one.threshold} {one.sensitivity} {one.hold}"
)
def test_candidates_contain_every_evaluation_that_triggers_or_resolves(settings):
    frames = make_frames(f"mask {settings.condition}", is_unusual=settings.condition in PAST)
    found = candidates([frames], settings)
    verdicts = [evaluate(frames.history(index), settings) for index in range(frames.timeline.number)]
    assert not [i for i, one in enumerate(verdicts) if one.triggered and not found.may_trigger[i]]
    assert not [i for i, one in enumerate(verdicts) if one.resolved and not found.may_resolve[i]]


def test_replay_stops_at_its_deadline_and_says_until_when():
    settings = Settings("below", threshold=3)
    found = run([make_frames("deadline", has_gaps=False)], settings, time.monotonic() - 1)
    assert found.evaluated < 2 * 1440


def test_sliding_counts_each_key_once_in_windows_of_any_place():
    draw = random.Random(3)
    timeline = Timeline.ending(UNTIL, timedelta(hours=5), timedelta(hours=1))
    found = np.array(sorted(timeline.start + draw.randrange(6 * 3600) * 1_000_000 for _ in range(200)))
    keys = np.array([draw.randrange(9) for _ in found])
    length = timedelta(minutes=15) // MICROSECOND
    ends = timeline.ends().tolist()
    plain = [sum(end - length <= at < end for at in found.tolist()) for end in ends]
    different = [len({key for at, key in zip(found, keys, strict=True) if end - length <= at < end}) for end in ends]
    assert sliding(timeline, found, length).tolist() == plain
    assert sliding(timeline, found, length, keys).tolist() == different
