"""Limits from response headers: each platform's form of time, and values that make no sense."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from monitoring.platforms.quotas import QuotaHeaders, read_quota, read_reset
from monitoring.records import QuotaReading
from tests.lookalikes.platforms.base import NOW

NAMES = QuotaHeaders("x-left", "x-reset")
IN_A_MINUTE = NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    "value",
    [
        "60",
        " 60.0 ",
        str(int(IN_A_MINUTE.timestamp())),
        "2026-11-20T12:01:00Z",
        "2026-11-20T12:01:00.000000Z",
        "2026-11-20T13:01:00+01:00",
        "2026-11-20T12:01:00",
        "2026-11-20 12:01:00",
    ],
    ids=["seconds", "decimal", "since 1970", "ISO 8601", "microseconds", "another zone", "no zone", "space"],
)
def test_read_reset_knows_every_form_of_time(value):
    assert read_reset(value, NOW) == IN_A_MINUTE


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "-5",
        "nan",
        "inf",
        "1e300",
        "9" * 400,
        "2026-11-20T11:59:59Z",
        str(int(NOW.timestamp()) - 1),
        str(int(NOW.timestamp() * 1_000)),
        "2027-11-20T12:00:00Z",
        str(40 * 86_400),
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "60, 60",
        "١٢:٠٠",
    ],
)
def test_read_reset_ignores_past_absurd_and_malformed_values(value):
    assert read_reset(value, NOW) is None


def test_read_reset_accepts_now_and_a_month():
    assert read_reset("0", NOW) == NOW
    assert read_reset(str(30 * 86_400), NOW) == NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-left": "12", "x-reset": "60"}, QuotaReading(12, IN_A_MINUTE)),
        ({"x-left": "12.5"}, QuotaReading(12.5)),
        ({"x-left": "0", "x-reset": "garbage"}, QuotaReading(0)),
        ({"x-reset": "60"}, None),
        ({"x-left": "many", "x-reset": "60"}, None),
        ({"x-left": "-1", "x-reset": "60"}, None),
        ({"x-left": "inf"}, None),
        ({}, None),
    ],
)
def test_read_quota_needs_a_number_of_requests(headers, expected):
    assert read_quota(headers, NAMES, NOW) == expected


def test_read_quota_without_name_of_a_reset_has_none():
    assert read_quota({"x-left": "3", "": "60"}, QuotaHeaders("x-left"), NOW) == QuotaReading(3)


@given(st.text(), st.text())
def test_no_header_makes_reading_fail(left, reset):
    reading = read_quota({"x-left": left, "x-reset": reset}, NAMES, NOW)
    if reading and reading.resets_at:
        assert NOW <= reading.resets_at <= NOW + timedelta(days=31)


@given(st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)), st.integers(0, 31 * 86_400))
def test_all_forms_of_one_time_are_read_alike(now, seconds):
    now = now.replace(microsecond=0, tzinfo=UTC)
    expected = now + timedelta(seconds=seconds)
    forms = [str(seconds), str(int(expected.timestamp())), expected.isoformat(), f"{expected:%Y-%m-%dT%H:%M:%SZ}"]
    assert {read_reset(form, now) for form in forms} == {expected}


def test_time_is_returned_in_utc():
    found = read_reset("2026-11-20T14:01:00+02:00", NOW)
    assert found is not None and found.tzinfo is UTC
    assert found == datetime(2026, 11, 20, 12, 1, tzinfo=UTC)
