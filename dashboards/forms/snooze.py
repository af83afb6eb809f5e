"""Until when a mention is snoozed: a choice of the menu, or a date and time, in the person's time zone. Pure."""

from datetime import datetime, time, timedelta, tzinfo

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from monitoring.insights.periods import LAST_YEAR

MORNING = time(9)
HOURS = timedelta(hours=3)
END = "end"


def snooze_until(choice: str, text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the time (aware) of a choice: "hours", "tomorrow", "monday", "at" with a local date and time as text.

    None for "end". Raises ValidationError by field for a time that has passed, or that is none.
    """
    today = now.astimezone(zone).date()
    if choice == END:
        return None
    if choice == "hours":
        return now + HOURS
    if choice == "tomorrow":
        return datetime.combine(today + timedelta(days=1), MORNING, zone)
    if choice == "monday":
        return datetime.combine(today + timedelta(days=7 - today.weekday()), MORNING, zone)
    if choice == "at":
        return _entered(text, now, zone)
    raise ValidationError({"snooze": _("Choose a time.")})


def _entered(text: str, now: datetime, zone: tzinfo) -> datetime:
    try:
        local = parse_datetime(text)
    except ValueError:  # well formed, but no date
        local = None
    if local is None or local.tzinfo or local.year > LAST_YEAR:
        raise ValidationError({"until": _("Enter a date and a time.")})
    until = local.replace(tzinfo=zone)
    if until.year < now.year or until <= now:
        raise ValidationError({"until": _("Choose a time in the future.")})
    return until
