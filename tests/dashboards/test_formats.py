"""Numbers, percentages, dates and times in both languages, and the template filters that write them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from dashboards.presenters import dates
from dashboards.templatetags import vigie

NOW = datetime(2026, 7, 15, 14, 30, tzinfo=UTC)
NBSP, NARROW_NBSP = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


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
def test_relative_time_uses_minutes_hours_day_names_then_dates(earlier, words):
    with translation.override("en"), timezone.override(UTC):
        assert dates.relative_time(NOW - earlier, NOW) == words


def test_relative_time_uses_the_readers_time_zone():
    with translation.override("en"), timezone.override("Asia/Tokyo"):
        assert dates.relative_time(NOW - timedelta(hours=14, minutes=31), NOW) == "today, 8:59 a.m."


@pytest.mark.parametrize(
    ("language", "later", "words"),
    [
        ("en", timedelta(hours=2, minutes=30), "today, 5 p.m."),
        ("en", timedelta(hours=17, minutes=30), "tomorrow, 8 a.m."),
        ("en", timedelta(days=4, hours=17, minutes=30), "Monday, July 20 at 8 a.m."),
        ("fr", timedelta(hours=17, minutes=30), f"demain, 8{NBSP}h"),
        ("fr", timedelta(days=4, hours=17, minutes=30), f"lundi 20 juillet à 8{NBSP}h"),
    ],
)
def test_planned_time_always_says_the_hour(language, later, words):
    with translation.override(language), timezone.override(UTC):
        assert dates.planned_time(NOW + later, NOW) == words


def test_ago_has_the_full_time_as_title():
    with translation.override("en"), timezone.override(UTC):
        shown = vigie.ago(NOW - timedelta(minutes=3), NOW)
    assert 'datetime="2026-07-15T14:27:00+00:00"' in shown and 'title="July 15, 2026, 2:27 p.m."' in shown


def test_ago_is_empty_without_a_time():
    assert vigie.ago(None) == ""


@pytest.mark.parametrize(
    ("write", "english", "french"),
    [
        (dates.full_time, "July 15, 2026, 2:30 p.m.", f"15 juillet 2026 à 14{NBSP}h{NBSP}30"),
        (dates.short_day, "Jul 15", "15 juil."),
        (dates.short_date, "Jul 15, 2026", "15 juil. 2026"),
        (lambda time: dates.bucket_label(time, "hour"), "2 p.m.", f"14{NBSP}h"),
        (lambda time: dates.bucket_label(time, "week"), "Jul 15", "15 juil."),
        (
            lambda time: dates.bucket_title(time, "hour"),
            "Wednesday, July 15, 2:30 p.m.",
            f"mercredi 15 juillet, 14{NBSP}h{NBSP}30",
        ),
        (lambda time: dates.bucket_title(time, "day"), "Wednesday, July 15, 2026", "mercredi 15 juillet 2026"),
        (
            lambda time: dates.bucket_title(time, "week"),
            "Week of Wednesday, July 15, 2026",
            "Semaine du mercredi 15 juillet 2026",
        ),
        (lambda time: vigie.day(time.date().isoformat()), "Jul 15, 2026", "15 juil. 2026"),
    ],
)
def test_dates_and_times_follow_the_language(write, english, french):
    for language, expected in (("en", english), ("fr", french)):
        with translation.override(language):
            assert write(NOW) == expected


def test_short_dates_need_no_time():
    with translation.override("en"):
        assert dates.short_date(date(2026, 7, 31)) == "Jul 31, 2026"


def test_french_dates_write_the_first_day_as_ordinal():
    first = datetime(2026, 8, 1, 14, tzinfo=UTC)
    with translation.override("fr"):
        assert (dates.short_day(first), dates.short_date(first)) == ("1er août", "1er août 2026")
        assert dates.bucket_title(first, "day") == "samedi 1er août 2026"
        assert dates.bucket_title(first, "hour") == f"samedi 1er août, 14{NBSP}h"
        assert dates.full_time(first) == f"1er août 2026 à 14{NBSP}h"


@pytest.mark.parametrize(("language", "shown"), [("en", "1,234,567"), ("fr", f"1{NARROW_NBSP}234{NARROW_NBSP}567")])
def test_number_groups_thousands_as_the_language_does(language, shown):
    with translation.override(language):
        assert vigie.number(1234567) == shown


@pytest.mark.parametrize(("language", "shown"), [("en", "42%"), ("fr", f"42{NBSP}%")])
def test_percent_has_the_sign_of_the_language(language, shown):
    with translation.override(language):
        assert vigie.percent(42) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (0, "0"), (0.01, "under 0.1"), (0.25, "0.2"), (3.14, "3.1"), (1234.5, "1,234")]
)
def test_rate_rounds_to_what_is_known(value, shown):
    with translation.override("en"):
        assert vigie.rate(value) == shown


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x.example", ""])
def test_is_web_address_rejects_other_schemes(url):
    assert not vigie.is_web_address(url)
