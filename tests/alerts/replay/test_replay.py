"""Crises, noise, missing data, thresholds that are not reached, and the limits of a replay."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.models import Incident, Rule
from alerts.replay.blind_spots import Code
from alerts.replay.replay import Outcome, replay
from monitoring.models import Mention, SourcePeriod
from tests.alerts.replay.past import CRISIS, CRISIS_SIZE, DAY, HOUR, OUTAGE, make_past
from tests.factories import make_keyword, make_mentions, make_source

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyword(project):
    return make_past(project, NOW)


def replay_of(keyword, now=NOW, limit_s=60.0, **fields):
    fields = {"window_s": 6 * 3600, **fields}
    return replay(Rule(project=keyword.project, keyword=keyword, **fields), now, UTC, limit_s)


def codes(found):
    return {one.code for one in found.blind_spots}


def test_replay_finds_the_crisis_and_says_when_it_would_have_alerted(keyword):
    found = replay_of(keyword, threshold=10)
    assert (found.outcome, len(found.firings), found.unfounded, found.missed) == (Outcome.FIRES, 1, 0, ())
    (crisis,) = found.crises
    assert (crisis.count, crisis.is_negative, crisis.incident_id) == (CRISIS_SIZE, True, None)
    assert NOW - CRISIS < found.firings[0].opened_at == crisis.alerted_at < NOW - CRISIS + 2 * HOUR
    assert found.firings[0].peak >= CRISIS_SIZE
    assert [day.fires for day in found.days].count(True) == 1


def test_replay_of_insensitive_rule_misses_the_crisis(keyword):
    found = replay_of(keyword, threshold=100)
    assert (found.outcome, found.firings, len(found.missed)) == (Outcome.NOT_REACHED, (), 1)
    assert found.extreme >= CRISIS_SIZE
    assert found.limit == 100
    reached = next(one for one in found.variants if one.value == found.extreme - 1)
    assert reached.firings == 1


def test_replay_of_sensitive_rule_is_noisy(keyword):
    found = replay_of(keyword, threshold=1)
    assert found.is_noisy
    assert found.unfounded == len(found.firings) - 1 > 13
    assert [one.firings for one in found.variants if one.is_current] == [len(found.firings)]


def test_replay_merges_incidents_of_the_keyword_and_peaks_into_crises(keyword):
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3)
    start = NOW - CRISIS + HOUR
    for opened_at, length in ((start, 3 * HOUR), (start + 2 * HOUR, HOUR), (NOW - 10 * DAY, HOUR)):
        closed_at = opened_at + length
        Incident.objects.create(rule=rule, opened_at=opened_at, closed_at=closed_at, value=4, peak=9)
        Incident.objects.filter(settings={}).update(settings={"condition": "above"})
    found = replay_of(keyword, threshold=10)
    assert [(one.start, one.end, one.alerted_at is None) for one in found.crises] == [
        (start, start + 3 * HOUR, False),
        (NOW - 10 * DAY, NOW - 10 * DAY + HOUR, True),
    ]


def test_replay_distinguishes_no_data_from_a_threshold_that_is_not_reached(keyword):
    other = make_keyword(keyword.project, "Halo", created_at=NOW - 200 * DAY)
    assert replay_of(other, threshold=5).outcome is Outcome.NO_DATA
    assert replay_of(keyword, threshold=500).outcome is Outcome.NOT_REACHED
    assert replay_of(keyword, threshold=5, sentiment="positive").outcome is Outcome.NO_DATA
    assert replay_of(other, condition="below", threshold=1).outcome is Outcome.FIRES


def test_replay_is_unknown_while_sources_fail_and_does_not_take_it_for_silence(keyword):
    found = replay_of(keyword, condition="below", threshold=1, window_s=86400)
    ((start, end),) = found.unknown
    assert start < NOW - OUTAGE + DAY < NOW - OUTAGE + 4 * DAY < end
    assert not any(start <= one.opened_at <= end for one in found.firings)
    assert [day.count for day in found.days].count(None) >= 3


def test_replay_of_new_keyword_is_unknown_before_it(project):
    keyword = make_keyword(project, created_at=NOW - 5 * DAY)
    make_source(project, created_at=NOW - 20 * DAY)
    found = replay_of(keyword, condition="unusual")
    assert {Code.KEYWORD_IS_NEW, Code.SOURCES_ARE_NEW} <= codes(found)
    assert [day.count for day in found.days].count(None) > 80
    assert replay_of(make_keyword(project, created_at=NOW), condition="unusual").outcome is Outcome.UNKNOWN


def test_replay_names_what_it_cannot_simulate(keyword):
    source = keyword.project.sources.get()
    rows = [{"found_at": NOW - DAY, "source": source} for _ in range(3)]
    make_mentions(keyword, [row | {"status": "ignored"} for row in rows])
    make_mentions(keyword, [row | {"is_backlog": True} for row in rows[:2]])
    new = make_source(keyword.project, created_at=NOW - 2 * DAY)
    SourcePeriod.objects.create(source=new, state="working", started_at=NOW - 2 * DAY)
    make_mentions(keyword, [{"found_at": NOW - 2 * DAY + timedelta(seconds=4), "source": new}])
    found = replay_of(keyword, threshold=10, sentiment="negative")
    numbers = {one.code: one.number for one in found.blind_spots if one.number}
    assert numbers == {Code.IGNORED: 3, Code.BACKLOG: 2, Code.FIRST_POLLS: 1}
    assert {Code.SENTIMENT, Code.QUERY, Code.DELETED, Code.PAUSES} <= codes(found)
    SourcePeriod.objects.filter(started_at__lt=NOW - 50 * DAY).delete()
    assert Code.OUTAGES_NOT_RECORDED in codes(replay_of(keyword, threshold=10))


def test_replay_tells_that_it_shows_only_a_part_when_time_is_up(keyword):
    found = replay_of(keyword, limit_s=-60.0, condition="below", threshold=9)
    assert not found.is_complete
    assert found.until < NOW - DAY
    assert Code.TIME_IS_UP in codes(found)
    assert found.days[-1].end <= found.until + MINUTE


def test_replay_begins_later_with_too_many_mentions(keyword, monkeypatch):
    monkeypatch.setattr("alerts.replay.read.MAX_ROWS", 160)
    found = replay_of(keyword, threshold=10)
    assert Code.TOO_MANY_MENTIONS in codes(found)
    assert NOW - 90 * DAY < found.since < NOW
    assert len(found.firings) == 1


def test_replay_counts_no_backlog(keyword):
    Mention.objects.filter(found_at__range=(NOW - CRISIS, NOW - CRISIS + 2 * HOUR)).update(is_backlog=True)
    assert replay_of(keyword, threshold=10).outcome is Outcome.NOT_REACHED


def test_replay_without_any_source_or_mention_answers(project):
    found = replay_of(make_keyword(project, created_at=NOW - 300 * DAY), threshold=3)
    assert found.outcome is Outcome.NO_DATA
    assert Code.SOURCES_ARE_NEW in codes(found)
