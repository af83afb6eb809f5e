"""Dates and times as the active language writes them, in the active time zone.

In: aware datetimes or dates. Out: short and full dates, times of day, and relative times. Called by the template
filters of dashboards/templatetags/vigie.py and by the charts' presenters.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext


def time_of_day(local: datetime) -> str:
    """Return 5:42 p.m., 17 h 42."""
    return date_format(local, "TIME_FORMAT")


def full_time(local: datetime) -> str:
    """Return July 15, 2026, 2:27 p.m.; 15 juillet 2026 à 14 h 27."""
    return date_format(local, "DATETIME_FORMAT")


def short_day(local: date) -> str:
    """Return Jul 31, 31 juil."""
    return date_format(local, pgettext("short date in Django's date format", "M j"))


def short_date(local: date) -> str:
    """Return Jul 31, 2026; 31 juil. 2026."""
    return date_format(local, pgettext("short date with its year in Django's date format", "M j, Y"))


def bucket_label(start: datetime, bucket: str) -> str:
    """Return the label below a bar of a chart: 5 p.m., 17 h for an hour; Jul 31, 31 juil. for a day or a week."""
    if bucket == "hour":
        return date_format(start, pgettext("hour on a chart in Django's date format", "P"))
    return short_day(start)


def bucket_title(start: datetime, bucket: str) -> str:
    """Return the full name of a bucket, with its weekday."""
    if bucket == "hour":
        day = date_format(start, pgettext("weekday and date in Django's date format", "l, F j"))
        return f"{day}, {time_of_day(start)}"
    day = date_format(start, pgettext("weekday and date with its year in Django's date format", "l, F j, Y"))
    return _("Week of %s") % day if bucket == "week" else day


def relative_time(value: datetime, now: datetime) -> str:
    """Return a past or future time in words: minutes or hours below 12 hours, then the day's name, then the date."""
    seconds = (now - value).total_seconds()
    past, minutes, hours = seconds >= 0, round(abs(seconds) / 60), round(abs(seconds) / 3600)
    if minutes < 1:
        return _("just now") if past else _("any moment now")
    if minutes < 60:
        text = (
            ngettext("%d minute ago", "%d minutes ago", minutes)
            if past
            else ngettext("in %d minute", "in %d minutes", minutes)
        )
        return text % minutes
    if hours < 12:
        text = ngettext("%d hour ago", "%d hours ago", hours) if past else ngettext("in %d hour", "in %d hours", hours)
        return text % hours
    return _calendar_time(timezone.localtime(value), timezone.localtime(now))


def _calendar_time(local: datetime, today: datetime) -> str:
    days = (today.date() - local.date()).days
    patterns = {0: _("today, %s"), 1: _("yesterday, %s"), -1: _("tomorrow, %s")}
    if days in patterns:
        return patterns[days] % time_of_day(local)
    return short_day(local) if local.year == today.year else short_date(local)
