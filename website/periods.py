"""The periods of the website page and its export: the last days that were read.

In: how far a website was read, and the query string. Out: a Period in days of the website's time zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from website.models import Website

PERIODS = (7, 28, 90)
USUAL_PERIOD = 28


@dataclass(frozen=True)
class Period:
    """The last `days` days that were read, and as many before. `has_before` if all of those were read."""

    first: date
    last: date
    before: date
    has_before: bool

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def period_of(website: Website, days: int) -> Period | None:
    """Return the last days that were read, None before the first read."""
    if website.read_from is None or website.read_until is None:
        return None
    first = max(website.read_until - timedelta(days=days - 1), website.read_from)
    length = (website.read_until - first).days + 1
    before = first - timedelta(days=length)
    return Period(first, website.read_until, before, website.read_from <= before)


def read_days(params: Mapping[str, str]) -> int:
    """Return the number of days that `days` in a query string asks for, the usual one if it is none of PERIODS."""
    return next((days for days in PERIODS if params.get("days") == str(days)), USUAL_PERIOD)


def chosen(websites: Sequence[Website], params: Mapping[str, str]) -> Website | None:
    """Return the website that `site` in a query string names, else the first one."""
    wanted = [one for one in websites if str(one.pk) == params.get("site")]
    return next(iter([*wanted, *websites]), None)
