"""Series of events in iCalendar files: which dates they give, on whose clock, and where they end."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workplace.calendar.ics import MAX_EVENTS, read_ics

PARIS, MONTREAL = ZoneInfo("Europe/Paris"), ZoneInfo("America/Montreal")
TODAY = date(2026, 10, 20)


def file_of(*events):
    """Return a file of events, each a list of lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a//EN"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def series(*lines, start="DTSTART;TZID=Europe/Paris:20261020T183000", title="Tuesday", uid="s"):
    return [start, f"UID:{uid}", f"SUMMARY:{title}", *lines]


def read(*events, zone=PARIS, today=TODAY):
    return read_ics(file_of(*events), zone, today)


def days(found):
    return [one.day for one in found.events]


@pytest.mark.parametrize(
    ("zone", "change"), [("Europe/Paris", date(2026, 10, 25)), ("America/Montreal", date(2026, 11, 1))]
)
def test_series_keeps_the_hour_when_the_clocks_change(zone, change):
    found = read(series("RRULE:FREQ=WEEKLY;COUNT=4", start=f"DTSTART;TZID={zone}:20261020T183000"))
    assert days(found) == [date(2026, 10, 20) + timedelta(days=7 * week) for week in range(4)]
    assert {(one.at, one.zone) for one in found.events} == {(time(18, 30), zone)}
    assert found.events[0].day < change < found.events[-1].day


def test_series_in_utc_is_shown_on_the_clock_of_the_person():
    found = read(series("RRULE:FREQ=WEEKLY;COUNT=2", start="DTSTART:20261020T163000Z"))
    assert [(one.at, one.zone) for one in found.events] == [(time(18, 30), ""), (time(17, 30), "")]


def test_series_of_whole_days():
    found = read(series("RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20261231", start="DTSTART;VALUE=DATE:20261030"))
    assert days(found) == [date(2026, 10, 30), date(2026, 11, 27), date(2026, 12, 25)]
    assert {one.at for one in found.events} == {time(9)}


def test_series_ends_after_a_year_and_begins_today():
    found = read(series("RRULE:FREQ=WEEKLY", start="DTSTART;TZID=Europe/Paris:20200107T183000"))
    assert days(found)[0] == TODAY and days(found)[-1] == date(2027, 10, 19) and len(found.events) == 53


def test_last_day_of_a_series_counts_in_its_own_zone():
    """23:30 in UTC is the next day in Paris: a rule until then includes that day’s event."""
    lines = series("RRULE:FREQ=DAILY;UNTIL=20261022T223000Z", start="DTSTART;TZID=Europe/Paris:20261021T003000")
    assert days(read(lines)) == [date(2026, 10, 21), date(2026, 10, 22), date(2026, 10, 23)]


def test_dates_are_added_and_removed():
    found = read(
        series(
            "RRULE:FREQ=WEEKLY;COUNT=3",
            "RDATE;TZID=Europe/Paris:20261022T090000,20261023T090000",
            "RDATE;VALUE=PERIOD:20261024T070000Z/PT1H",
            "EXDATE;TZID=Europe/Paris:20261027T183000",
            "EXDATE:20261023T070000Z",
        )
    )
    expected = [(20, 18, 30), (22, 9, 0), (24, 9, 0), (34, 18, 30)]
    assert [(one.day, one.at) for one in found.events] == [
        (date(2026, 10, 1) + timedelta(days=day - 1), time(hour, minute)) for day, hour, minute in expected
    ]


def test_one_date_of_a_series_is_moved_another_one_canceled():
    def change(at, *lines):
        return ["UID:s", f"RECURRENCE-ID;TZID=Europe/Paris:202610{at}T183000", *lines]

    found = read(
        change("27", "SUMMARY:Moved", "DTSTART;TZID=Europe/Paris:20261028T100000"),
        series("RRULE:FREQ=WEEKLY;COUNT=3"),
        change("20", "SUMMARY:Off", "DTSTART;TZID=Europe/Paris:20261020T183000", "STATUS:CANCELLED"),
    )
    assert [(one.title, one.day, one.at) for one in found.events] == [
        ("Moved", date(2026, 10, 28), time(10)),
        ("Tuesday", date(2026, 11, 3), time(18, 30)),
    ]


