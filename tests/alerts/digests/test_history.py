"""The windows that a digest is compared with, and the verdict."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.digests.history import FEWER, MORE, USUAL, bar_windows, compared_windows, previous_window, verdict
from delivery.message import Window

PARIS = ZoneInfo("Europe/Paris")
zones = st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC"]).map(ZoneInfo)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(moments, st.integers(1, 40 * 24), zones)
def test_compared_windows_do_not_overlap_and_come_before(end, hours, zone):
    window = Window(end - timedelta(hours=hours), end)
    found = [*compared_windows(window, zone), window]
    assert all(one.end <= after.start + timedelta(hours=2) for one, after in pairwise(found))
    _kind, bars = bar_windows(window, zone)
    assert bars[-1].end == window.end
    assert all(one.end == after.start for one, after in pairwise(bars))
    assert previous_window(window, zone).end == window.start


def test_windows_keep_the_local_hour_across_clock_changes():
    window = Window(datetime(2026, 3, 30, 6, tzinfo=UTC), datetime(2026, 3, 31, 6, tzinfo=UTC))
    before = compared_windows(window, PARIS)[-1]
    assert before == Window(datetime(2026, 3, 23, 7, tzinfo=UTC), datetime(2026, 3, 24, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("count", "past", "expected"),
    [
        (66, [20, 18, 22, 20], MORE),
        (21, [20, 18, 22, 20], USUAL),
        (4, [20, 18, 22, 20], FEWER),
        (3, [1, 0, 2, 1], ""),
        (50, [20], ""),
        (0, [30, 30, 30, 30], FEWER),
    ],
)
def test_verdict(count, past, expected):
    assert verdict(count, past) == expected
