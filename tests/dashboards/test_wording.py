"""Numbers and times in words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from dashboards.templatetags import vigie

NOW = datetime(2026, 7, 15, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("earlier", "words"),
    [
        (timedelta(seconds=10), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(hours=13), "today, 1:30 a.m."),
        (timedelta(hours=20), "yesterday, 6:30 p.m."),
        (timedelta(days=9), "Jul 6"),
        (timedelta(days=400), "Jun 10, 2025"),
        (timedelta(minutes=-5), "in 5 minutes"),
        (timedelta(hours=-20), "tomorrow, 10:30 a.m."),
    ],
)
def test_a_time_is_told_as_people_tell_it(earlier, words):
    with translation.override("en"), timezone.override(UTC):
        assert vigie.in_words(NOW - earlier, NOW) == words


def test_a_day_is_the_readers_day():
    with translation.override("en"), timezone.override("Asia/Tokyo"):
        assert vigie.in_words(NOW - timedelta(hours=14, minutes=31), NOW) == "today, 8:59 a.m."


def test_a_time_carries_its_full_date():
    with translation.override("en"), timezone.override(UTC):
        shown = vigie.ago(NOW - timedelta(minutes=3), NOW)
    assert 'datetime="2026-07-15T14:27:00+00:00"' in shown and 'title="July 15, 2026, 2:27 p.m."' in shown


def test_no_time_is_nothing():
    assert vigie.ago(None) == ""


@pytest.mark.parametrize(("language", "shown"), [("en", "1,234,567"), ("fr", "1\u202f234\u202f567")])
def test_numbers_are_written_as_the_language_does(language, shown):
    with translation.override(language):
        assert vigie.number(1234567) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (0, "0"), (0.01, "under 0.1"), (0.25, "0.2"), (3.14, "3.1"), (1234.5, "1,234")]
)
def test_a_rate_never_claims_more_than_it_knows(value, shown):
    with translation.override("en"):
        assert vigie.rate(value) == shown


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x.example", ""])
def test_only_web_addresses_become_links(url):
    assert not vigie.is_web_address(url)
