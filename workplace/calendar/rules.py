"""The dates of a recurrence rule (RFC 5545, 3.3.10) by the day, week, month or year. Pure.

In: the parts of an RRULE and the naive start of its series. Out: its dates between two times. Days are looked at one
by one and counted, and a rule without COUNT begins at the first time that is asked for: what a rule costs depends on
neither its start nor on how rarely it matches. Called by workplace/calendar/recurrences.py.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import product

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_TIMES = 24  # a day
MAX_VALUES = 366  # of a part

Numbers = frozenset[int]


class TooManyDays(Exception):
    """The days that may be looked at are used up."""


@dataclass
class Budget:
    """How many days the rules of a file may still look at. Each further time of a day counts as one."""

    days: int

    def spend(self, number: int = 1) -> None:
        self.days -= number
        if self.days < 0:
            raise TooManyDays


@dataclass(frozen=True)
class Rule:
    """A rule. `nth` are pairs of weekday and which one of the month or year; `times` are sorted."""

    frequency: str
    interval: int
    count: int | None
    week_start: int
    months: Numbers
    month_days: Numbers
    year_days: Numbers
    weeks: Numbers
    weekdays: Numbers
    nth: frozenset[tuple[int, int]]
    positions: Numbers
    times: tuple[time, ...]


def read_rule(parts: Mapping[str, Sequence[object]], first: datetime) -> Rule:
    """Return the rule of a series that starts at `first`. Raises ValueError, also for too many times a day."""
    (frequency,) = (str(name).upper() for name in parts.get("FREQ", ()))
    if frequency not in FREQUENCIES or any(len(values) > MAX_VALUES for values in parts.values()):
        raise ValueError(frequency)
    days = [_weekday(str(value)) for value in parts.get("BYDAY", ())]
    counts_days = frequency in ("MONTHLY", "YEARLY")
    nth = frozenset((day, number) for number, day in days if number and counts_days)
    rule = Rule(
        frequency=frequency,
        interval=_number(parts, "INTERVAL") or 1,
        count=_number(parts, "COUNT"),
        week_start=_weekday(str(next(iter(parts.get("WKST", ())), "MO")))[1],
        months=_numbers(parts, "BYMONTH"),
        month_days=_numbers(parts, "BYMONTHDAY"),
        year_days=_numbers(parts, "BYYEARDAY"),
        weeks=_numbers(parts, "BYWEEKNO"),
        weekdays=frozenset(day for number, day in days if not number or not counts_days),
        nth=nth,
        positions=_numbers(parts, "BYSETPOS"),
        times=_times(parts, first),
    )
    return _completed(rule, first)


def dates(rule: Rule, first: datetime, start: datetime, end: datetime, budget: Budget) -> Iterator[datetime]:
    """Yield the dates of a series from `start` to `end`, in order. Raises TooManyDays.

    Its start is its first date and counts, also if the rule doesn't match it.
    """
    if start <= first <= end:
        yield first
    left = None if rule.count is None else rule.count - 1
    for at in _matches(rule, first, first if left is not None else max(first, start), end, budget):
        if at <= first:
            continue
        if at > end or left == 0:
            return
        left = None if left is None else left - 1
        if at >= start:
            yield at


def _matches(rule: Rule, first: datetime, start: datetime, end: datetime, budget: Budget) -> Iterator[datetime]:
    """Yield what the rule matches in the periods from `start` to `end`."""
    number_of, first_day = _period(rule)
    begun = number_of(first.date())
    number = begun + (number_of(start.date()) - begun) // rule.interval * rule.interval
    while number <= number_of(end.date()):
        day, last = first_day(number), first_day(number + 1) - timedelta(days=1)
        if not rule.positions:  # days that nobody asked for change nothing then
            day, last = max(day, start.date()), min(last, end.date())
        found = [one for one in _days(day, last, budget) if _has(rule, one)]
        budget.spend(len(found) * (len(rule.times) - 1))
        moments = [datetime.combine(one, at) for one, at in product(found, rule.times)]
        yield from _chosen(moments, rule.positions)
        number += rule.interval


def _period(rule: Rule) -> tuple[Callable[[date], int], Callable[[int], date]]:
    """Return how to number the days, weeks, months or years of a rule, and how to find the first day of one."""
    if rule.frequency == "YEARLY":
        return (lambda day: day.year), (lambda number: date(number, 1, 1))
    if rule.frequency == "MONTHLY":
        return (lambda day: day.year * 12 + day.month - 1), (lambda number: date(number // 12, number % 12 + 1, 1))
    if rule.frequency == "DAILY":
        return date.toordinal, date.fromordinal
    shift = 1 + rule.week_start  # day 1 is a Monday
    return (lambda day: (day.toordinal() - shift) // 7), (lambda number: date.fromordinal(number * 7 + shift))


def _days(day: date, last: date, budget: Budget) -> Iterator[date]:
    while day <= last:
        budget.spend()
        yield day
        day += timedelta(days=1)


def _chosen(moments: Sequence[datetime], positions: Numbers) -> Sequence[datetime]:
    """Return the moments of a period that BYSETPOS names, all without it."""
    if not positions:
        return moments
    size = len(moments)
    return [one for place, one in enumerate(moments) if place + 1 in positions or place - size in positions]


def _has(rule: Rule, day: date) -> bool:
    """Return whether a day is one of the rule’s."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not _is_one(day, *_month_of(day), rule.month_days):
        return False
    year = date(day.year, 1, 1), date(day.year, 12, 31)
    if rule.year_days and not _is_one(day, *year, rule.year_days):
        return False
    if (rule.weekdays or rule.nth) and day.weekday() not in rule.weekdays and not _is_nth(rule, day, *year):
        return False
    return not rule.weeks or not rule.weeks.isdisjoint(_week_numbers(day, rule.week_start))


