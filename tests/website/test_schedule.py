"""Which days are read next, and when."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from website.schedule import HISTORY_DAYS, next_daily, next_days, retry_at

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def day(number):
    return TODAY - timedelta(days=number)


@pytest.mark.parametrize(
    ("read_from", "read_until", "expected"),
    [
        (None, None, (3, 1)),
        (3, 1, (18, 4)),
        (18, 1, (33, 19)),
        (88, 1, (90, 89)),
        (90, 1, None),
        (90, 2, (3, 1)),
        (90, 5, (6, 1)),
        (90, 60, (61, 47)),
        (3, 2, (3, 1)),
    ],
)
def test_next_days(read_from, read_until, expected):
    found = next_days(read_from and day(read_from), read_until and day(read_until), TODAY, 15)
    assert found == (expected and (day(expected[0]), day(expected[1])))


@given(st.integers(4, 30), st.integers(0, 120))
def test_reads_end_and_cover_every_day_once_without_a_gap(chunk, away):
    read_from, read_until, covered = None, None, set()
    for today in (TODAY - timedelta(days=away), TODAY):
        while (days := next_days(read_from, read_until, today, chunk)) is not None:
            first, last = days
            assert first <= last < today and (last - first).days < chunk
            covered |= {first + timedelta(days=number) for number in range((last - first).days + 1)}
            read_from, read_until = min(first, read_from or first), max(last, read_until or last)
            assert (read_until - read_from).days + 1 == len(covered)
    assert read_until == day(1) and read_from <= day(HISTORY_DAYS)


def test_last_three_days_are_read_again_each_day():
    read_from, read_until = day(90), day(2)
    assert next_days(read_from, read_until, TODAY, 15) == (day(3), day(1))


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Montreal", "Pacific/Kiritimati"])
def test_daily_read_is_tomorrow_morning_in_the_zone_of_the_website(zone):
    local = next_daily(NOW, ZoneInfo(zone), 7).astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute) == (5, 7)
    assert local.date() == NOW.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)


def test_daily_read_keeps_its_hour_when_clocks_change():
    zone = ZoneInfo("Europe/Paris")
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert next_daily(before, zone, 0) == datetime(2026, 10, 25, 4, tzinfo=UTC)


def test_retries_become_rarer():
    waits = [retry_at(NOW, failures, is_quota=False, retry_after_s=None) - NOW for failures in (1, 2, 3, 40)]
    assert waits == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=12)]


@pytest.mark.parametrize(("asked", "hours"), [(None, 1), (60, 1), (7_200, 2), (10**9, 24)])
def test_quota_is_waited_for(asked, hours):
    assert retry_at(NOW, 9, is_quota=True, retry_after_s=asked) == NOW + timedelta(hours=hours)
