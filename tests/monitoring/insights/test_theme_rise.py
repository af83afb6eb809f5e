"""The theme that most of a rise is about: when there is one, and that its number is that of the list."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from monitoring.insights.filters import MentionFilter
from monitoring.insights.theme_counts import ThemeCounts
from monitoring.insights.theme_rise import main_theme, theme_rise
from monitoring.models import Mention, Theme
from tests.dashboards.theme_rows import make_theme
from tests.factories import make_keyword, make_mentions, make_story

LATE, PRICE, HIDDEN = 1, 2, 3


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ({LATE: 20, None: 10}, {}, LATE),
        ({LATE: 20, PRICE: 18}, {PRICE: 17, None: 1}, LATE),
        ({LATE: 20, PRICE: 30}, {PRICE: 30}, LATE),  # the largest theme is not the one that grew
        ({LATE: 9, None: 11}, {}, None),  # under half of the rise
        ({LATE: 10, None: 10}, {}, LATE),
        ({LATE: 4}, {}, None),  # too few
        ({LATE: 20}, {LATE: 20}, None),  # no rise
        ({LATE: 20}, {None: 30}, None),  # a fall
        ({LATE: 15, PRICE: 30}, {PRICE: 44}, LATE),  # another one fell
        ({HIDDEN: 20}, {}, None),
        ({None: 20}, {}, None),
        ({}, {}, None),
    ],
)
def test_main_theme_has_half_of_the_rise(now, before, expected):
    themes = {pk: Theme(pk=pk) for pk in (LATE, PRICE) if pk in now}
    windows = [ThemeCounts(sum(counts.values()), counts) for counts in (now, before)]
    found = main_theme(*windows, themes)
    assert (found and found.pk) == expected


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def day(keyword):
    now = timezone.now()
    return MentionFilter(project_id=keyword.project_id, since=now - timedelta(days=1), until=now)


def make_late(keyword, count=6, hours=2, **fields):
    at = timezone.now() - timedelta(hours=hours)
    return make_mentions(keyword, [{"published": at, "found_at": at, **fields} for _ in range(count)])


def documents(mentions):
    return [one.document for one in mentions]


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["published", "found"])
def test_number_of_the_theme_is_that_of_its_list(keyword, day, by):
    make_late(keyword, 3)
    made = make_late(keyword) + make_late(keyword, 2, hours=30)
    theme = make_theme(keyword.project, documents(made))
    rise = theme_rise(day.replace(by=by))
    assert (rise.theme, rise.count, rise.before, rise.total) == (theme, 6, 2, 9)
    assert (
        MentionFilter.from_query(keyword.project, QueryDict(rise.query), timezone.now(), day.zone).document_count == 6
    )


@pytest.mark.django_db
def test_mentions_of_several_keywords_and_stories_count_once(keyword, day):
    other = make_keyword(keyword.project, "Lampe", "lampe")
    at = timezone.now() - timedelta(hours=2)
    story = make_story(keyword, [{"published": at}] * 3)
    twice = make_mentions([keyword, other], [{"published": at}] * 6)
    make_theme(keyword.project, {one.document for one in [*Mention.objects.filter(story=story), *twice]})
    assert theme_rise(day).count == 9
    folded = theme_rise(day.replace(stories="fold"))
    assert (folded.count, folded.total) == (7, 7)


@pytest.mark.django_db
def test_hidden_themes_and_filters_by_theme_explain_nothing(keyword, day, django_assert_num_queries):
    theme = make_theme(keyword.project, documents(make_late(keyword)))
    day.set_project_keywords([keyword.pk])
    assert theme_rise(day.replace(themes=(theme.pk,))) is None
    with django_assert_num_queries(3):
        assert theme_rise(day).theme == theme
    Theme.objects.update(is_hidden=True)
    with django_assert_num_queries(3):
        assert theme_rise(day) is None
    Theme.objects.all().delete()
    with django_assert_num_queries(3):
        assert theme_rise(day) is None
