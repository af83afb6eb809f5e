"""Parse the response headers about time: header values and `now` in, whole seconds or None out. Pure.

Called by client.py. Malformed values return None; nothing here raises.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Ten years: longer values are mistakes and would overflow dates later.
_MAX_SECONDS = 10 * 365 * 86_400

_DECIMAL = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,20})?")
_MAX_AGE = re.compile(r'(?:^|[,\s])max-age\s*=\s*"?([0-9]{1,20})', re.IGNORECASE)
_UNCACHED = re.compile(r"(?:^|[,\s])no-(?:store|cache)\b", re.IGNORECASE)


def read_http_date(value: str) -> datetime | None:
    """Parse an HTTP date in any of its three formats. Return it in UTC, which is assumed where no zone is given."""
    try:
        found = parsedate_to_datetime(value.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def read_retry_after(value: str, now: datetime) -> int | None:
    """Return the seconds to wait, rounded up, from a number or a date (RFC 9110, 10.2.3); 0 for a past date."""
    value = value.strip()
    if _DECIMAL.fullmatch(value):
        return min(math.ceil(float(value)), _MAX_SECONDS)
    date = read_http_date(value)
    return None if date is None else _seconds_between(now, date)


def read_cache_lifetime(headers: Mapping[str, str], now: datetime) -> int | None:
    """Return the seconds for which a response is fresh (RFC 9111, 4.2): max-age minus Age, else Expires minus Date.

    Return None if the server gives neither or forbids caching, since neither asks a client to wait.
    """
    cache_control = headers.get("cache-control") or ""
    if _UNCACHED.search(cache_control):
        return None
    if found := _MAX_AGE.search(cache_control):
        age = (headers.get("age") or "").strip()
        lifetime = int(found[1]) - (int(age) if re.fullmatch(r"[0-9]{1,20}", age) else 0)
        return min(max(0, lifetime), _MAX_SECONDS)
    expires = read_http_date(headers.get("expires") or "")
    if expires is None:
        return None
    return _seconds_between(read_http_date(headers.get("date") or "") or now, expires)


def _seconds_between(start: datetime, end: datetime) -> int:
    return min(max(0, math.ceil((end - start).total_seconds())), _MAX_SECONDS)