def test_all_following_dates_are_moved():
    change = ["UID:s", "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:20261027T183000", "SUMMARY:Wednesday"]
    found = read(series("RRULE:FREQ=WEEKLY;COUNT=3"), [*change, "DTSTART;TZID=Europe/Paris:20261028T090000"])
    assert [(one.title, one.day.day, one.at.hour) for one in found.events] == [
        ("Tuesday", 20, 18),
        ("Wednesday", 28, 9),
        ("Wednesday", 4, 9),
    ]


def test_changed_date_without_its_series_is_an_event():
    change = ["UID:s", "RECURRENCE-ID;TZID=Europe/Paris:20261027T183000", "SUMMARY:Alone", "DTSTART:20261028T090000"]
    assert [one.title for one in read(change).events] == ["Alone"]


def test_each_date_has_its_own_identity_that_moving_it_leaves_alone():
    rule = series("RRULE:FREQ=WEEKLY;COUNT=3")
    change = ["UID:s", "RECURRENCE-ID;TZID=Europe/Paris:20261027T183000", "SUMMARY:x", "DTSTART:20261101T090000"]
    slots, moved = ([one.slot for one in read(*events).events] for events in ([rule], [rule, change]))
    assert slots == ["", "2026-10-27T18:30:00", "2026-11-03T18:30:00"]
    assert sorted(moved) == sorted(slots)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=WEEKLY;UNTIL=20251231T000000Z", "over"),
        ("FREQ=HOURLY", "too_often"),
        ("FREQ=SECONDLY;COUNT=3", "too_often"),
        ("FREQ=DAILY;BYHOUR=0,6,12,18;BYMINUTE=0,15,30,45;BYSECOND=0,10,20,30,40,50", "too_often"),
        ("FREQ=WEEKLY;BYDAY=XX", "rule"),
        ("INTERVAL=2", "rule"),
        ("", "rule"),
    ],
)
def test_series_that_can_not_be_imported_says_why(rule, reason):
    found = read(series(f"RRULE:{rule}", start="DTSTART:20240101T090000"), ["UID:1", "SUMMARY:x", "DTSTART:20261101"])
    assert found.left_out[0] == ("Tuesday", reason)


def test_rules_that_rarely_match_cost_no_more_than_others():
    """Each day since year 1, for the 29 February on a Monday: only the days of the coming year are looked at."""
    rare = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"
    never = [series(rare, start="DTSTART:00010101T090000", uid=f"n{one}") for one in range(500)]
    counted = [series(f"{rare};COUNT=999", start="DTSTART:00010101T090000", uid=f"c{one}") for one in range(50)]
    found = read(*never, series("RRULE:FREQ=WEEKLY;COUNT=2"), *counted)
    assert len(found.events) == 2
    assert [reason for _title, reason in found.left_out] == ["over", "too_often"]


def test_series_of_one_identity_is_read_once():
    """Each of them would have each of the changes."""
    moments = ",".join(f"{date(2026, 11, 1) + timedelta(days=day):%Y%m%d}T090000Z" for day in range(200))
    same = [series(f"RDATE:{moments}", title=f"Series {number}") for number in range(200)]
    changes = [
        ["UID:s", f"RECURRENCE-ID:{moment}", "SUMMARY:Changed", f"DTSTART:{moment}"] for moment in moments.split(",")
    ]
    found = read(*same, *changes)
    assert Counter(one.title for one in found.events) == {"Series 0": 1, "Changed": 200}


def test_series_without_identity_are_different_ones():
    found = read(
        *([start, "SUMMARY:x", "RRULE:FREQ=DAILY;COUNT=2"] for start in ("DTSTART:20261101", "DTSTART:20261201"))
    )
    assert len(found.events) == 4


def test_no_further_series_is_read_when_there_are_dates_enough():
    found = read(*(series("RRULE:FREQ=DAILY;BYHOUR=9,18", uid=str(number)) for number in range(1500)))
    assert len(found.events) == MAX_EVENTS and found.left_out == (("", "too_many"),)


