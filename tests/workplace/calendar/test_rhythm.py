"""Gaps, busy stretches and variety of posts, good and quiet hours, and lengths as platforms count them."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workplace.calendar.hours import Hour, WeekHours
from workplace.calendar.rhythm import Busy, Dominant, Gap, busy, dominant, gaps
from workplace.calendar.text_limits import PLATFORMS, count

FIRST = date(2026, 12, 1)


def day(number):
    return date(2026, 12, number)


def test_gaps_are_runs_of_three_days_without_posts():
    filled = {day(1), day(2), day(6), day(8)}
    assert gaps(filled, FIRST, day(20)) == [Gap(day(3), day(5)), Gap(day(9), day(20), is_open=True)]
    assert gaps({day(4)}, FIRST, day(6)) == [Gap(day(1), day(3))]
    assert [gap.days for gap in gaps(set(), FIRST, day(9))] == [9]


@given(numbers=st.sets(st.integers(1, 28)))
def test_gaps_contain_no_post_and_cover_all_long_runs(numbers):
    filled = {day(number) for number in numbers}
    found = gaps(filled, FIRST, day(28))
    inside = {gap.first + timedelta(days=n) for gap in found for n in range(gap.days)}
    assert not inside & filled and all(gap.days >= 3 for gap in found)
    for start in range(1, 27):
        run = {day(start), day(start + 1), day(start + 2)}
        assert run <= inside or run & filled


def test_busy_needs_four_posts_in_one_part_of_a_day():
    afternoon = [datetime(2026, 12, 8, hour) for hour in (12, 13, 15, 17)]
    evening = [datetime(2026, 12, 8, hour) for hour in (18, 19, 20)]
    assert busy([*evening, *afternoon]) == [Busy(day(8), "afternoon", 4)]


def test_dominant_needs_five_posts_and_a_clear_majority():
    assert dominant(["offer"] * 8 + ["photo", "video"]) == Dominant("offer", 8, 10)
    assert dominant(["offer"] * 4) is None
    assert dominant(["offer"] * 5 + ["photo"] * 4) is None


def test_week_hours_know_nothing_from_few_mentions():
    hours = WeekHours.of([[0] * 24] * 6 + [[1] * 24])
    assert hours.best() == [] and not hours.is_quiet(Hour(0, 3))


def test_week_hours_find_best_and_quiet_hours_once_per_day():
    heat = [[0] * 24 for _day in range(7)]
    for weekday, hour, mentions in ((1, 18, 160), (1, 19, 120), (3, 12, 80), (6, 20, 40)):
        heat[weekday][hour] = mentions
    hours = WeekHours.of(heat)
    assert hours.best() == [Hour(1, 18), Hour(3, 12), Hour(6, 20)]
    assert hours.is_quiet(Hour(0, 3)) and not hours.is_quiet(Hour(1, 18))
    assert hours.share(1, 18) == 100 and hours.share(0, 2) == 0


@pytest.mark.parametrize(
    ("platform", "text", "length", "excess"),
    [
        ("bluesky", "👩‍👩‍👧 é" + "x" * 298, 301, 1),
        ("x", "日本 https://lumen.example/" + "a" * 100, 28, 0),
        ("mastodon", "@lumen@maison.example " + "y" * 500, 507, 7),
        ("linkedin", "x" * 3001, 3001, 1),
        ("website", "x" * 60_000, 60_000, 0),
    ],
)
def test_count_follows_the_platform(platform, text, length, excess):
    found = count(text, platform)
    assert (found.length, found.excess) == (length, excess)


@given(text=st.text(), platform=st.sampled_from(PLATFORMS))
def test_count_accepts_any_text(text, platform):
    assert 0 <= count(text, platform).length <= 2 * len(text) + 23
