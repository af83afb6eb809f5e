"""Series of iCalendar events as single events: RRULE, RDATE, EXDATE, and changed or canceled dates of a series. Pure.

In: the events of a file and today. Out: events with their start, for single events and for the dates of series from
today on, for a year. Dates of a series follow the wall clock of its zone, also across daylight saving time. Called by
workplace/calendar/ics.py.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice

from dateutil.rrule import rrulestr
from icalendar import Component, vRecur

AHEAD = timedelta(days=365)
MAX_DATES = 1000  # of a series
MAX_STEPS = 100_000  # dates of all series of a file, also those before today
# Rules that never match take dateutil up to two seconds each, since it looks until the year 9999.
MAX_VAIN = 2
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
OFTEN = ("HOURLY", "MINUTELY", "SECONDLY")
_PARTS = (
    *("FREQ", "INTERVAL", "COUNT", "WKST", "BYSETPOS", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"),
    *("BYHOUR", "BYMINUTE", "BYSECOND"),
)

TOO_OFTEN, OVER, UNREADABLE = "too_often", "over", "rule"
ERRORS = (ValueError, KeyError, TypeError, AttributeError, OverflowError, IndexError)

Start = date | datetime


class Unusable(Exception):
    """A series that is left out; the argument is TOO_OFTEN, OVER or UNREADABLE."""


@dataclass(frozen=True)
class Occurrence:
    """An event with its start; `slot` is which date of a series it is, "" for the first one and for single events."""

    event: Component
    start: Start | None
    slot: str = ""


@dataclass
class Limits:
    """How much the series of a file may still take."""

    steps: int = MAX_STEPS
    vain: int = MAX_VAIN


@dataclass(frozen=True)
class Expansion:
    """The single events of a file, the dates of its series, and the series that are left out, with the reason."""

    single: list[Occurrence] = field(default_factory=list)
    dates: list[Occurrence] = field(default_factory=list)
    left_out: list[tuple[Component, str]] = field(default_factory=list)


def expand(events: Sequence[Component], today: date) -> Expansion:
    """Return single events as they are, and the dates of series from today on."""
    changes: dict[str, list[Component]] = defaultdict(list)
    for event in events:
        if "recurrence-id" in event:
            changes[_uid(event)].append(event)
    series = [event for event in events if "recurrence-id" not in event and is_series(event)]
    own, limits = {_uid(event) for event in series}, Limits()
    found = Expansion(single=[one for event in events if (one := _single(event, own))])
    for event in series:
        try:
            found.dates.extend(_dates(event, changes[_uid(event)], today, limits))
        except Unusable as error:
            found.left_out.append((event, str(error)))
        except ERRORS:
            found.left_out.append((event, UNREADABLE))
    return found


def is_series(event: Component) -> bool:
    return "rrule" in event or "rdate" in event


def start_of(event: Component, name: str = "dtstart") -> Start | None:
    """Return a date or a time of an event, None if it has none that can be read."""
    try:
        value = event.decoded(name, None)
    except ERRORS:
        return None
    return value if isinstance(value, date) else None


def _single(event: Component, series: Container[str]) -> Occurrence | None:
    """Return an event of no series of the file; a changed date of a series that is not in the file is one, too."""
    if "recurrence-id" not in event:
        return None if is_series(event) else Occurrence(event, start_of(event))
    slot = start_of(event, "recurrence-id")
    if _uid(event) in series or _is_canceled(event):
        return None
    return Occurrence(event, start_of(event), _Clock(slot).first.isoformat() if slot else "")


def _dates(event: Component, changed: Iterable[Component], today: date, limits: Limits) -> list[Occurrence]:
    """Return the dates of a series within a year, with its changed ones. Raises Unusable."""
    start = start_of(event)
    if start is None:
        return [Occurrence(event, None)]
    clock = _Clock(start)
    window = datetime.combine(today, time()), datetime.combine(today + AHEAD, time.max)
    changes = {clock.naive(slot): one for one in changed if (slot := start_of(one, "recurrence-id")) is not None}
    slots = {clock.first, *_moments(event, "rdate", clock), *_rule_dates(event, clock, window[1], limits)}
    inside = {slot for slot in slots if window[0] <= slot <= window[1]}
    inside |= {slot for slot, one in changes.items() if _is_within(start_of(one), clock, window)}
    inside -= set(_moments(event, "exdate", clock))
    if not inside:
        raise Unusable(OVER)
    found = (_occurrence(event, slot, changes, clock) for slot in sorted(inside)[:MAX_DATES])
    return [one for one in found if one]


class _Clock:
    """The wall clock of a series: naive times to calculate with, and back."""

    def __init__(self, start: Start) -> None:
        self.is_timed = isinstance(start, datetime)
        self.zone: tzinfo | None = start.tzinfo if isinstance(start, datetime) else None
        self.first = self.naive(start)

    def naive(self, value: Start) -> datetime:
        if not isinstance(value, datetime):
            return datetime.combine(value, time())
        if value.tzinfo and self.zone:
            value = value.astimezone(self.zone)
        return value.replace(tzinfo=None, fold=0)

    def start(self, naive: datetime) -> Start:
        return naive.replace(tzinfo=self.zone) if self.is_timed else naive.date()


def _occurrence(
    event: Component, slot: datetime, changes: Mapping[datetime, Component], clock: _Clock
) -> Occurrence | None:
    """Return a date of a series, as a change of it or of the ones that follow says; None if it was canceled."""
    name = "" if slot == clock.first else slot.isoformat()
    if change := changes.get(slot):
        start = start_of(change)
        return (
            None if _is_canceled(change) else Occurrence(change, clock.start(slot) if start is None else start, name)
        )
    earlier = [at for at, one in changes.items() if at <= slot and _is_for_future(one)]
    if not earlier:
        return Occurrence(event, clock.start(slot), name)
    at = max(earlier)
    change, start = changes[at], start_of(changes[at])
    if _is_canceled(change):
        return None
    shift = clock.naive(start) - at if start is not None else timedelta()
    return Occurrence(change, clock.start(slot + shift), name)


def _rule_dates(event: Component, clock: _Clock, until: datetime, limits: Limits) -> Iterator[datetime]:
    """Yield the dates of a series’ rule. Raises Unusable if there are too many to count."""
    rule = event.get("rrule")
    if rule is None:
        return
    if not isinstance(rule, vRecur):
        raise Unusable(UNREADABLE)
    frequency = [str(name).upper() for name in rule.get("FREQ", [])]
    if len(frequency) != 1 or frequency[0] not in (*FREQUENCIES, *OFTEN):
        raise Unusable(UNREADABLE)
    if frequency[0] in OFTEN:
        raise Unusable(TOO_OFTEN)
    last = min([until, *(_until(value, clock) for value in rule.get("UNTIL", []))])
    text = ";".join(f"{name}={','.join(map(str, rule[name]))}" for name in _PARTS if name in rule)
    if limits.vain <= 0:
        raise Unusable(UNREADABLE)
    is_vain = True
    for at in islice(rrulestr(text, dtstart=clock.first), limits.steps + 1):
        is_vain = False
        limits.steps -= 1
        if limits.steps <= 0:
            raise Unusable(TOO_OFTEN)
        if at > last:
            break
        yield at
    limits.vain -= is_vain


def _until(value: Start, clock: _Clock) -> datetime:
    return clock.naive(value) if isinstance(value, datetime) else datetime.combine(value, time.max)


def _moments(event: Component, name: str, clock: _Clock) -> Iterator[datetime]:
    """Yield the times of RDATE or EXDATE, of a period its start."""
    lists = event.get(name, [])
    for one in lists if isinstance(lists, list) else [lists]:
        for value in one.dts:
            moment = value.dt[0] if isinstance(value.dt, tuple) else value.dt
            yield clock.naive(moment)


def _is_within(start: Start | None, clock: _Clock, window: tuple[datetime, datetime]) -> bool:
    return start is not None and window[0] <= clock.naive(start) <= window[1]


def _is_canceled(event: Component) -> bool:
    return str(event.get("status", "")).upper() == "CANCELLED"


def _is_for_future(event: Component) -> bool:
    return str(event["recurrence-id"].params.get("RANGE", "")).upper() == "THISANDFUTURE"


def _uid(event: Component) -> str:
    return str(event.get("uid", ""))