def test_canceled_events_and_series_are_left_out():
    canceled = "STATUS:CANCELLED"
    change = ["UID:s", "RECURRENCE-ID;TZID=Europe/Paris:20261027T183000", "SUMMARY:Moved", "DTSTART:20261028T090000"]
    found = read(
        ["UID:1", "SUMMARY:Off", "DTSTART:20261101", canceled],
        ["UID:2", "SUMMARY:On", "DTSTART:20261101", "STATUS:CONFIRMED"],
        series("RRULE:FREQ=WEEKLY", canceled),
        change,
    )
    assert [one.title for one in found.events] == ["On"] and not found.left_out


def test_start_that_its_rule_does_not_match_counts():
    found = read(series("RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=3"))
    assert days(found) == [date(2026, 10, 20), date(2026, 10, 21), date(2026, 10, 28)]


def test_date_that_is_moved_out_of_the_year_is_left_out():
    def change(start, range_=""):
        return [
            "UID:s",
            f"RECURRENCE-ID{range_};TZID=Europe/Paris:20261027T183000",
            "SUMMARY:Moved",
            f"DTSTART:{start}",
        ]

    rule = series("RRULE:FREQ=WEEKLY;COUNT=3")
    assert [one.day.day for one in read(rule, change("20260901T090000")).events] == [20, 3]
    assert [one.day.day for one in read(rule, change("20280901T090000")).events] == [20, 3]
    assert [one.day.day for one in read(rule, change("20260901T090000", ";RANGE=THISANDFUTURE")).events] == [20]


def test_day_of_a_series_with_hours_names_all_dates_of_that_day():
    rule = ["RRULE:FREQ=DAILY;BYHOUR=9,18;COUNT=7"]
    start = "DTSTART;TZID=Europe/Paris:20261101T090000"
    found = read(
        series(*rule, "EXDATE;VALUE=DATE:20261102", start=start),
        ["UID:s", "RECURRENCE-ID;VALUE=DATE:20261103", "SUMMARY:Moved", "DTSTART;TZID=Europe/Paris:20261103T120000"],
    )
    assert [(one.title, one.day.day, one.at.hour) for one in found.events] == [
        ("Tuesday", 1, 9),
        ("Tuesday", 1, 18),
        ("Moved", 3, 12),
        ("Tuesday", 4, 9),
    ]
    canceled = ["UID:s", "RECURRENCE-ID;VALUE=DATE:20261101", "SUMMARY:x", "STATUS:CANCELLED"]
    assert days(read(series(*rule, start=start), canceled))[0] == date(2026, 11, 2)


def test_events_beyond_the_limit_are_named_once():
    daily = [series("RRULE:FREQ=DAILY", title=f"Series {number}", uid=str(number)) for number in range(4)]
    found = read(*daily, ["UID:1", "SUMMARY:Single", "DTSTART:20270901T090000"])
    assert len(found.events) == MAX_EVENTS and found.left_out == (("", "too_many"),)
    assert found.events[0].title == "Single"
    counts = Counter(one.title for one in found.events)
    assert max(counts.values()) - min(counts[f"Series {number}"] for number in range(4)) <= 1


RULES = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY", "x"])},
    optional={
        "INTERVAL": st.integers(-1, 400),
        "COUNT": st.integers(-1, 100),
        "UNTIL": st.sampled_from(["20261101", "20270101T000000Z", "20270101T000000", "x"]),
        "BYDAY": st.sampled_from(["MO", "TU,-1FR", "5SU", "XX"]),
        "BYMONTHDAY": st.integers(-32, 32),
        "BYSETPOS": st.integers(-3, 3),
        "BYHOUR": st.integers(0, 24),
        "WKST": st.sampled_from(["SU", "MO"]),
    },
)


@given(rule=RULES, start=st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)), today=st.dates(TODAY, TODAY))
def test_any_rule_gives_dates_of_the_coming_year_or_a_reason(rule, start, today):
    lines = series(
        "RRULE:" + ";".join(f"{name}={value}" for name, value in rule.items()),
        start=f"DTSTART;TZID=America/Montreal:{start:%Y%m%dT%H%M%S}",
    )
    found = read(lines, today=today)
    assert found.events or found.left_out
    assert len({one.slot for one in found.events}) == len(found.events)
    assert all(today <= one.day <= today + timedelta(days=365) for one in found.events)
