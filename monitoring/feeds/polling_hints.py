"""Read the polling hints of a feed: `<ttl>`, the syndication module, `skipHours`, `skipDays`.

Patterns read them from the bytes before the entries, because feedparser keeps only the last `<hour>`, and because the
two parsers must not differ. Called by parse.py; polling/schedule.py limits the hints to its own bounds.
"""

import re
from dataclasses import dataclass

# Bytes of the channel's head in which hints are searched.
_WINDOW = 20_000

_FIRST_ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s>/]", re.I)
_TTL = re.compile(rb"<ttl>\s*(\d{1,7})\s*</ttl>", re.I)
_PERIOD = re.compile(rb"<(?:[\w.-]+:)?updatePeriod>\s*(\w+)\s*<", re.I)
_FREQUENCY = re.compile(rb"<(?:[\w.-]+:)?updateFrequency>\s*(\d{1,6})\s*<", re.I)
_SKIP_HOURS = re.compile(rb"<skipHours>(.{0,3000}?)</skipHours>", re.I | re.S)
_SKIP_DAYS = re.compile(rb"<skipDays>(.{0,1000}?)</skipDays>", re.I | re.S)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.I)
_DAY = re.compile(rb"<day>\s*(\w+)\s*</day>", re.I)

# RSS 1.0 syndication module: periods in seconds.
_PERIODS_S = {
    b"hourly": 3_600,
    b"daily": 86_400,
    b"weekly": 7 * 86_400,
    b"monthly": 30 * 86_400,
    b"yearly": 365 * 86_400,
}
_DAYS = frozenset({"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"})


@dataclass(frozen=True, slots=True)
class PollingHints:
    """The interval in seconds, the hours (0 to 23, UTC) and the days ("Monday") in which a feed does not change."""

    interval_s: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[str] = frozenset()


def read_hints(data: bytes) -> PollingHints:
    """Read the hints of a feed in an ASCII-compatible encoding; of two intervals the longer one counts."""
    first = _FIRST_ENTRY.search(data, 0, _WINDOW)
    head = data[: first.start()] if first else data[:_WINDOW]
    intervals_s = [seconds for seconds in (_ttl_s(head), _syndication_s(head)) if seconds]
    hours, days = _SKIP_HOURS.search(head), _SKIP_DAYS.search(head)
    return PollingHints(
        interval_s=max(intervals_s, default=None),
        # RSS 0.91 counted hours from 1 to 24.
        skip_hours=frozenset(h % 24 for h in map(int, _HOUR.findall(hours[1])) if h <= 24) if hours else frozenset(),
        skip_days=_DAYS.intersection(d.decode("ascii", "ignore").capitalize() for d in _DAY.findall(days[1]))
        if days
        else frozenset(),
    )


def _ttl_s(head: bytes) -> int | None:
    match = _TTL.search(head)
    return int(match[1]) * 60 if match else None


def _syndication_s(head: bytes) -> int | None:
    period = _PERIOD.search(head)
    seconds = _PERIODS_S.get(period[1].lower()) if period else None
    if seconds is None:
        return None
    frequency = _FREQUENCY.search(head)
    return seconds // max(1, int(frequency[1]) if frequency else 1)
