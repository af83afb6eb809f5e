"""Calendars that Vigie writes, read back by the icalendar library; files of other programs; CSV files."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workplace.calendar.csv_posts import Names, read_csv
from workplace.calendar.ics import LENGTH, PostEvent, read_ics, write_ics

PARIS, MONTREAL = ZoneInfo("Europe/Paris"), ZoneInfo("America/Montreal")
TODAY = date(2026, 9, 1)
CHANGED = datetime(2026, 9, 1, 12, tzinfo=UTC)
NAMES = Names(
    {name: name for name in ("title", "text", "date", "time", "platforms", "type", "campaign")} | {"titre": "title"},
    {"offre": "offer", "offer": "offer"},
    {"bluesky": "bluesky", "x": "x"},
)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1)


def event(start, **values):
    return PostEvent(uid="post-1@vigie", title="Advent", text="A lamp", start=start, changed=CHANGED, **values)


@pytest.mark.parametrize("zone", [PARIS, MONTREAL])
@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1)])
def test_written_event_has_the_hour_of_its_zone_when_the_clocks_change(zone, day):
    start = datetime.combine(day, time(18, 30), zone)
    calendar = icalendar.Calendar.from_ical(write_ics("Lumen", [event(start, version=3, url="https://a.example/")]))
    (found,) = calendar.walk("VEVENT")
    assert found.decoded("dtstart") == start and found.decoded("dtstart").astimezone(UTC) == start.astimezone(UTC)
    assert found["dtstart"].params["TZID"] == zone.key and found.decoded("duration") == LENGTH
    assert (found["summary"], found["sequence"], found["uid"]) == ("Advent", 3, "post-1@vigie")
    assert {str(one["tzid"]) for one in calendar.walk("VTIMEZONE")} == {zone.key}


def test_written_calendar_says_whether_a_post_is_firm():
    start = datetime(2026, 12, 1, 9, tzinfo=PARIS)
    events = [event(start, is_firm=firm, categories=("Offer", "Advent")) for firm in (True, False)]
    found = icalendar.Calendar.from_ical(write_ics("Lumen", events)).walk("VEVENT")
    assert [str(one["status"]) for one in found] == ["CONFIRMED", "TENTATIVE"]
    assert list(found[0].categories) == ["Offer", "Advent"]


@given(title=TEXT, text=TEXT, at=st.times(), day=st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_calendar_is_read_as_it_was_written(title, text, at, day):
    start = datetime.combine(day, at.replace(microsecond=0, second=0, fold=0), MONTREAL)
    one = PostEvent(uid="post-1@vigie", title=title, text=text, start=start, changed=CHANGED)
    found = read_ics(write_ics("Lumen", [one]), PARIS, TODAY)
    if not title.strip():
        return
    (read,) = found.events
    assert (read.title, read.text) == (title.strip(), text.strip())
    assert (read.day, read.at, read.zone) == (start.date(), start.time(), "America/Montreal")


def test_events_of_other_programs_are_read():
    lines = [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:All day\r\nDTSTART;VALUE=DATE:20261224\r\nEND:VEVENT",
        "BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:In UTC\r\nDTSTART:20261224T080000Z\r\nEND:VEVENT",
        "BEGIN:VEVENT\r\nUID:3\r\nSUMMARY:Floating\r\nDTSTART:20261224T080000\r\nEND:VEVENT",
        "BEGIN:VEVENT\r\nUID:4\r\nSUMMARY:Never\r\nEND:VEVENT",
        "BEGIN:VEVENT\r\nUID:5\r\nDTSTART:20261224T080000\r\nEND:VEVENT",
        "END:VCALENDAR",
    ]
    found = read_ics("\r\n".join(lines).encode(), PARIS, TODAY)
    assert [(one.title, one.at, one.zone) for one in found.events] == [
        ("All day", time(9), ""),
        ("In UTC", time(9), ""),
        ("Floating", time(8), ""),
    ]
    assert found.left_out == (("Never", "incomplete"), ("5", "incomplete"))


@given(content=st.binary(max_size=300))
def test_reading_any_bytes_raises_nothing(content):
    assert read_ics(content, PARIS, TODAY).events == ()
    read_ics(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + content + b"\r\nEND:VEVENT\r\nEND:VCALENDAR", PARIS, TODAY)
    read_csv(content, NAMES)
    read_csv(b"title,date,time\n" + content, NAMES)


def test_csv_with_semicolons_and_french_dates():
    content = (
        "Titre;date;TIME;Type;platforms\nAvent;24/12/2026;18 h 30;Offre;Bluesky, X, Myspace\n;1;;;\nNoël;x;;;\n\n"
    )
    found = read_csv(content.encode("cp1252"), NAMES)
    (row,) = found.rows
    assert (row.title, row.day, row.at) == ("Avent", date(2026, 12, 24), time(18, 30))
    assert (row.kind, row.platforms) == ("offer", ("bluesky", "x"))
    assert found.left_out == ((3, "title"), (4, "date"))


@pytest.mark.parametrize(("content", "error"), [(b"", "no_title"), (b"a,b\n1,2", "no_title"), (b"title\nA", "")])
def test_csv_needs_a_column_of_titles(content, error):
    assert read_csv(content, NAMES).error == error


def zoned_file(offset, start):
    """Return a file with a zone of its own, which has one offset from UTC all year."""
    zone = ("BEGIN:VTIMEZONE", "TZID:Shop time", "BEGIN:STANDARD", "DTSTART:19700101T000000")
    zone = (*zone, f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE")
    one = ("BEGIN:VEVENT", "UID:1", "SUMMARY:Advent", f"DTSTART{start}", "END:VEVENT")
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a//EN", *zone, *one, "END:VCALENDAR", ""]
    ).encode()


def test_zone_of_one_file_does_not_count_for_the_next():
    start = ";TZID=Shop time:20261201T100000"
    hours = [read_ics(zoned_file(offset, start), PARIS, TODAY).events[0].at for offset in ("+0100", "+0900", "+0100")]
    assert hours == [time(10), time(2), time(10)]


@pytest.mark.parametrize(("start", "zone"), [(":99991231T235959Z", PARIS), (":00010101T000000Z", MONTREAL)])
def test_event_at_the_end_of_the_calendar_is_left_out(start, zone):
    assert read_ics(zoned_file("+0100", start), zone, TODAY).left_out == (("Advent", "incomplete"),)
