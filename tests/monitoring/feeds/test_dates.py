"""Dates: every common spelling is read, and an ambiguous or impossible date is none."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.feeds.date_words import MONTHS, ZONES
from monitoring.feeds.dates import parse_date
from monitoring.feeds.parse import parse


def at(*date: int) -> datetime:
    return datetime(*date, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Vendredi, 13 Mars, 2020 - 12:22", at(2020, 3, 13, 12, 22)),
        ("mer., 12 févr. 2025 10:00:00 +0100", at(2025, 2, 12, 9)),
        ("jeu, 06 fév 2025 09:30:00 GMT", at(2025, 2, 6, 9, 30)),
        ("dim., 03 août 2025 18:00:00 +0200", at(2025, 8, 3, 16)), ("6 mai 2024", at(2024, 5, 6)),
        ("vendredi 1er mai 2026 à 14 h 30", at(2026, 5, 1, 14, 30)),
        ("le 1er mai 2026 à 14h30", at(2026, 5, 1, 14, 30)),
        ("1er AOUT 2026", at(2026, 8, 1)), ("Mardi 4 Août 2026, 14h", at(2026, 8, 4, 14)),
        ("lun. 20 juil. 2026 | 08h05", at(2026, 7, 20, 8, 5)), ("20\u00a0décembre\u202f2026", at(2026, 12, 20)),
        ("mar. 10 mars 2026", at(2026, 3, 10)), ("mar 10 2026", at(2026, 3, 10)),
        ("Mar, 10 Mar 2026", at(2026, 3, 10)),
        ("Do, 12. Mär 2026 10:15:00 +0100", at(2026, 3, 12, 9, 15)),
        ("12.März 2026 um 10:15 Uhr", at(2026, 3, 12, 10, 15)),
        ("Donnerstag, den 12. März 2026, 10.15 Uhr MEZ", at(2026, 3, 12, 9, 15)), ("am 3. Dez. 2026", at(2026, 12, 3)),
        ("jueves, 12 de marzo de 2026 a las 10:15", at(2026, 3, 12, 10, 15)),
        ("12 ene 2026 10:15 p. m.", at(2026, 1, 12, 22, 15)),
        ("gio 12 mag 2026 10:15:00 +0200", at(2026, 5, 12, 8, 15)),
        ("12 settembre 2026 alle ore 10:15", at(2026, 9, 12, 10, 15)),
        ("quinta-feira, 12 de março de 2026 às 10h15", at(2026, 3, 12, 10, 15)),
        ("Sex, 2 Out 2026 10:00 -0300", at(2026, 10, 2, 13)),
        ("do 12 mrt. 2026 om 10:15 uur", at(2026, 3, 12, 10, 15)), ("12 mei 2026", at(2026, 5, 12)),
        ("tors, 12 maj 2026 10:15:00 +0200", at(2026, 5, 12, 8, 15)),
        ("Κυρ, 11 Ιούλ 2004 12:00:00 EST", at(2004, 7, 11, 17)),
    ],
)  # fmt: skip
def test_parse_date_reads_other_languages(text, when):
    assert parse_date(text) == when


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Fri, 20 Nov 2026 10:00:00 +0100", at(2026, 11, 20, 9)), ("20 Nov 2026 10:00 EST", at(2026, 11, 20, 15)),
        ("fri,  20 nov 2026  10:00:00 ut", at(2026, 11, 20, 10)),
        ("Mon, 20 Nov 2026 10:00:00 GMT", at(2026, 11, 20, 10)),
        ("Friday, 20-Nov-26 10:00:00 GMT", at(2026, 11, 20, 10)),
        ("Fri, 20 Nov 99 10:00:00 GMT", at(1999, 11, 20, 10)),
        ("Fri,20 Nov 2026 10:00:00 +01:00", at(2026, 11, 20, 9)), ("Fri, 20 Nov 2026", at(2026, 11, 20)),
        ("Fri Nov 20 10:00:00 2026", at(2026, 11, 20, 10)), ("Fri Nov 20 10:00:00 CET 2026", at(2026, 11, 20, 9)),
        ("Fri Nov 20 10:00:00 +0100 2026", at(2026, 11, 20, 9)), ("Nov 20th, 2026 at 10:00 PM", at(2026, 11, 20, 22)),
        ("November 20, 2026 12:05 AM", at(2026, 11, 20, 0, 5)), ("Nov. 20, 2026, 12:05 p.m.", at(2026, 11, 20, 12, 5)),
        ("Fri Nov 20 2026 10:00:00 GMT+0100 (heure normale d’Europe centrale)", at(2026, 11, 20, 9)),
        ("Fri, 20 Nov 2026 10:00:00 +0100 (CET)", at(2026, 11, 20, 9)),
        ("20/Nov/2026:10:00:00 +0100", at(2026, 11, 20, 9)),
        ("2026-11-20T10:00:00.5-02:30", at(2026, 11, 20, 12, 30)), ("2026-11-20t10:00:00z", at(2026, 11, 20, 10)),
        ("2026-11-20 10:00:00", at(2026, 11, 20, 10)), ("2026-11-20T10:00+0100", at(2026, 11, 20, 9)),
        ("2026-11-20 10:00:00,123 +01", at(2026, 11, 20, 9)), ("2026-11-20T10:00:00 GMT+1", at(2026, 11, 20, 9)),
        ("2026-11-20 10:00 UTC-03:30", at(2026, 11, 20, 13, 30)),
        ("2026-11-20 10:00 \u22120330", at(2026, 11, 20, 13, 30)),
        ("20261120T100000Z", at(2026, 11, 20, 10)), ("20261120100000", at(2026, 11, 20, 10)),
        ("20261120", at(2026, 11, 20)),
        ("2026-11-20T10Z", at(2026, 11, 20, 10)), ("2026/11/20 10:00", at(2026, 11, 20, 10)),
        ("2026-11-20+01:00", at(2026, 11, 19, 23)),
        ("2026-Nov-20", at(2026, 11, 20)), ("2026.11.20", at(2026, 11, 20)), ("2026-1-2 3:04", at(2026, 1, 2, 3, 4)),
        ("20/11/2026 10:00", at(2026, 11, 20, 10)), ("20-11-2026", at(2026, 11, 20)),
        ("05.11.2026 10:00", at(2026, 11, 5, 10)),
        ("11/20/2026 10:00 AM", at(2026, 11, 20, 10)), ("05/05/2026", at(2026, 5, 5)),
        ("1795514400", at(2026, 11, 24, 10)), ("1795514400123", at(2026, 11, 24, 10)),
        ("1795514400.5", at(2026, 11, 24, 10)),
    ],
)  # fmt: skip
def test_parse_date_reads_formats(text, when):
    assert parse_date(text) == when
    assert parse_date(f" \t{text.replace(' ', '  ')}\n") == when


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Sun, 02 Feb 2025 08:00:00 CET", at(2025, 2, 2, 7)), ("Sun, 03 Aug 2025 08:00:00 CEST", at(2025, 8, 3, 6)),
        ("Sun, 03 Aug 2025 08:00:00 BST", at(2025, 8, 3, 7)), ("Sun, 03 Aug 2025 08:00:00 EEST", at(2025, 8, 3, 5)),
        ("Sun, 03 Aug 2025 08:00:00 WEST", at(2025, 8, 3, 7)), ("Sun, 02 Feb 2025 08:00:00 WET", at(2025, 2, 2, 8)),
        ("Sun, 02 Feb 2025 08:00:00 MSK", at(2025, 2, 2, 5)), ("Sun, 02 Feb 2025 08:00:00 JST", at(2025, 2, 1, 23)),
        ("Sun, 02 Feb 2025 08:00:00 AEST", at(2025, 2, 1, 22)), ("2025-02-02 08:00 CEST", at(2025, 2, 2, 6)),
        ("Sun, 02 Feb 2025 08:00:00 (CET)", at(2025, 2, 2, 7)), ("2 Feb 2025 08:00 Etc/GMT", at(2025, 2, 2, 8)),
        ("Sun, 02 Feb 2025 08:00:00 pst", at(2025, 2, 2, 16)), ("dim. 3 août 2025 08:00 HAEC", at(2025, 8, 3, 6)),
        ("Sun, 02 Feb 2025 08:00 HST", at(2025, 2, 2, 18)), ("Sun, 02 Feb 2025 08:00:00 +0100 CET", at(2025, 2, 2, 7)),
        ("2 Feb 2025 08:00 CET (UTC+1)", at(2025, 2, 2, 7)),
        ("<![CDATA[Sun, 02 Feb 2025 08:00:00 CET]]>", at(2025, 2, 2, 7)),
        ("Sun, 02 Feb 2025 24:00:00 GMT", at(2025, 2, 3)), ("2025-12-31T24:00:00+01:00", at(2025, 12, 31, 23)),
        ("31 déc. 2025 24h00", at(2026, 1, 1)), ("2025-06-30T23:59:60Z", at(2025, 7, 1)),
    ],
)  # fmt: skip
def test_parse_date_reads_zones_and_ends_of_days(text, when):
    assert parse_date(text) == when


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "hier", "il y a 2 heures", "2 hours ago", "2026", "2026-11", "novembre 2026", "12 mars",
        "12 mars 10:30",
        "12 mars 10:20h", "12 mars 10:20:30", "03/04/2026", "03-04-2026 10:00", "03/04/26", "26-03-04", "20 jui 2026",
        "31 Feb 2026 10:00:00 GMT", "2026-02-30T10:00:00Z", "2026-13-01", "20261301", "0000-00-00 00:00:00",
        "31/04/2026",
        "Fri, 20 Nov 2026 25:00:00 GMT", "Fri, 20 Nov 2026 24:30:00 GMT", "Fri, 20 Nov 2026 10:60:00 GMT",
        "Fri, 20 Nov 2026 10:00:00 +9900", "2026-11-20T10:00:00+99:00", "2026-11-20T10:00:00-13:00",
        "20 Nov 2026 10:00 +0199",
        "Fri, 20 Nov 2026 10:00:00 IST", "Fri, 20 Nov 2026 10:00:00 XYZ", "Fri, 20 Nov 2026 10:00:00 A",
        "2026-11-20 10:00 Europe/Paris",
        "2026-11-20 14:00 AM", "2026-11-20 00:30 PM", "2026112010", "12345", "1999999999", "2026-11-20-10",
        "20 Xyz 2026",
        "Mon, 01 Jan 0001 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "1899-12-30T00:00:00Z",
        "2999-01-01T00:00:00Z",
        "Entre le 12 mars 2026 et le 3 mai 2026", "12 mars 2026 10:00 demain", "٢٠٢٦-١١-٢٠", "1" * 5_000, "a " * 5_000,
    ],
)  # fmt: skip
def test_parse_date_returns_none_when_date_is_missing_ambiguous_or_impossible(text):
    assert parse_date(text) is None


MOMENTS = st.datetimes(datetime(1972, 1, 1), datetime(2099, 12, 31)).map(lambda when: when.replace(microsecond=0))
OFFSETS = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
DAY_NAMES = st.sampled_from(["", "Mon, ", "lun., ", "Samedi ", "jueves ", "Do, ", "segunda-feira, "])


@settings(max_examples=200, deadline=None)
@given(MOMENTS, OFFSETS, DAY_NAMES, st.sampled_from(sorted(MONTHS)))
def test_parse_date_reads_what_was_written(moment, offset, day_name, month):
    when = moment.replace(tzinfo=offset)
    zone = f"{when:%z}"
    expected = when.astimezone(UTC)
    named = moment.replace(day=min(moment.day, 28), month=MONTHS[month], tzinfo=offset)
    assert parse_date(when.isoformat()) == expected
    assert parse_date(f"{when:%Y%m%dT%H%M%S}{zone}") == expected
    assert parse_date(f"{when:%Y-%m-%d %H:%M:%S} {zone[:3]}:{zone[3:]}") == expected
    assert parse_date(f"{day_name}{named.day} {month} {named:%Y %H:%M:%S} {zone}") == named.astimezone(UTC)
    assert parse_date(f"{named.day} {month.upper()}. {named:%Y, %I:%M:%S %p} {zone}") == named.astimezone(UTC)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from([*"0123 /:-.,+hT", "2026", "mars", "12", "GMT", "à", "am", "24"]), max_size=12).map(
            "".join
        ),
    )
)
def test_parse_date_never_raises_and_returns_plausible_utc(text):
    when = parse_date(text)
    assert when is None or (when.tzinfo is UTC and 1971 <= when.year <= 2100)


def test_zones_are_within_the_range_of_offsets():
    assert all(timedelta(hours=-12) <= offset <= timedelta(hours=14) for offset in ZONES.values())


@pytest.mark.parametrize("tail", ["", "&broken;"])
def test_parse_takes_date_of_publication_before_that_of_update_on_both_parsers(tail):
    names = ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:a="http://www.w3.org/2005/Atom"'
    updated, created = "<a:updated>2026-11-25T00:00:00Z</a:updated>", "<dc:date>20 nov. 2026 10:00 CET</dc:date>"
    item = f"<item><title>x{tail}</title>{{}}</item>"
    body = f'<rss version="2.0"{names}><channel>{item}</channel></rss>'
    rows = [updated + created, created + updated, "<pubDate>hier</pubDate>" + updated, "<pubDate>demain</pubDate>"]
    found = [parse(body.format(row).encode()).entries[0].published for row in rows]
    assert found == [at(2026, 11, 20, 9), at(2026, 11, 20, 9), at(2026, 11, 25), None]
