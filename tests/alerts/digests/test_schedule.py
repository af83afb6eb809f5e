"""Digest windows cover time without gap or overlap, even when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.digests.schedule import Schedule, due_window, next_slot
from delivery.message import Window

PARIS = ZoneInfo("Europe/Paris")
# Half-hour and 45-minute offsets, clock changes at midnight and one minute past it, a skipped day, a repeated day.
ZONES = [
    "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia",
    "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Cairo", "Pacific/Kwajalein", "Antarctica/Troll", "UTC",
]  # fmt: skip
schedules = st.builds(
    Schedule,
    st.sampled_from(["hourly", "daily", "weekly", "monthly"]),
    st.integers(0, 23),
    st.integers(0, 6),
    st.sampled_from(ZONES).map(ZoneInfo),
    st.integers(1, 31),
    st.integers(0, 10**9),
)
PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=31),
}
moments = st.datetimes(datetime(1993, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def daily(hour, zone=PARIS):
    return Schedule("daily", hour, 0, zone)


@settings(max_examples=150, deadline=None)
@given(schedules, moments, st.lists(st.integers(1, 60 * 24 * 12), min_size=1, max_size=40))
def test_windows_cover_time_without_gap_or_overlap(schedule, start, minutes_between_runs):
    sent_until, now, windows = start, start, []
    for minutes in minutes_between_runs:
        now += timedelta(minutes=minutes)
        window = due_window(schedule, sent_until, now)
        if window:
            windows.append(window)
            sent_until = window.end
    edges = [start, *(window.end for window in windows)]
    assert [window.start for window in windows] == edges[:-1]
    assert edges == sorted(set(edges))
    assert sent_until <= now
    longest = PERIODS[schedule.frequency] + timedelta(hours=26)
    assert now - sent_until <= longest, "no mention waits longer than a period plus the largest clock change"


@settings(max_examples=150, deadline=None)
@given(schedules, moments)
def test_window_ends_at_scheduled_hour_unless_clocks_skip_it(schedule, now):
    end = due_window(schedule, now - timedelta(days=80), now).end
    if schedule.frequency == "hourly":
        assert end.astimezone(schedule.zone).minute % 30 == 0 and now - end < timedelta(hours=2)
        return
    local = end.astimezone(schedule.zone)
    exists = local.replace(hour=schedule.hour, minute=0, fold=0).astimezone(UTC).astimezone(schedule.zone)
    assert local.hour == schedule.hour or exists.hour != schedule.hour
    assert end <= now < next_slot(schedule, now)


@settings(max_examples=60, deadline=None)
@given(schedules, moments, st.sampled_from(ZONES), st.integers(0, 23))
def test_change_of_hour_or_zone_leaves_no_gap(schedule, now, zone, hour):
    first = due_window(schedule, now - timedelta(days=60), now)
    moved = Schedule(schedule.frequency, hour, schedule.weekday, ZoneInfo(zone), schedule.month_day)
    later = due_window(moved, first.end, now + timedelta(days=60))
    assert later.start == first.end


def test_skipped_hour_is_due_when_clocks_change():
    # 29 March 2026: 02:00 in Paris becomes 03:00 at 01:00 UTC.
    assert due_window(daily(2), utc(2026, 3, 28, 1), utc(2026, 3, 29, 12)).end == utc(2026, 3, 29, 1)


def test_repeated_hour_is_due_once_at_first_occurrence():
    # 25 October 2026: 03:00 in Paris becomes 02:00 at 01:00 UTC; 02:00 is at 00:00 UTC and again at 01:00 UTC.
    first = due_window(daily(2), utc(2026, 10, 24, 0), utc(2026, 10, 25, 0, 30))
    assert first == Window(utc(2026, 10, 24, 0), utc(2026, 10, 25, 0))
    assert due_window(daily(2), first.end, utc(2026, 10, 25, 23)) is None
    assert due_window(daily(2), first.end, utc(2026, 10, 26, 1)) == Window(first.end, utc(2026, 10, 26, 1))


def test_local_hour_is_kept_across_daylight_saving_time():
    assert due_window(daily(8), utc(2026, 3, 28, 7), utc(2026, 3, 29, 6)).end == utc(2026, 3, 29, 6)
    assert due_window(daily(8), utc(2026, 3, 29, 6), utc(2026, 3, 30, 5, 59)) is None


def test_missed_day_makes_one_longer_window():
    window = due_window(daily(8), utc(2026, 6, 1, 6), utc(2026, 6, 4, 9))
    assert window == Window(utc(2026, 6, 1, 6), utc(2026, 6, 4, 6))


def test_weekly_digest_is_due_on_its_weekday():
    monday = Schedule("weekly", 8, 0, PARIS)
    assert due_window(monday, utc(2026, 6, 1, 6), utc(2026, 6, 7, 20)) is None
    assert due_window(monday, utc(2026, 6, 1, 6), utc(2026, 6, 8, 6)).end == utc(2026, 6, 8, 6)


def test_never_is_never_due():
    never = Schedule("never", 8, 0, PARIS)
    assert due_window(never, utc(2020, 1, 1), utc(2026, 1, 1)) is None
    assert next_slot(never, utc(2026, 1, 1)) is None


def test_monthly_digest_is_due_on_the_last_day_of_shorter_months():
    last = Schedule("monthly", 8, 0, PARIS, month_day=31)
    window = due_window(last, utc(2026, 1, 31, 7), utc(2026, 3, 1))
    assert window == Window(utc(2026, 1, 31, 7), utc(2026, 2, 28, 7))
    assert next_slot(last, window.end) == utc(2026, 3, 31, 6)


def test_hourly_digest_follows_the_hours_of_its_zone():
    kathmandu = Schedule("hourly", 0, 0, ZoneInfo("Asia/Kathmandu"))
    assert due_window(kathmandu, utc(2026, 6, 1, 5), utc(2026, 6, 1, 8, 20)).end == utc(2026, 6, 1, 8, 15)


def test_hourly_digest_covers_the_repeated_hour_once():
    hourly = Schedule("hourly", 0, 0, PARIS)
    until, ends = utc(2026, 10, 24, 23), []
    for minutes in range(1, 60 * 4):
        if window := due_window(hourly, until, utc(2026, 10, 24, 23) + timedelta(minutes=minutes)):
            until = window.end
            ends.append(until)
    assert ends == [utc(2026, 10, 25, hour) for hour in range(3)]


def test_digests_of_one_hour_leave_at_different_moments_of_five_minutes():
    delays = [Schedule("daily", 8, 0, PARIS, number=number).delay for number in range(1, 1001)]
    assert min(delays) >= timedelta() and max(delays) < timedelta(minutes=5)
    assert max(delays.count(delay) for delay in set(delays)) <= 12
    late = next(number for number in range(1, 99) if delays[number - 1] > timedelta(minutes=2))
    schedule = Schedule("daily", 8, 0, PARIS, number=late)
    assert due_window(schedule, utc(2026, 6, 1, 6), utc(2026, 6, 2, 6, 1)) is None
    assert due_window(schedule, utc(2026, 6, 1, 6), utc(2026, 6, 2, 6, 6)).end == utc(2026, 6, 2, 6)
