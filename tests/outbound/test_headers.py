"""Test parsing Retry-After and cache lifetimes in all the forms that servers send."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound.headers import read_cache_lifetime, read_retry_after

NOW = datetime(2026, 8, 5, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *(
            ("120", 120),
            (" 0 ", 0),
            ("1.2", 2),
            ("99999999999", 315_360_000),
            ("-5", None),
            ("", None),
            ("soon", None),
        ),
        *(("Wed, 05 Aug 2026 10:30:00 GMT", 600), ("Wednesday, 05-Aug-26 10:30:00 GMT", 600)),
        *(("Wed Aug  5 10:30:00 2026", 600), ("Wed, 05 Aug 2026 12:30:00 +0200", 600)),
        *(("Wed, 05 Aug 2026 09:00:00 GMT", 0), ("Wed, 99 Aug 2026 10:30:00 GMT", None), ("１２", None)),
    ],
)
def test_read_retry_after_accepts_seconds_and_dates(value, expected):
    assert read_retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'public, MAX-AGE = "600", must-revalidate'}, 600),
        ({"cache-control": "s-maxage=9, max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "9000"}, 0),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "no-store", "expires": "Wed, 05 Aug 2026 11:20:00 GMT"}, None),
        ({"cache-control": "max-age=9" + "9" * 30}, 315_360_000),
        ({"expires": "Wed, 05 Aug 2026 11:20:00 GMT"}, 3600),
        ({"expires": "Wed, 05 Aug 2026 11:20:00 GMT", "date": "Wed, 05 Aug 2026 11:00:00 GMT"}, 1200),
        ({"expires": "Wed, 05 Aug 2026 09:20:00 GMT"}, 0),
        ({"expires": "0"}, None),
        ({"cache-control": "max-age=600", "expires": "Wed, 05 Aug 2026 11:20:00 GMT"}, 600),
    ],
)
def test_read_cache_lifetime_follows_rfc_9111(headers, expected):
    assert read_cache_lifetime(headers, NOW) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_header_parsers_never_raise(text):
    for seconds in (read_retry_after(text, NOW), read_cache_lifetime({"cache-control": text, "expires": text}, NOW)):
        assert seconds is None or 0 <= seconds <= 315_360_000
