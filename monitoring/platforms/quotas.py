"""Read a platform's own limit from the headers of its responses. Pure; called by platforms/paging.py."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitoring.records import QuotaReading

# A number of seconds in a "reset" header that is larger than this is a time since 1970.
_EPOCH_FROM = 10_000_000
_MAX_WAIT = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class QuotaHeaders:
    """The names of the headers that say how many requests are left, and when they refill: lower case.

    The time may be in seconds from now, seconds since 1970, or ISO 8601.
    """

    remaining: str
    reset: str = ""


def read_quota(headers: Mapping[str, str], names: QuotaHeaders, now: datetime) -> QuotaReading | None:
    """Return what the headers say, None if they say nothing readable."""
    remaining = _number(headers.get(names.remaining, ""))
    if remaining is None:
        return None
    return QuotaReading(remaining, read_reset(headers.get(names.reset, ""), now) if names.reset else None)


def read_reset(value: str, now: datetime) -> datetime | None:
    """Return the time in a "reset" header, in UTC; None for one in the past, too far away or malformed."""
    seconds = _number(value)
    try:
        if seconds is not None:
            at = datetime.fromtimestamp(seconds, UTC) if seconds > _EPOCH_FROM else now + timedelta(seconds=seconds)
        else:
            at = datetime.fromisoformat(value.strip())
            at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if now <= at <= now + _MAX_WAIT else None


def _number(value: str) -> float | None:
    try:
        number = float(value.strip())
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
