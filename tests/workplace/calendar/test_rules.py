"""Recurrence rules: the same dates as dateutil gives, for a cost that rules don't choose."""

from datetime import datetime, timedelta
from itertools import takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from workplace.calendar.rules import Budget, TooManyDays, dates, read_rule

START, END = datetime(2026, 10, 20), datetime(2027, 10, 20, 23, 59)
NUMBERS = {
    "BYMONTH": range(1, 13),
    "BYMONTHDAY": [*range(-31, 0), *range(1, 32)],
    "BYYEARDAY": [-366, -365, -1, 1, 60, 200, 365, 366],
    "BYWEEKNO": [-1, 1, 20, 52, 53],
    "BYSETPOS": [-3, -1, 1, 2],
    "BYHOUR": range(24),
    "BYMINUTE": [0, 30],
}
PARTS = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]).map(lambda name: [name])},
    optional={
        "INTERVAL": st.integers(1, 30).map(lambda number: [number]),
        "COUNT": st.integers(1, 300).map(lambda number: [number]),
        "WKST": st.sampled_from(["MO", "SU", "WE"]).map(lambda name: [name]),
        "BYDAY": st.lists(st.sampled_from(["MO", "TU", "WE", "SA", "SU"]), min_size=1, max_size=3)
        | st.lists(st.sampled_from(["-1FR", "2TU", "5SU", "1MO"]), min_size=1, max_size=2),
    }
    | {name: st.lists(st.sampled_from(values), min_size=1, max_size=3) for name, values in NUMBERS.items()},
)


def text_of(parts):
    return ";".join(f"{name}={','.join(map(str, values))}" for name, values in parts.items())


def read(parts, first, budget=100_000, start=START, end=END):
    return list(dates(read_rule(parts, first), first, start, end, Budget(budget)))


@given(parts=PARTS, first=st.datetimes(datetime(9985, 1, 1), datetime(9997, 6, 1)))
def test_any_rule_gives_the_dates_of_dateutil(parts, first):
    """In the last years that Python has, since dateutil looks for the next date until their end.

    Not compared: positions in a first week that has begun, which dateutil counts from its start on.
    """
    start, end = (at.replace(year=at.year + 7970) for at in (START, END))
    assume(not (parts["FREQ"] == ["WEEKLY"] and "BYSETPOS" in parts))
    first = first.replace(microsecond=0)
    unlimited = {name: values for name, values in parts.items() if name != "COUNT"}
    later = (at for at in rrulestr(text_of(unlimited), dtstart=first) if at > first)
    expected = [first, *takewhile(lambda at: at <= end, later)]
    if "COUNT" in parts:
        expected = expected[: parts["COUNT"][0]]
    found = read(parts, first, start=start, end=end)
    assert found == [at for at in expected if start <= at <= end]


def test_days_with_and_without_a_number_are_added_up():
    found = read({"FREQ": ["MONTHLY"], "BYDAY": ["1MO", "-1FR"]}, datetime(2026, 11, 2, 9), end=datetime(2026, 12, 31))
    assert [at.day for at in found] == [2, 27, 7, 25]
    both = {"FREQ": ["MONTHLY"], "BYDAY": ["SU", "-1FR"]}
    assert [at.day for at in read(both, datetime(2026, 11, 1), end=datetime(2026, 11, 30))] == [1, 8, 15, 22, 27, 29]


@pytest.mark.parametrize("parts", [{"BYMONTH": [2], "BYMONTHDAY": [29], "BYDAY": ["MO"]}, {"BYMONTHDAY": [32]}, {}])
@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_rule_looks_at_no_more_than_the_days_it_is_asked_for(frequency, parts):
    """Wherever it starts and however rarely it matches."""
    budget = Budget(1000)
    rule = read_rule({"FREQ": [frequency], **parts}, datetime(1, 1, 1, 9))
    list(dates(rule, datetime(1, 1, 1, 9), START, END, budget))
    assert 1000 - budget.days <= 367


def test_rule_that_is_counted_from_its_start_may_use_up_the_days():
    parts = {"FREQ": ["DAILY"], "COUNT": [999], "BYMONTH": [2], "BYMONTHDAY": [29], "BYDAY": ["MO"]}
    with pytest.raises(TooManyDays):
        read(parts, datetime(1, 1, 1, 9))


def test_further_times_of_a_day_count_as_days():
    parts = {"FREQ": ["DAILY"], "COUNT": [99_999], "BYHOUR": list(range(10))}
    assert len(read(parts, START, 3660)) == 3660
    with pytest.raises(TooManyDays):
        read(parts, START, 3659)


def test_interval_is_counted_from_the_start_of_the_series():
    first = datetime(1970, 1, 1, 9)
    found = read({"FREQ": ["DAILY"], "INTERVAL": [100]}, first)
    assert found and all((at - first) % timedelta(days=100) == timedelta() for at in found)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"FREQ": ["DAILY", "WEEKLY"]},
        {"FREQ": ["DAILY"], "INTERVAL": [0]},
        {"FREQ": ["DAILY"], "COUNT": [-1]},
        {"FREQ": ["DAILY"], "BYHOUR": [24]},
        {"FREQ": ["WEEKLY"], "BYDAY": ["XX"]},
        {"FREQ": ["MONTHLY"], "BYMONTHDAY": list(range(400))},
    ],
)
def test_unusable_rule_is_refused(parts):
    with pytest.raises((ValueError, OverflowError)):
        read_rule(parts, START)
