"""Parse the dates of feeds: the two common formats; lxml_parser.py leaves any other to feedparser.

In: text or a struct_time. Out: aware UTC. Also the rule for all parsers of which years are plausible.
"""

import re
from calendar import timegm
from datetime import UTC, datetime, timedelta, timezone
from time import struct_time

# Software without a date writes 0001, 1899, 1904 or 1970-01-01; later than 2100 is an error.
FIRST_YEAR, LAST_YEAR = 1971, 2100

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
# The North American zones of RFC 822: with GMT, the only names on whose meaning all software agrees.
_ZONES = {"": 0, "gmt": 0, "ut": 0, "utc": 0, "z": 0}
_ZONES |= {"edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8}

_RFC822 = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{4})"
    r"\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s+(?:([+-])(\d\d):?(\d\d)|([a-z]{1,3}))",
    re.ASCII | re.IGNORECASE,
)
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:z|([+-])(\d\d):(\d\d))?)?",
    re.ASCII | re.IGNORECASE,
)


class UncommonDateError(ValueError):
    """A date in none of the two common formats; feedparser knows more of them."""


def parse_common_date(text: str) -> datetime | None:
    """Parse RFC 3339 or RFC 822 as aware UTC; None for no text or an implausible year. Raise UncommonDateError."""
    if not text:
        return None
    if match := _RFC3339.fullmatch(text):
        year, month, day, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
        offset = _offset(sign, zone_hours, zone_minutes)
    elif match := _RFC822.fullmatch(text):
        day, name, year, hour, minute, second, sign, zone_hours, zone_minutes, zone = match.groups()
        month = _MONTHS.get(name.lower())
        if zone is None:
            offset = _offset(sign, zone_hours, zone_minutes)
        elif (hours := _ZONES.get(zone.lower())) is not None:
            offset = timedelta(hours=hours)
        else:
            raise UncommonDateError
    else:
        raise UncommonDateError
    if month is None:
        raise UncommonDateError
    date = (int(year or 0), int(month or 0), int(day or 0))
    time = (int(hour or 0), int(minute or 0), int(second or 0))
    try:
        return plausible(datetime(*date, *time, tzinfo=timezone(offset)).astimezone(UTC))
    except (ValueError, OverflowError) as problem:
        raise UncommonDateError from problem


def _offset(sign: str | None, hours: str | None, minutes: str | None) -> timedelta:
    if sign is None:
        return timedelta(0)
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return -offset if sign == "-" else offset


def from_struct_time(value: object) -> datetime | None:
    """Convert feedparser's `*_parsed`, which is in UTC; None if it is missing or implausible."""
    if not isinstance(value, struct_time):
        return None
    try:
        return plausible(datetime.fromtimestamp(timegm(value), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def plausible(when: datetime) -> datetime | None:
    """Return the time, or None if its year is implausible."""
    return when if FIRST_YEAR <= when.year <= LAST_YEAR else None
