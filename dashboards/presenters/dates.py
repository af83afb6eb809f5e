"""Dates and times as the active language writes them, in the active time zone.

In: aware datetimes or dates. Out: short and full dates, times of day, and relative times. Called by the template
filters of dashboards/templatetags/vigie.py and by the charts' presenters.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.formats import clock, hour_words, long_date, moment, short_date, short_day


def full_time(local: datetime) -> str:
    """Return July 15, 2026, 2:27 p.m.; 15 juillet 2026 à 14 h 27."""
    return _("%(date)s, %(time)s") % {"date": long_date(local.date()), "time": clock(local.time())}


def day_and_time(value: datetime, now: datetime) -> str:
    """Return Jul 15, 2:27 p.m.; with the year if it isn't the current one."""
    local, today = timezone.localtime(value), timezone.localtime(now)
    day = short_day(local) if local.year == today.year else short_date(local)
    return _("%(date)s, %(time)s") % {"date": day, "time": clock(local.time())}


def bucket_label(start: datetime, bucket: str) -> str:
    """Return the label below a bar of a chart: 5 p.m., 17 h for an hour; Jul 31, 31 juil. for a day or a week."""
    return hour_words(start.hour) if bucket == "hour" else short_day(start)


def bucket_title(start: datetime, bucket: str) -> str:
    """Return the full name of a bucket, with its weekday."""
    if bucket == "hour":
        return _("%(weekday)s, %(time)s") % {"weekday": _weekday(start), "time": clock(start.time())}
    day = _("%(weekday)s, %(year)s") % {"weekday": _weekday(start), "year": start.year}
    return _("Week of %s") % day if bucket == "week" else day


def window_label(start: datetime, end: datetime) -> str:
    """Return the label below a bar of any length: "Tue 10:20 a.m.", or Jul 31 from a day on."""
    if end - start >= timedelta(days=1):
        return short_day(start)
    return f"{date_format(start, 'D')} {clock(start.time())}"


def window_title(start: datetime, end: datetime) -> str:
    """Return both ends of a bar: "Tuesday, June 9 at 10:20 a.m. – 11:20 a.m."."""
    return f"{moment(start)} – {clock(end.time()) if start.date() == end.date() else moment(end)}"


def _weekday(local: date) -> str:
    if local.day == 1:
        pattern = pgettext("Django date format: first day of a month, with weekday", "l, F j")
    else:
        pattern = pgettext("Django date format: day with weekday", "l, F j")
    return date_format(local, pattern)


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


def planned_time(value: datetime, now: datetime) -> str:
    """Return a future time with its hour: "today, 8 a.m.", "tomorrow, 8 a.m.", "Monday, June 15 at 8 a.m."."""
    local, today = timezone.localtime(value), timezone.localtime(now)
    is_near = (local.date() - today.date()).days in (0, 1)
    return _calendar_time(local, today) if is_near else moment(value)


def _calendar_time(local: datetime, today: datetime) -> str:
    days = (today.date() - local.date()).days
    patterns = {0: _("today, %s"), 1: _("yesterday, %s"), -1: _("tomorrow, %s")}
    if days in patterns:
        return patterns[days] % clock(local.time())
    return short_day(local) if local.year == today.year else short_date(local)
