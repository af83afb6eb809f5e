"""Folded lists and counts, and the most repeated stories."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.insights import mentions, sentiment
from monitoring.insights.filters import MentionFilter
from monitoring.insights.top_stories import top_stories
from tests.factories import make_keyword, make_mentions, make_source, make_story

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


@pytest.fixture
def keyword(project):
    return make_keyword(project)


def filter_of(keyword, **selections):
    since = NOW - timedelta(days=7)
    return MentionFilter(project_id=keyword.project_id, since=since, until=NOW, **selections)


def add_story(keyword, hours, **fields):
    """Add a story with an item published at each of these numbers of hours ago."""
    return make_story(keyword, [{"published": NOW - timedelta(hours=hour), **fields} for hour in hours])


def test_folded_page_lists_first_item_under_the_filter_with_number_of_others(keyword):
    story = add_story(keyword, [30, 20, 10])
    make_mentions(keyword, [{"published": NOW - timedelta(hours=25), "title": "Alone"}])

    rows = mentions.page(filter_of(keyword, stories="fold")).rows
    assert [(row.document.title == "Alone", row.others) for row in rows] == [(True, 0), (False, 2)]
    assert rows[1].document.published == NOW - timedelta(hours=30)
    assert rows[1].story_id == story.pk

    later = filter_of(keyword, stories="fold").replace(since=NOW - timedelta(hours=22))
    assert [(row.document.published, row.others) for row in mentions.page(later).rows] == [
        (NOW - timedelta(hours=20), 1)
    ]


def test_story_parameter_lists_all_items_of_a_story(keyword):
    story = add_story(keyword, [30, 20])
    make_mentions(keyword, [{"published": NOW - timedelta(hours=25)}])
    f = filter_of(keyword, story_ids=(story.pk,))
    assert len(mentions.page(f).rows) == mentions.count(f).value == 2


def test_sentiment_counts_folded_story_once_per_label(keyword):
    add_story(keyword, [30, 20, 10], sentiment="negative")
    make_mentions(keyword, [{"published": NOW - timedelta(hours=5), "sentiment": "negative"}])
    assert sentiment.split(filter_of(keyword)).negative == 4
    folded = filter_of(keyword, stories="fold")
    assert sentiment.split(folded).negative == 2
    assert sentiment.split_by_keyword(folded)[keyword.pk].negative == 2
    assert sentiment.trend(folded).total.negative == 2


def test_top_stories_have_first_item_spread_and_days(keyword):
    journal, radio = make_source(keyword.project), make_source(keyword.project)
    small = add_story(keyword, [60, 50], source=radio)
    big = add_story(keyword, [100, 3, 2], source=journal, title="The lamp is recalled")
    add_story(keyword, [9])  # one item is no repetition

    found = top_stories(filter_of(keyword), limit=5)
    assert [(one.story_id, one.items) for one in found.stories] == [(big.pk, 3), (small.pk, 2)]
    first = found.stories[0]
    assert (first.first.title, first.first.published) == ("The lamp is recalled", NOW - timedelta(hours=100))
    assert first.last_published == NOW - timedelta(hours=2)
    assert [(one.source, one.items) for one in first.sources] == [(journal, 3)]
    assert sum(first.by_day) == 3 and len(first.by_day) == len(found.days) == 8
    assert top_stories(filter_of(keyword), limit=1).stories == (first,)


def test_top_stories_leave_out_other_projects_and_ignored_mentions(keyword, stranger):
    add_story(make_keyword(stranger.memberships.get().project), [5, 4])
    add_story(keyword, [5, 4], status="ignored")
    assert top_stories(filter_of(keyword)).stories == ()
