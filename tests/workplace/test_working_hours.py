"""Working time: adding, subtracting and measuring it, around nights, days off, holidays and clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workplace.holiday_calendars import CODES, HolidayCalendar
from workplace.working_hours import (
    DAY_MINUTES,
    WorkingHours,
    add_working_time,
    subtract_working_time,
    working_time_between,
)

PARIS = ZoneInfo("Europe/Paris")
OFFICE = ((9 * 60, 18 * 60),) * 5 + (None, None)
ALWAYS = ((0, DAY_MINUTES),) * 7
ZONES = ["Europe/Paris", "America/Toronto", "Australia/Lord_Howe", "Asia/Beirut", "Pacific/Apia", "UTC"]


def local(text, zone=PARIS):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def office(holidays=frozenset()):
    return WorkingHours(OFFICE, PARIS, holidays)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-24 10:00", 4, "2026-11-24 14:00"),
        ("2026-11-24 16:00", 4, "2026-11-25 11:00"),
        ("2026-11-24 14:00", 4, "2026-11-24 18:00"),
        ("2026-11-24 03:00", 1, "2026-11-24 10:00"),
        ("2026-11-27 17:00", 4, "2026-11-30 12:00"),
        ("2026-11-28 12:00", 8, "2026-11-30 17:00"),
        ("2026-11-24 18:00", 9, "2026-11-25 18:00"),
        ("2026-11-24 10:00", 0, "2026-11-24 10:00"),
    ],
)
def test_add_working_time_skips_nights_and_days_off(start, hours, due):
    assert add_working_time(office(), local(start), timedelta(hours=hours)) == local(due)


@pytest.mark.parametrize(
    ("code", "start", "due"),
    [
        ("", "2026-05-13 17:00", "2026-05-14 12:00"),
        ("FR", "2026-05-13 17:00", "2026-05-15 12:00"),
        ("BE", "2026-07-20 17:00", "2026-07-22 12:00"),
        ("FR", "2026-07-20 17:00", "2026-07-21 12:00"),
        ("CA-QC", "2026-06-23 17:00", "2026-06-25 12:00"),
        ("CH", "2026-12-24 17:00", "2026-12-28 12:00"),
        ("CH", "2026-09-18 17:00", "2026-09-21 12:00"),
        ("CH-VD", "2026-09-18 17:00", "2026-09-22 12:00"),
        ("FR", "2026-12-31 17:00", "2027-01-04 12:00"),
    ],
)
def test_add_working_time_skips_holidays_of_the_calendar(code, start, due):
    assert add_working_time(office(HolidayCalendar(code)), local(start), timedelta(hours=4)) == local(due)


@pytest.mark.parametrize("code", CODES)
def test_every_calendar_has_christmas_but_none(code):
    assert (date(2026, 12, 25) in HolidayCalendar(code)) == (code != "")
    assert date(2026, 11, 24) not in HolidayCalendar(code)


def test_working_time_is_elapsed_time_when_clocks_change():
    hours = WorkingHours(ALWAYS, PARIS)
    spring, autumn = local("2026-03-28 12:00"), local("2026-10-24 12:00")
    assert add_working_time(hours, spring, timedelta(hours=24)) == local("2026-03-29 13:00")
    assert add_working_time(hours, autumn, timedelta(hours=24)) == local("2026-10-25 11:00")
    assert working_time_between(hours, spring, local("2026-03-29 12:00")) == timedelta(hours=23)
    nights = WorkingHours(((0, 6 * 60),) * 7, PARIS)
    assert working_time_between(nights, local("2026-03-29 00:00"), local("2026-03-30 00:00")) == timedelta(hours=5)
    assert working_time_between(nights, local("2026-10-25 00:00"), local("2026-10-26 00:00")) == timedelta(hours=7)


def test_hours_within_the_skipped_hour_are_no_working_time():
    hours = WorkingHours(((2 * 60 + 10, 3 * 60),) * 7, PARIS)
    assert working_time_between(hours, local("2026-03-29 00:00"), local("2026-03-30 00:00")) == timedelta(0)
    assert add_working_time(hours, local("2026-03-29 00:00"), timedelta(minutes=5)) == local("2026-03-30 02:15")


@pytest.mark.parametrize("days", [(None,) * 7, ALWAYS[:6], ((60, 60),) * 7, ((0, DAY_MINUTES + 1),) * 7])
def test_working_hours_refuse_weeks_without_working_time(days):
    with pytest.raises(ValueError):
        WorkingHours(days, PARIS)


spans = st.none() | st.tuples(st.integers(0, 20 * 60), st.integers(60, 4 * 60)).map(lambda at: (at[0], sum(at)))
weeks = st.lists(spans | st.just((0, DAY_MINUTES)), min_size=7, max_size=7).filter(any).map(tuple)
holiday_codes = st.sampled_from(["", "FR", "CA-QC", "CH-GE"])
schedules = st.builds(
    WorkingHours, weeks, st.sampled_from(ZONES).map(ZoneInfo), st.builds(HolidayCalendar, holiday_codes)
)
instants = st.datetimes(datetime(2010, 12, 20), datetime(2030, 1, 1), timezones=st.just(UTC))
durations = st.timedeltas(timedelta(0), timedelta(hours=120))
gaps = st.timedeltas(timedelta(0), timedelta(days=30))


@given(schedules, instants, durations)
def test_working_time_until_due_is_the_time_that_was_added(hours, start, duration):
    due = add_working_time(hours, start, duration)
    assert due >= start and working_time_between(hours, start, due) == duration
    if duration:  # the first such instant
        assert working_time_between(hours, start, due - timedelta(seconds=1)) < duration


@given(schedules, instants, durations)
def test_subtracted_working_time_is_the_time_until_the_end(hours, end, duration):
    start = subtract_working_time(hours, end, duration)
    assert start <= end and working_time_between(hours, start, end) == duration


@given(schedules, instants, gaps, durations)
def test_added_working_time_keeps_the_order_of_starts_and_adds_up(hours, start, gap, duration):
    assert add_working_time(hours, start, duration) <= add_working_time(hours, start + gap, duration)
    middle = add_working_time(hours, start, duration)
    assert add_working_time(hours, middle, duration) == add_working_time(hours, start, 2 * duration)


@given(schedules, instants, gaps, gaps)
def test_working_time_between_adds_up_and_never_exceeds_elapsed_time(hours, start, first, second):
    times = (start, start + first, start + first + second)
    parts = [working_time_between(hours, *pair) for pair in ((times[0], times[1]), (times[1], times[2]))]
    assert sum(parts, timedelta()) == working_time_between(hours, times[0], times[2])
    assert timedelta(0) <= parts[0] <= times[1] - times[0]
    assert working_time_between(hours, times[2], times[0]) == timedelta(0)
