"""Values at the edges: ids from outside, storable texts, UTC times as text."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitoring.content.scrub import is_storable
from monitoring.content.values import MAX_ID, iso_utc, read_id


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("7", 7), ("007", 7), (str(MAX_ID), MAX_ID), (str(MAX_ID + 1), None), ("9" * 5_000, None)]
    + [(text, None) for text in ("", "-1", "+1", "1.0", " 1", "1_0", "٣", "²", "one")],
)
def test_read_id_accepts_ascii_digits_up_to_the_largest_bigint(text, number):
    assert read_id(text) == number


@pytest.mark.parametrize(
    ("text", "expected"), [("été 🎉", True), ("a\0b", False), ("\ud800", False), ("\udfff", False)]
)
def test_is_storable_rejects_nul_and_half_surrogate_pairs(text, expected):
    assert is_storable(text) is expected


def test_iso_utc_converts_to_utc_with_z():
    assert iso_utc(datetime(2026, 7, 1, 12, tzinfo=UTC)) == "2026-07-01T12:00:00Z"
    assert iso_utc(datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))) == "2026-07-01T10:00:00Z"
