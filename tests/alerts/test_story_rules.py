"""Rules count each story once per time window, and everything that shows their number agrees."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict

from accounts.models import Project
from alerts.evaluate import evaluate_all
from alerts.incident_filters import filter_of_peak
from alerts.incident_windows import window_starts
from alerts.models import Incident, Rule
from monitoring.insights import mentions, volume
from monitoring.insights.filters import MentionFilter
from tests.alerts.found_mentions import filter_of_rule, history_of
from tests.factories import make_keyword, make_mentions, make_story

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


def found_at(*minutes_ago, **fields):
    """Return rows of mentions, found and published that many minutes before NOW."""
    times = [NOW - timedelta(minutes=minutes) for minutes in minutes_ago]
    return [{"found_at": at, "published": at, **fields} for at in times]


def listed(f):
    query = QueryDict(f.to_query())
    return mentions.count(MentionFilter.from_query(Project.objects.get(pk=f.project_id), query, NOW, UTC)).value


@pytest.mark.parametrize(("counts_stories", "windows"), [(True, [1, 2]), (False, [2, 4])])
def test_rule_counts_each_story_once_per_window_unless_it_includes_reprints(keyword, counts_stories, windows):
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=9, counts_stories=counts_stories)
    make_story(keyword, found_at(90, 80, 30, 20, 10))
    make_mentions(keyword, found_at(10))
    make_story(make_keyword(keyword.project, "Halo"), found_at(30, 20))
    history = history_of(rule)
    assert [history.previous.value, history.current.value] == windows
    assert listed(filter_of_rule(rule)) == windows[-1]


def test_rule_on_sentiment_counts_story_with_any_item_of_it(keyword):
    story = [
        *found_at(30, sentiment="positive"),
        *found_at(20, sentiment="negative"),
        *found_at(15, sentiment="uncertain"),
    ]
    make_story(keyword, story)
    make_story(keyword, found_at(10, 5, sentiment="neutral"))
    created = [
        Rule.objects.create(project=keyword.project, keyword=keyword, threshold=9, **fields)
        for fields in ({"sentiment": "negative"}, {"sentiment": "negative", "with_uncertain": True}, {})
    ]
    assert [history_of(rule).current.value for rule in created] == [1, 1, 2]
    assert [listed(filter_of_rule(rule)) for rule in created] == [1, 1, 2]


def test_incident_title_chart_and_list_count_stories_alike(keyword):
    """The story began before the window with the peak, and counts in it all the same."""
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3)
    make_story(keyword, found_at(70, 50))
    make_mentions(keyword, found_at(10, 10, 10))
    evaluate_all(NOW)
    incident = Incident.objects.get(rule=rule)
    peak = filter_of_peak(incident)
    assert (incident.peak, listed(peak)) == (4, 4)
    starts = window_starts(incident, peak, NOW)
    series = volume.volume(peak.replace(since=starts[0]), bucket=volume.WINDOW, starts=starts)
    assert series.totals[-1] == series.lines[0].counts[-1] == 4
