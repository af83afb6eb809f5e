"""Series of iCalendar events as single events: RRULE, RDATE, EXDATE, and changed or canceled dates of a series. Pure.

In: the events of a file and today. Out: events with their start, for single events and for the dates of series from
today on, for a year. Dates of a series follow the wall clock of its zone, also across daylight saving time. Called by
workplace/calendar/ics.py. What is canceled is left out. A second series with the identity of another one is the same.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from icalendar import Component, vRecur

from workplace.calendar.rules import Budget, TooManyDays, dates, read_rule

AHEAD = timedelta(days=365)
MAX_DATES = 1000  # of a series
# Of all series of a file, from which ics.py takes the earliest ones. No further series is read then.
MAX_ALL_DATES = 10_000
# That the rules of a file look at: a year for 1,000 series, or 200 daily ones that are counted from 2020 on. The
# whole takes about a second.
MAX_DAYS = 500_000
OFTEN = ("HOURLY", "MINUTELY", "SECONDLY")

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


@dataclass(frozen=True)
class Expansion:
    """The single events of a file, the dates of its series, and the series that are left out, with the reason."""

    single: list[Occurrence] = field(default_factory=list)
    dates: list[Occurrence] = field(default_factory=list)
    left_out: list[tuple[Component, str]] = field(default_factory=list)


def expand(events: Sequence[Component], today: date) -> Expansion:
    """Return single events as they are, and the dates of series from today on."""
    changed: dict[str, list[Component]] = defaultdict(list)
    for event in events:
        if "recurrence-id" in event and _uid(event):
            changed[_uid(event)].append(event)
    series = _series(events)
    own, budget = {_uid(event) for event in series} - {""}, Budget(MAX_DAYS)
    found = Expansion(single=[one for event in events if (one := _single(event, own))])
    for event in series:
        if _is_canceled(event):
            continue
        if len(found.dates) >= MAX_ALL_DATES:
            break
        try:
            found.dates.extend(_dates(event, changed[_uid(event)], today, budget))
        except Unusable as error:
            found.left_out.append((event, str(error)))
        except TooManyDays:
            found.left_out.append((event, TOO_OFTEN))
        except ERRORS:
            found.left_out.append((event, UNREADABLE))
    return found


def _series(events: Sequence[Component]) -> list[Component]:
    """Return the series of a file, the first one of each identity: all of them would have the same changes."""
    found: dict[str, Component] = {}
    for place, event in enumerate(events):
        if "recurrence-id" not in event and is_series(event):
            found.setdefault(_uid(event) or f"\n{place}", event)
    return list(found.values())


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
    if _is_canceled(event):
        return None
    if "recurrence-id" not in event:
        return None if is_series(event) else Occurrence(event, start_of(event))
    slot = start_of(event, "recurrence-id")
    if _uid(event) in series:
        return None
    return Occurrence(event, start_of(event), _Clock(slot).first.isoformat() if slot else "")


def _dates(event: Component, changed: Sequence[Component], today: date, budget: Budget) -> list[Occurrence]:
    """Return the dates of a series within a year, with its changed ones. Raises Unusable and TooManyDays."""
    start = start_of(event)
    if start is None:
        return [Occurrence(event, None)]
    clock = _Clock(start)
    window = datetime.combine(today, time()), datetime.combine(today + AHEAD, time.max)
    added = (clock.naive(moment) for moment in _moments(event, "rdate"))
    slots = {clock.first, *added, *_rule_dates(event, clock, window, budget)}
    changes = _changes(changed, slots, clock)
    inside = {slot for slot in slots - changes.replaced if window[0] <= slot <= window[1]}
    inside |= {slot for slot, one in changes.of_slot.items() if _is_within(start_of(one), clock, window)}
    inside = _without(inside, list(_moments(event, "exdate")), clock)
    found = (_occurrence(event, slot, changes, clock) for slot in sorted(inside)[:MAX_DATES])
    left = [one for one in found if one and _is_within(one.start, clock, window)]
    if not left:
        raise Unusable(OVER)
    return left


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

    def is_whole_day(self, value: Start) -> bool:
        """Return whether a value names a day of a series that has hours, and with it each date of that day."""
        return self.is_timed and not isinstance(value, datetime)

    def start(self, naive: datetime) -> Start:
        return naive.replace(tzinfo=self.zone) if self.is_timed else naive.date()


@dataclass(frozen=True)
class _Changes:
    """The changes of a series by its dates, the sorted dates from which all following ones are changed, and the
    dates that a change of their day replaces.
    """

    of_slot: dict[datetime, Component] = field(default_factory=dict)
    following: list[datetime] = field(default_factory=list)
    replaced: set[datetime] = field(default_factory=set)


def _changes(changed: Sequence[Component], slots: Iterable[datetime], clock: _Clock) -> _Changes:
    found, of_day = _Changes(), defaultdict(list)
    for slot in sorted(slots):
        of_day[slot.date()].append(slot)
    for one in changed:
        value = start_of(one, "recurrence-id")
        if value is None:
            continue
        slot = clock.naive(value)
        if clock.is_whole_day(value):
            same_day = of_day.get(slot.date()) or [datetime.combine(slot, clock.first.time())]
            slot = same_day[0]
            found.replaced.update(() if _is_for_future(one) else same_day[1:])
        found.of_slot[slot] = one
    found.following.extend(sorted(slot for slot, one in found.of_slot.items() if _is_for_future(one)))
    return found


def _without(slots: Collection[datetime], removed: Collection[Start], clock: _Clock) -> set[datetime]:
    """Return the dates of a series without those that EXDATE names."""
    days = {value for value in removed if clock.is_whole_day(value)}
    moments = {clock.naive(value) for value in removed if not clock.is_whole_day(value)}
    return {slot for slot in slots if slot not in moments and slot.date() not in days}


def _occurrence(event: Component, slot: datetime, changes: _Changes, clock: _Clock) -> Occurrence | None:
    """Return a date of a series, as a change of it or of the ones that follow says; None if it was canceled."""
    name = "" if slot == clock.first else slot.isoformat()
    if change := changes.of_slot.get(slot):
        start = start_of(change)
        return (
            None if _is_canceled(change) else Occurrence(change, clock.start(slot) if start is None else start, name)
        )
    place = bisect_right(changes.following, slot)
    if not place:
        return Occurrence(event, clock.start(slot), name)
    at = changes.following[place - 1]
    change, start = changes.of_slot[at], start_of(changes.of_slot[at])
    if _is_canceled(change):
        return None
    shift = clock.naive(start) - at if start is not None else timedelta()
    return Occurrence(change, clock.start(slot + shift), name)


def _rule_dates(
    event: Component, clock: _Clock, window: tuple[datetime, datetime], budget: Budget
) -> Iterable[datetime]:
    """Return the dates of a series’ rule in a window. Raises Unusable and TooManyDays."""
    rule = event.get("rrule")
    if rule is None:
        return ()
    if not isinstance(rule, vRecur):
        raise Unusable(UNREADABLE)
    if any(str(name).upper() in OFTEN for name in rule.get("FREQ", [])):
        raise Unusable(TOO_OFTEN)
    last = min([window[1], *(_until(value, clock) for value in rule.get("UNTIL", []))])
    return dates(read_rule(rule, clock.first), clock.first, window[0], last, budget)


def _until(value: Start, clock: _Clock) -> datetime:
    return clock.naive(value) if isinstance(value, datetime) else datetime.combine(value, time.max)


def _moments(event: Component, name: str) -> Iterator[Start]:
    """Yield the times of RDATE or EXDATE, of a period its start."""
    lists = event.get(name, [])
    for one in lists if isinstance(lists, list) else [lists]:
        for value in one.dts:
            yield value.dt[0] if isinstance(value.dt, tuple) else value.dt


def _is_within(start: Start | None, clock: _Clock, window: tuple[datetime, datetime]) -> bool:
    return start is not None and window[0] <= clock.naive(start) <= window[1]


def _is_canceled(event: Component) -> bool:
    return str(event.get("status", "")).upper() == "CANCELLED"


def _is_for_future(event: Component) -> bool:
    return str(event["recurrence-id"].params.get("RANGE", "")).upper() == "THISANDFUTURE"


def _uid(event: Component) -> str:
    return str(event.get("uid", ""))
