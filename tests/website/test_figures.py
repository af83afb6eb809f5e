"""Numbers of websites: totals, largest values, and the daily series of a project."""

from datetime import timedelta

import pytest

from tests.website.factories import make_breakdown, make_days, make_website
from tests.website.test_reading import TODAY
from website import figures
from website.readers.base import Dimension

pytestmark = pytest.mark.django_db


def day(number):
    return TODAY - timedelta(days=number)


def test_daily_adds_the_websites_of_a_project_and_leaves_out_days_that_none_has(project, stranger):
    first, second = make_website(project), make_website(project)
    make_days(first, day(1), [5, 6, 7], social=[1, 0, 2])
    make_days(second, day(2), [10, 20])
    make_days(make_website(stranger.memberships.get().project), day(1), [1_000])
    found = figures.daily(project.pk, "sessions", day(5), TODAY)
    assert found == [(day(5), None), (day(4), None), (day(3), 15), (day(2), 26), (day(1), 7), (TODAY, None)]
    assert [value for _, value in figures.daily(project.pk, "social_sessions", day(3), day(1))] == [1, 0, 2]


def test_daily_rate_is_a_share_of_what_the_provider_counts(project):
    make_days(make_website(project), day(1), [20, 0], users=5, converted=4)
    make_days(make_website(project, provider="plausible"), day(1), [90], users=20, converted=6)
    assert [value for _, value in figures.daily(project.pk, "conversion_rate", day(2), day(1))] == [20.0, 50.0]


def test_daily_is_none_where_a_provider_gives_no_new_users(project):
    make_days(make_website(project), day(1), [5], new_users=None)
    assert figures.daily(project.pk, "new_users", day(1), day(1)) == [(day(1), None)]


@pytest.mark.parametrize("metric", figures.metrics())
def test_every_metric_has_a_label_and_a_series(project, metric):
    make_days(make_website(project), day(1), [5])
    assert str(figures.metrics()[metric].label)
    assert figures.daily(project.pk, metric, day(1), day(1))[0][1] is not None


def test_unknown_metric_is_an_error(project):
    with pytest.raises(KeyError):
        figures.daily(project.pk, "pageviews", day(1), day(1))


def test_totals_are_sums_and_means_per_day(project):
    website = make_website(project)
    make_days(website, day(1), [10, 30], social=[1, 2], users=4, key_events=3, converted=2)
    found = figures.totals(website, figures.days_of(website, day(9), TODAY))
    assert (found.days, found.sessions, found.users, found.new_users) == (2, 40, 4, 2)
    assert (found.social_sessions, found.key_events, found.conversion_rate) == (3, 6, 10.0)
    empty = figures.totals(website, [])
    assert (empty.days, empty.users, empty.new_users, empty.conversion_rate) == (0, 0, None, None)


def test_top_has_the_largest_values_and_the_rest(project):
    website = make_website(project)
    for number in range(12):
        make_breakdown(website, day(1), "source", f"site{number:02}", 10 + number, "referral")
    make_breakdown(website, day(2), "source", "site11", 5, "referral")
    make_breakdown(website, day(2), "source", "", 7)
    make_breakdown(website, day(9), "source", "older", 900)
    found = figures.top(website, Dimension.SOURCE, day(3), day(1), limit=3)
    assert [(row.value, row.count) for row in found.rows] == [("site11", 26), ("site10", 20), ("site09", 19)]
    assert found.total == sum(10 + number for number in range(12)) + 12
    assert found.rest == found.total - 65
