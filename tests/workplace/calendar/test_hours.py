"""The hours of responses: what counts, how much, and from how many on."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    assert not quiet_hours(hours)


def test_hours_of_responses_are_on_the_clock_of_the_zone():
    weeks = [Response(TUESDAY + timedelta(days=7 * week), f"{week}", 5) for week in range(10)]
    hours = WeekHours.of_responses(weeks, PARIS)
    # The clocks change on the first Sunday after: 4 p.m. in UTC is 6 p.m. once, then 5 p.m.
    assert hours.values[24 + 17] > hours.values[24 + 18] > 0 == hours.values[24 + 12]


def quiet_hours(hours):
    return [at for at in range(168) if hours.is_quiet(Hour(at // 24, at % 24))]


@pytest.mark.parametrize("seed", range(5))
def test_hours_of_few_random_mentions_are_not_quiet(seed):
    heat, chance = [[0] * 24 for _ in range(7)], Random(seed)
    for _ in range(50):
        heat[chance.randrange(7)][chance.randrange(24)] += 1
    assert WeekHours.of(heat).best() and not quiet_hours(WeekHours.of(heat))


def test_hours_of_many_random_mentions_are_seldom_quiet():
    found = []
    for seed in range(20):
        heat, chance = [[0] * 24 for _ in range(7)], Random(seed)
        for _ in range(400):
            heat[chance.randrange(7)][chance.randrange(24)] += 1
        found += quiet_hours(WeekHours.of(heat))
    assert len(found) < 20


def test_nights_of_many_mentions_are_quiet():
    nights = quiet_hours(WeekHours.of([[0] * 7 + [4] * 17] * 7))
    assert {at % 24 for at in nights} == {1, 2, 3, 4, 5}


@given(heat=st.lists(st.lists(st.integers(0, 10**6), min_size=24, max_size=24), min_size=7, max_size=7))
def test_quiet_hours_are_far_below_the_average(heat):
    hours = WeekHours.of(heat)
    assert all(4 * hours.values[at] < sum(hours.values) / 168 for at in quiet_hours(hours))


def test_only_hours_after_a_post_are_quiet_for_responses():
    found = [Response(TUESDAY + timedelta(minutes=number), f"{number}") for number in range(200)]
    hours = WeekHours.of_responses(found, PARIS, [TUESDAY - timedelta(days=7 * week) for week in range(12)])
    assert hours.is_quiet(Hour(2, 3)) and not hours.is_quiet(Hour(1, 19)), "9 hours and 1 hour after the posts"
    assert not hours.is_quiet(Hour(5, 3)), "nothing was published on Friday"
    assert not quiet_hours(WeekHours.of_responses(found, PARIS))


def test_ten_posts_with_five_likes_each_make_no_hour_quiet():
    posts = [TUESDAY + timedelta(hours=31 * number) for number in range(10)]
    likes = [Response(at, f"{number}", 5) for number, at in enumerate(posts)]
    hours = WeekHours.of_responses(likes, PARIS, posts)
    assert hours.best() and not quiet_hours(hours)


def test_likes_of_one_popular_post_do_not_outweigh_replies():
    popular = [Response(TUESDAY, "popular", 1000)]
    replies = [Response(TUESDAY + timedelta(hours=3), f"{number}") for number in range(20)]
    assert WeekHours.of_responses([*popular, *replies], PARIS).best()[0] == Hour(1, 21)
