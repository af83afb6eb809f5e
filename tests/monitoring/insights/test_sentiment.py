"""Sentiment counted over all, by topic and by time, and as a filter."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitoring.insights import facets, lists, sentiment
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split
from tests.factories import make_mentions, make_topic

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)


def week(project, **fields):
    return MentionFilter(project_id=project.pk, since=NOW - timedelta(days=7), until=NOW, **fields)


def told(topic, *labels, days_ago=1):
    rows = [{"published": NOW - timedelta(days=days_ago), "sentiment": label} for label in labels]
    return make_mentions(topic, rows)


def test_mentions_are_counted_by_label_and_topic(project):
    lumen, rival = make_topic(project), make_topic(project)
    told(lumen, "positive", "positive", "positive", "negative", "neutral", "unsure", "")
    told(rival, "negative")
    found = sentiment.split(week(project, topics=(lumen.pk,)))
    assert found == Split(positive=3, neutral=1, negative=1, unsure=1, pending=1)
    assert (found.total, found.judged, found.net) == (7, 5, 40)
    assert (found.percent("positive"), found.percent("unsure")) == (60, 14)
    by_topic = sentiment.split_by_topic(week(project))
    assert by_topic == {lumen.pk: found, rival.pk: Split(negative=1)}
    assert by_topic[rival.pk].net == -100


def test_nothing_judged_has_no_net(project):
    topic = make_topic(project)
    told(topic, "", "unsure")
    found = sentiment.split(week(project))
    assert (found.net, found.percent("positive"), found.percent("unsure")) == (None, None, 50)
    assert Split().percent("unsure") is None


def test_the_trend_has_every_day_of_the_person(project):
    topic = make_topic(project)
    told(topic, "negative", days_ago=6)
    told(topic, "positive", "unsure")
    paris = ZoneInfo("Europe/Paris")
    trend = sentiment.trend(week(project), paris, "day")
    days = {start.date().isoformat(): split for start, split in zip(trend.starts, trend.splits, strict=True)}
    assert days["2026-07-09"] == Split(negative=1)
    assert days["2026-07-14"] == Split(positive=1, unsure=1)
    assert sum(split.total for split in trend.splits) == 3
    assert len(trend.starts) == 8


def test_a_filter_by_label_narrows_lists_and_is_written_and_read_back(project):
    topic = make_topic(project)
    told(topic, "positive", "negative", "unsure", "")
    params = {"period": "custom", "from": "2026-07-08", "to": "2026-07-16", "sentiment": ["negative", "unsure"]}
    f = MentionFilter.from_query(project, params, NOW, UTC)
    assert {row.mention.sentiment for row in lists.page(f).rows} == {"negative", "unsure"}
    assert "sentiment=negative&sentiment=unsure" in f.to_query()
    rows = {row.key: (row.count, row.is_chosen) for row in facets.by_sentiment(f)}
    assert rows == {"positive": (1, False), "neutral": (0, False), "negative": (1, True), "unsure": (1, True)}


def test_an_unknown_label_is_left_out_and_told(project):
    f = MentionFilter.from_query(project, {"sentiment": "furious"}, NOW, UTC)
    assert f.sentiments == ()
    assert [problem.parameter for problem in f.problems] == ["sentiment"]
