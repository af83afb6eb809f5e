"""Times and numbers follow the language and the time zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from accounts.formats import clock, hour_words, long_date, moment, number, short_moment


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("en", datetime(2026, 6, 9, 6, 0, tzinfo=UTC), "Tuesday, June 9 at 8 a.m."),
        ("en", datetime(2026, 6, 1, 15, 42, tzinfo=UTC), "Monday, June 1 at 5:42 p.m."),
        ("fr", datetime(2026, 6, 9, 6, 0, tzinfo=UTC), "mardi 9 juin à 8\u00a0h"),
        ("fr", datetime(2026, 6, 1, 15, 42, tzinfo=UTC), "lundi 1er juin à 17\u00a0h\u00a042"),
        ("fr", datetime(2026, 5, 31, 22, 5, tzinfo=UTC), "lundi 1er juin à 0\u00a0h\u00a005"),
    ],
)
def test_moment(language, value, text):
    with translation.override(language), timezone.override(ZoneInfo("Europe/Paris")):
        assert moment(value) == text


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("en", datetime(2026, 6, 10, 6, 0, tzinfo=UTC), "8 a.m."),
        ("en", datetime(2026, 6, 9, 21, 30, tzinfo=UTC), "Tuesday at 11:30 p.m."),
        ("en", datetime(2026, 6, 3, 22, 30, tzinfo=UTC), "Thursday at 12:30 a.m."),
        ("en", datetime(2026, 6, 3, 21, 30, tzinfo=UTC), "Jun 3"),
        ("en", datetime(2026, 6, 11, 6, 0, tzinfo=UTC), "Jun 11"),
        ("en", datetime(2025, 6, 9, 6, 0, tzinfo=UTC), "Jun 9, 2025"),
        ("fr", datetime(2026, 6, 9, 21, 30, tzinfo=UTC), "mardi à 23\u00a0h\u00a030"),
        ("fr", datetime(2026, 5, 1, 6, 0, tzinfo=UTC), "1er mai"),
    ],
)
def test_short_moment_is_as_brief_as_the_day_allows(language, value, text):
    with translation.override(language), timezone.override(ZoneInfo("Europe/Paris")):
        assert short_moment(value, datetime(2026, 6, 10, 8, 0, tzinfo=UTC)) == text


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("en", date(2026, 7, 1), "July 1, 2026"),
        ("fr", date(2026, 7, 1), "1er juillet 2026"),
        ("fr", date(2026, 7, 15), "15 juillet 2026"),
        ("fr", datetime(2026, 6, 30, 23, 0, tzinfo=UTC), "1er juillet 2026"),
    ],
)
def test_long_date(language, value, text):
    with translation.override(language), timezone.override(ZoneInfo("Europe/Paris")):
        assert long_date(value) == text


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["midnight", "8 a.m.", "noon", "5 p.m.", "8:30 a.m."]),
        ("fr", ["0\u00a0h", "8\u00a0h", "12\u00a0h", "17\u00a0h", "8\u00a0h\u00a030"]),
    ],
)
def test_clock(language, texts):
    with translation.override(language):
        assert [*(hour_words(hour) for hour in (0, 8, 12, 17)), clock(time(8, 30))] == texts


@pytest.mark.parametrize(("language", "text"), [("en", "1,234,567"), ("fr", "1\u202f234\u202f567")])
def test_number_groups_thousands(language, text):
    with translation.override(language):
        assert number(1234567) == text
        assert number(999) == "999"
