"""Posts as iCalendar, and events of iCalendar files as posts. Pure.

In: frozen events, or the bytes of a file. Out: the bytes of a calendar, or events and why others were left out. Times
are those of a wall clock with its zone, so calendars keep the hour across daylight saving time, as Vigie does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from threading import Lock

from icalendar import Calendar, Component, Event
from icalendar.timezone import tzp

from workplace.calendar.recurrences import Occurrence, expand

PRODUCT = "-//Vigie//Editorial calendar//EN"
LENGTH = timedelta(minutes=30)  # a post takes no time; calendars show an event of no length as a line
MAX_EVENTS = 1000  # of a file
INCOMPLETE, TOO_MANY = "incomplete", "too_many"
ALL_DAY = time(9)  # the hour of an event without one
_READING = Lock()


@dataclass(frozen=True)
class PostEvent:
    """A post in a calendar. `start` is aware, in the zone of the post; `changed` is UTC."""

    uid: str
    title: str
    text: str
    start: datetime
    changed: datetime
    version: int = 1
    url: str = ""
    categories: tuple[str, ...] = ()
    is_firm: bool = True


@dataclass(frozen=True)
class ReadEvent:
    """An event of a file; `zone` is the name of its time zone, "" if it has none.

    `slot` is which date of a series it is, "" for the first one and for other events.
    """

    uid: str
    title: str
    text: str
    day: date
    at: time
    zone: str
    slot: str = ""


@dataclass(frozen=True)
class IcsFile:
    """The events of a file.

    `left_out` has the titles of others, with INCOMPLETE (no title or no date), TOO_MANY (no title), or a reason of
    recurrences.py; `error` is "", or "invalid" for a file without events.
    """

    events: tuple[ReadEvent, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    error: str = field(default="", kw_only=True)


def write_ics(name: str, events: Iterable[PostEvent]) -> bytes:
    """Return a calendar, with the rules of each time zone that its events need."""
    calendar = Calendar()
    for key, value in (("prodid", PRODUCT), ("version", "2.0"), ("method", "PUBLISH"), ("x-wr-calname", name)):
        calendar.add(key, value)
    for one in events:
        calendar.add_component(_event(one))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def read_ics(content: bytes, zone: tzinfo, today: date) -> IcsFile:
    """Return the events of a file, and the dates of its series in the year from today; UTC is shown in `zone`."""
    try:
        with _READING:
            tzp.use_default()  # empties its cache, or a zone of the same name in another file would count
            calendars = Calendar.from_ical(content, multiple=True)
        found = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError):
        return IcsFile(error="invalid")
    if not found:
        return IcsFile(error="invalid")
    expansion = expand(found, today)
    left_out = [(_title(event), reason) for event, reason in expansion.left_out]
    read = [(one, _read(one, zone)) for one in (*expansion.single, *expansion.dates)]
    left_out += [(_title(one.event), INCOMPLETE) for one, event in read if event is None]
    number = len(expansion.single)
    single, dates = ([event for _one, event in part if event] for part in (read[:number], read[number:]))
    events = [*single, *sorted(dates, key=lambda one: (one.day, one.at))]
    if len(events) > MAX_EVENTS:
        left_out.append(("", TOO_MANY))
    return IcsFile(tuple(events[:MAX_EVENTS]), tuple(dict.fromkeys(left_out)))


def _title(event: Component) -> str:
    return str(event.get("summary", "")).strip() or str(event.get("uid", ""))


def _read(one: Occurrence, zone: tzinfo) -> ReadEvent | None:
    """Return an event, None if it has no title or no start that can be read."""
    title, text = (str(one.event.get(name, "")).strip() for name in ("summary", "description"))
    start = _start(one.start, zone)
    if start is None or not title:
        return None
    day, at, name = start
    return ReadEvent(str(one.event.get("uid", "")), title, text, day, at, name, one.slot)


def _event(one: PostEvent) -> Event:
    event = Event()
    event.add("uid", one.uid)
    event.add("summary", one.title)
    if one.text:
        event.add("description", one.text)
    event.add("dtstart", one.start)
    event.add("duration", LENGTH)
    event.add("dtstamp", one.changed.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", one.version)
    event.add("status", "CONFIRMED" if one.is_firm else "TENTATIVE")
    event.add("transp", "TRANSPARENT")  # it makes nobody busy
    if one.categories:
        event.add("categories", list(one.categories))
    if one.url:
        event.add("url", one.url)
    return event


def _start(value: date | None, zone: tzinfo) -> tuple[date, time, str] | None:
    """Return the wall clock of a start, None if there is none in `zone`."""
    try:
        return None if value is None else _wall_clock(value, zone)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def _wall_clock(start: date, zone: tzinfo) -> tuple[date, time, str]:
    """Return day, time and the name of the zone; UTC is the time that a person in `zone` sees."""
    if not isinstance(start, datetime):
        return start, ALL_DAY, ""
    if start.tzinfo is None:
        return start.date(), start.time().replace(second=0, microsecond=0), ""
    name = getattr(start.tzinfo, "key", "")
    if name in ("", "UTC"):
        start, name = start.astimezone(zone), ""
    return start.date(), start.time().replace(second=0, microsecond=0), name
