"""Sentiment counts in total, by keyword and over time, and the sentiment filter."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitoring.insights import mentions, sentiment
from monitoring.insights.facets import facet_rows
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split
from tests.factories import make_keyword, make_mentions

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)


def week_filter(project, **fields):
    return MentionFilter(project_id=project.pk, since=NOW - timedelta(days=7), until=NOW, **fields)


def make_labeled_mentions(keyword, *labels, days_ago=1):
    rows = [{"published": NOW - timedelta(days=days_ago), "sentiment": label} for label in labels]
    return make_mentions(keyword, rows)


def test_split_counts_mentions_by_label_and_keyword(project):
    lumen, rival = make_keyword(project), make_keyword(project)
    make_labeled_mentions(lumen, "positive", "positive", "positive", "negative", "neutral", "uncertain", "")
    make_labeled_mentions(rival, "negative")
    found = sentiment.split(week_filter(project, keywords=(lumen.pk,)))
    assert found == Split(positive=3, neutral=1, negative=1, uncertain=1, pending=1)
    assert (found.total, found.labeled, found.net) == (7, 5, None)
    assert (found.percent("positive"), found.percent("uncertain")) == (60, 14)
    by_keyword = sentiment.split_by_keyword(week_filter(project))
    assert by_keyword == {lumen.pk: found, rival.pk: Split(negative=1)}


def test_net_sentiment_needs_ten_labeled_mentions():
    assert Split(positive=6, neutral=2, negative=1, uncertain=50, pending=50).net is None
    assert Split(positive=6, neutral=2, negative=2).net == 40
    assert Split(negative=10).net == -100


def test_split_without_certain_label_has_no_net(project):
    keyword = make_keyword(project)
    make_labeled_mentions(keyword, "", "uncertain")
    found = sentiment.split(week_filter(project))
    assert (found.net, found.percent("positive"), found.percent("uncertain")) == (None, None, 50)
    assert Split().percent("uncertain") is None


def test_trend_has_every_local_day(project):
    keyword = make_keyword(project)
    make_labeled_mentions(keyword, "negative", days_ago=6)
    make_labeled_mentions(keyword, "positive", "uncertain")
    paris = ZoneInfo("Europe/Paris")
    trend = sentiment.trend(week_filter(project), paris, "day")
    days = {start.date().isoformat(): split for start, split in zip(trend.starts, trend.splits, strict=True)}
    assert days["2026-07-09"] == Split(negative=1)
    assert days["2026-07-14"] == Split(positive=1, uncertain=1)
    assert sum(split.total for split in trend.splits) == 3
    assert len(trend.starts) == 8


def test_sentiment_filter_restricts_list_and_roundtrips(project):
    keyword = make_keyword(project)
    make_labeled_mentions(keyword, "positive", "negative", "uncertain", "")
    params = {"period": "custom", "from": "2026-07-08", "to": "2026-07-16", "sentiment": ["negative", "uncertain"]}
    f = MentionFilter.from_query(project, params, NOW, UTC)
    assert {row.mention.sentiment for row in mentions.page(f).rows} == {"negative", "uncertain"}
    assert "sentiment=negative&sentiment=uncertain" in f.to_query()
    rows = {row.key: (row.count, row.is_selected) for row in facet_rows(f, "sentiments")}
    assert rows == {"positive": (1, False), "neutral": (0, False), "negative": (1, True), "uncertain": (1, True)}


def test_unknown_sentiment_is_reported_as_problem(project):
    f = MentionFilter.from_query(project, {"sentiment": "furious"}, NOW, UTC)
    assert f.sentiments == ()
    assert [problem.parameter for problem in f.problems] == ["sentiment"]
