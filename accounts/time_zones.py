"""Stored names of time zones: zones are renamed occasionally, so an upgrade of the server may lack a stored one."""

from zoneinfo import ZoneInfo

from django.conf import settings


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of a stored name; that of the server if the name no longer exists."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return ZoneInfo(settings.TIME_ZONE)  # checked at the start (config/environment.py)
