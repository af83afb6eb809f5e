"""Times and numbers as the active language writes them, in the active time zone.

Called by every package and, through accounts/templatetags/formats.py, by templates. The patterns are translated, so a
new language needs only its catalog.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache, wraps
from typing import TypeVar

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

Value = TypeVar("Value", date, time)


def _cached(write: Callable[[Value], str]) -> Callable[[Value], str]:
    """Decorate a function of a day or a time of day: the rows of a page have few different ones."""
    written = lru_cache(maxsize=2000)(lambda _language, value: write(value))

    @wraps(write)
    def cached(value: Value) -> str:
        if isinstance(value, time):
            return written(get_language(), value.replace(second=0, microsecond=0))
        return written(get_language(), date(value.year, value.month, value.day))

    return cached


def moment(value: datetime) -> str:
    """Return a time without its year: "Tuesday, June 9 at 8 a.m.", « mardi 9 juin à 8 h »."""
    local = timezone.localtime(value)
    day = _day(
        local,
        pgettext("Django date format: first day of a month, with weekday", "l, F j"),
        pgettext("Django date format: day with weekday", "l, F j"),
    )
    return _("%(date)s at %(time)s") % {"date": day, "time": clock(local.time())}


def short_moment(value: datetime | None, today: datetime) -> str:
    """Return a time as short as `today` allows: "8:30 a.m.", "Friday at 8:30 a.m." in the week before, or "Jul 31"."""
    if value is None:
        return _("date unknown")
    local, day = timezone.localtime(value), timezone.localtime(today).date()
    days = (day - local.date()).days
    if days == 0:
        return clock(local.time())
    if 0 < days < 7:
        return _("%(date)s at %(time)s") % {"date": formats.date_format(local, "l"), "time": clock(local.time())}
    return short_day(local) if local.year == day.year else short_date(local)


@_cached
def short_day(local: date) -> str:
    """Return a date without its year: "Jul 31"; « 31 juil. », « 1er août »."""
    return _day(
        local,
        pgettext("Django date format: first day of a month, short", "M j"),
        pgettext("Django date format: day, short", "M j"),
    )


@_cached
def short_date(local: date) -> str:
    """Return a date with its year: "Jul 31, 2026"; « 31 juil. 2026 », « 1er août 2026 »."""
    return _day(
        local,
        pgettext("Django date format: first day of a month, short with year", "M j, Y"),
        pgettext("Django date format: day, short with year", "M j, Y"),
    )


def long_date(value: date) -> str:
    """Return a date with its year: "July 1, 2026", « 1er juillet 2026 »."""
    return _long_date(timezone.localtime(value) if isinstance(value, datetime) else value)


@_cached
def _long_date(local: date) -> str:
    return _day(
        local,
        pgettext("Django date format: first day of a month, with year", "F j, Y"),
        pgettext("Django date format: day with year", "F j, Y"),
    )


def date_range(first: date, last: date) -> str:
    """Return days: "July 1–7, 2026", "July 28 – August 3, 2026"; « du 1er au 7 juillet 2026 »."""
    if first == last:
        return long_date(first)
    words = {"first": long_date(first), "last": long_date(last)}
    if first.year == last.year and first.month != last.month:
        words["first"] = _day(
            first,
            pgettext("Django date format: first day of a month, start of a range", "F j"),
            pgettext("Django date format: start of a range", "F j"),
        )
    elif first.year == last.year:
        words["first"] = _day(
            first,
            pgettext("Django date format: first day of a month, start of a range within it", "F j"),
            pgettext("Django date format: start of a range within a month", "F j"),
        )
        words["last"] = formats.date_format(
            last, pgettext("Django date format: end of a range within a month", "j, Y")
        )
        return pgettext("days of a month", "%(first)s–%(last)s") % words
    return pgettext("days", "%(first)s – %(last)s") % words


def _day(local: date, on_first: str, on_others: str) -> str:
    """Return a date by one of two patterns: French has "1er" for the first day of a month."""
    return formats.date_format(local, on_first if local.day == 1 else on_others)


@_cached
def clock(value: time) -> str:
    """Return a time of day: "8 a.m.", "8:30 a.m.", "noon"; « 8 h », « 8 h 30 », « 12 h »."""
    if value.minute == 0:
        pattern = pgettext("Django time format: full hour", "P")
    else:
        pattern = pgettext("Django time format: hour and minutes", "P")
    return formats.time_format(value, pattern)


def hour_words(hour: int) -> str:
    """Return a full hour (0 to 23) as `clock` does."""
    return clock(time(hour))


def number(value: float, decimals: int = 0) -> str:
    """Return a number with thousands separators: "1,240", « 1 240 » (U+202F, config/formats/fr)."""
    return formats.number_format(value, decimals, use_l10n=True, force_grouping=True)


def percent(value: float) -> str:
    """Return a whole percentage: "42%", « 42 % » (U+00A0)."""
    return percent_pattern() % {"number": number(value)}


def percent_pattern() -> str:
    """Return the translated pattern of a percentage, with %(number)s for the number."""
    return _("%(number)s%%")


def duration(seconds: float) -> str:
    """Return a duration in minutes, hours or days: "90 minutes", "6 hours"."""
    minutes = max(round(seconds / 60), 1)
    if minutes < 120:
        return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": number(minutes)}
    hours = round(minutes / 60)
    if hours < 48:
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": number(hours)}
    days = round(hours / 24)
    return ngettext("%(number)s day", "%(number)s days", days) % {"number": number(days)}
