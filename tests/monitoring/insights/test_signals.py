"""Unusual numbers of the last 24 hours, and the times and changes that explain numbers."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.activity_log import record
from monitoring.insights import mentions
from monitoring.insights.filters import MentionFilter
from monitoring.insights.gaps import failures_of, gaps
from monitoring.insights.marks import marks
from monitoring.insights.signals import first_window, last_day
from monitoring.models import SentimentLayer, SourcePeriod
from tests.factories import make_keyword, make_mentions, make_source

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Europe/Paris")
NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=365)


@pytest.fixture
def keyword(project):
    make_source(project, created_at=LONG_AGO)
    return make_keyword(project, "Lumen", "lumen")


def mention_on(keyword, days, number, sentiment="negative"):
    """Make mentions one hour before the end of the 24-hour window that ended `days` ago."""
    at = NOW - timedelta(days=days, hours=1)
    make_mentions(keyword, [{"published": at, "sentiment": sentiment} for _ in range(number)])


def day_of(keyword, history_start=LONG_AGO, sources=1):
    project = keyword.project
    f = MentionFilter(project_id=project.pk, since=NOW - timedelta(days=7), until=NOW, zone=ZONE)
    failures = failures_of(project, first_window(NOW, ZONE), NOW)
    return last_day(f, NOW, history_start, failures, sources)


def test_negative_mentions_above_usual_are_a_signal_whose_list_has_them(keyword):
    for week in (1, 2, 3, 4):
        mention_on(keyword, 7 * week, 2)
    mention_on(keyword, 0, 12)
    mention_on(keyword, 0, 5, "neutral")
    signal = day_of(keyword).signal
    assert signal.is_negative
    assert (signal.surge.count, signal.surge.ratio) == (12, 6)
    assert mentions.count(signal.f).value == 12
    assert NOW - signal.since == timedelta(days=1)


def test_signal_begins_with_the_first_unusual_day_and_knows_its_trend(keyword):
    for week in (1, 2, 3, 4):
        for days in range(4):
            mention_on(keyword, 7 * week + days, 1)
    for days, number in enumerate((8, 20, 12)):
        mention_on(keyword, days, number)
    signal = day_of(keyword).signal
    assert NOW - signal.since == timedelta(days=3)
    assert signal.trend == -1


def test_same_number_as_in_past_weeks_is_no_signal(keyword):
    for week in range(5):
        mention_on(keyword, 7 * week, 12)
    day = day_of(keyword)
    assert day.signal is None
    assert (day.count, day.usual) == (12, 12)


def test_busy_other_weekdays_do_not_hide_a_signal(keyword):
    for days in (1, 2, 8, 9, 15, 16, 22, 23):
        mention_on(keyword, days, 12)
    mention_on(keyword, 0, 12)
    assert day_of(keyword).signal.surge.usual == 0


def test_many_mentions_that_are_not_negative_are_a_signal_of_their_own(keyword):
    mention_on(keyword, 0, 12, "positive")
    signal = day_of(keyword).signal
    assert not signal.is_negative
    assert mentions.count(signal.f).value == signal.surge.count == 12


@pytest.mark.parametrize("history_days", [5, 13])
def test_past_before_the_first_source_is_no_comparison(keyword, history_days):
    mention_on(keyword, 0, 40)
    day = day_of(keyword, history_start=NOW - timedelta(days=history_days))
    assert (day.count, day.usual, day.signal) == (40, None, None)


def test_past_in_which_sources_failed_is_no_comparison(keyword, project):
    source = make_source(project)
    for week in (1, 2, 3):
        end = NOW - timedelta(days=7 * week)
        SourcePeriod.objects.create(
            source=source, state="failing", error_code="timeout", started_at=end - timedelta(days=1), ended_at=end
        )
    mention_on(keyword, 0, 40)
    assert day_of(keyword).usual is None


def test_gaps_are_buckets_in_which_many_sources_failed(project):
    source = make_source(project, title="Le Phare")
    start = NOW - timedelta(days=4)
    starts = [start + timedelta(days=number) for number in range(4)]
    SourcePeriod.objects.create(
        source=source, state="failing", error_code="dns", started_at=starts[1], ended_at=starts[2] + timedelta(hours=2)
    )
    failures = failures_of(project, start, NOW)
    found = gaps(failures, 3, starts, NOW, LONG_AGO)
    assert [gap.index for gap in found] == [1]
    assert [(one.name, one.error_code) for one in found[0].failures] == [("Le Phare", "dns")]
    assert gaps(failures, 11, starts, NOW, LONG_AGO) == []


def test_gaps_cover_the_time_before_the_first_source(project):
    starts = [NOW - timedelta(days=days) for days in (4, 3, 2, 1)]
    found = gaps((), 3, starts, NOW, NOW - timedelta(days=2, hours=5))
    assert [(gap.index, gap.failures) for gap in found] == [(0, ())]


def test_failures_leave_out_paused_sources_and_other_projects(project, stranger):
    other = stranger.memberships.get().project
    for source in (make_source(project, state="paused"), make_source(other)):
        SourcePeriod.objects.create(source=source, state="failing", error_code="dns", started_at=LONG_AGO)
    assert failures_of(project, LONG_AGO, NOW) == ()


def test_marks_are_what_changes_numbers(project, owner, keyword):
    other = keyword.name
    record(project, owner, "keyword.changed", other, before={"query": "a"}, after={"query": "b"})
    record(project, owner, "keyword.changed", other, before={"name": "a"}, after={"name": "b"})
    record(project, owner, "source.paused", "Le Phare")
    record(project, owner, "mention.status", "x")
    for number, is_better in ((1, False), (2, True)):
        SentimentLayer.objects.create(
            project=project,
            number=number,
            model="m",
            weights=b"",
            corrections=1,
            accuracy_before=0.5,
            accuracy_after=0.6,
            is_better=is_better,
        )
    later = timezone.now() + timedelta(minutes=1)
    found = marks(project, later - timedelta(hours=1), later)
    assert [(mark.kind, mark.target) for mark in found] == [("query", other), ("sources", "Le Phare"), ("model", "2")]
    assert marks(project, LONG_AGO, LONG_AGO + timedelta(days=1)) == []
