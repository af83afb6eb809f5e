"""The planned time of a post: the hour on the wall stays when the clocks change, in Paris and in Montréal."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workplace.calendar.wall_clock import (
    WallClock,
    day_bounds,
    monday,
    month_days,
    moved_day,
    next_month,
    previous_month,
)

PARIS, MONTREAL = ZoneInfo("Europe/Paris"), ZoneInfo("America/Montreal")
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
ZONES = st.sampled_from([PARIS, MONTREAL, ZoneInfo("Australia/Lord_Howe"), UTC])


@pytest.mark.parametrize(
    ("zone", "before", "after", "hours"),
    [
        (PARIS, date(2026, 3, 28), date(2026, 3, 29), 23),
        (PARIS, date(2026, 10, 24), date(2026, 10, 25), 25),
        (MONTREAL, date(2026, 3, 7), date(2026, 3, 8), 23),
        (MONTREAL, date(2026, 10, 31), date(2026, 11, 1), 25),
    ],
)
def test_instant_keeps_the_hour_across_daylight_saving_time(zone, before, after, hours):
    first, second = (WallClock(day, time(18, 30), zone).instant for day in (before, after))
    assert second - first == timedelta(hours=hours)
    assert second.astimezone(zone).time() == time(18, 30)


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [(PARIS, date(2026, 3, 29), time(3, 30)), (MONTREAL, date(2026, 3, 8), time(3, 30))],
)
def test_instant_of_a_skipped_hour_is_an_hour_later(zone, day, expected):
    assert WallClock(day, time(2, 30), zone).instant.astimezone(zone).time() == expected


def test_instant_of_a_repeated_hour_is_the_first():
    assert WallClock(date(2026, 10, 25), time(2, 30), PARIS).instant == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(day=DAYS, target=DAYS, at=st.times(min_value=time(4)), zone=ZONES)
def test_moved_day_in_own_zone_is_the_target_at_the_same_hour(day, target, at, zone):
    clock = WallClock(day, at.replace(microsecond=0), zone)
    moved = WallClock(moved_day(clock, target, zone), clock.at, zone)
    assert (moved.day, moved.instant.astimezone(zone).time()) == (target, clock.at)


def test_moved_day_follows_the_day_that_a_person_in_another_zone_sees():
    clock = WallClock(date(2026, 10, 24), time(2), PARIS)  # the evening of the 23rd in Montréal
    moved = WallClock(moved_day(clock, date(2026, 10, 26), MONTREAL), clock.at, PARIS)
    assert moved.day == date(2026, 10, 27)
    assert moved.instant.astimezone(MONTREAL).date() == date(2026, 10, 26)


def test_day_bounds_of_a_change_of_clocks_are_25_hours_apart():
    start, end = day_bounds(date(2026, 10, 25), date(2026, 10, 25), PARIS)
    assert end - start == timedelta(hours=25)


@given(day=DAYS)
def test_month_days_are_whole_weeks_around_the_month(day):
    days = month_days(day)
    assert len(days) % 7 == 0 and days[0].weekday() == 0 and days[-1].weekday() == 6
    assert {one for one in days if one.month == day.month} >= {day, day.replace(day=1)}
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    assert monday(day) in days and next_month(previous_month(day)) == day.replace(day=1)