def _is_one(day: date, first: date, last: date, numbers: Numbers) -> bool:
    """Return whether a day has one of these numbers, counted from the first or, if negative, from the last."""
    return (day - first).days + 1 in numbers or (day - last).days - 1 in numbers


def _is_nth(rule: Rule, day: date, first: date, last: date) -> bool:
    """Return whether a day is such as the last Friday of its month, or of its year if the rule names no months."""
    if not rule.nth:
        return False
    if rule.frequency == "MONTHLY" or rule.months:
        first, last = _month_of(day)
    weekday = day.weekday()
    numbers = (day - first).days // 7 + 1, -((last - day).days // 7 + 1)
    return any((weekday, number) in rule.nth for number in numbers)


def _month_of(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _week_numbers(day: date, week_start: int) -> tuple[int, int]:
    """Return the number of a day’s week in its year, from the first week and from the last one.

    A week belongs to the year that has its fourth day.
    """
    fourth = day + timedelta(days=3 - (day.weekday() - week_start) % 7)
    last = date(fourth.year, 12, 31)
    number = (fourth - date(fourth.year, 1, 1)).days // 7 + 1
    return number, -((last - fourth).days // 7 + 1)


def _completed(rule: Rule, first: datetime) -> Rule:
    """Return a rule with the days of its start if it names none itself."""
    if rule.weeks or rule.year_days or rule.month_days or rule.weekdays or rule.nth:
        return rule
    if rule.frequency == "YEARLY":
        return replace(rule, months=rule.months or frozenset((first.month,)), month_days=frozenset((first.day,)))
    if rule.frequency == "MONTHLY":
        return replace(rule, month_days=frozenset((first.day,)))
    return replace(rule, weekdays=frozenset((first.weekday(),))) if rule.frequency == "WEEKLY" else rule


def _times(parts: Mapping[str, Sequence[object]], first: datetime) -> tuple[time, ...]:
    names = ("BYHOUR", first.hour), ("BYMINUTE", first.minute), ("BYSECOND", first.second)
    hours, minutes, seconds = (_numbers(parts, name) or {own} for name, own in names)
    if len(hours) * len(minutes) * len(seconds) > MAX_TIMES:
        raise TooManyDays
    return tuple(sorted(time(*clock) for clock in product(hours, minutes, seconds)))


def _numbers(parts: Mapping[str, Sequence[object]], name: str) -> Numbers:
    return frozenset(int(str(value)) for value in parts.get(name, ()))


def _number(parts: Mapping[str, Sequence[object]], name: str) -> int | None:
    """Return a number of which a rule has one, None if it has none. Raises ValueError below 1."""
    values = _numbers(parts, name)
    if not values:
        return None
    (value,) = values
    if value < 1:
        raise ValueError(name)
    return value


def _weekday(text: str) -> tuple[int, int]:
    """Return which one ("-1FR"), 0 for each, and the weekday. Raises ValueError."""
    return int(text[:-2] or 0), WEEKDAYS.index(text[-2:].upper())
