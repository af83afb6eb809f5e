"""The hours of responses: what counts, how much, and from how many on."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workplace.calendar.hours import MIN_POSTS, MIN_RESPONSES, Hour, Response, WeekHours

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 10, 20, 16, tzinfo=UTC)  # 6 p.m. in Paris


@pytest.mark.parametrize(
    ("responses", "posts", "is_enough"),
    [
        (MIN_RESPONSES, MIN_POSTS, True),
        (MIN_RESPONSES - 1, MIN_POSTS, False),
        (MIN_RESPONSES, MIN_POSTS - 1, False),
        (0, 0, False),
    ],
)
def test_hours_of_responses_need_responses_to_several_posts(responses, posts, is_enough):
    found = [Response(TUESDAY, f"{number % posts}") for number in range(responses)]
    hours = WeekHours.of_responses(found, PARIS)
    assert (hours.is_enough, hours.count, hours.posts) == (is_enough, responses, posts)
    assert hours.best() == ([Hour(1, 18)] if is_enough else [])
    assert hours.is_quiet(Hour(1, 3)) == is_enough


def test_hours_of_responses_are_on_the_clock_of_the_zone():
    weeks = [Response(TUESDAY + timedelta(days=7 * week), f"{week}", 5) for week in range(10)]
    hours = WeekHours.of_responses(weeks, PARIS)
    # The clocks change on the first Sunday after: 4 p.m. in UTC is 6 p.m. once, then 5 p.m.
    assert hours.values[24 + 17] > hours.values[24 + 18] > 0 == hours.values[24 + 12]


def test_likes_of_one_popular_post_do_not_outweigh_replies():
    popular = [Response(TUESDAY, "popular", 1000)]
    replies = [Response(TUESDAY + timedelta(hours=3), f"{number}") for number in range(20)]
    assert WeekHours.of_responses([*popular, *replies], PARIS).best()[0] == Hour(1, 21)
