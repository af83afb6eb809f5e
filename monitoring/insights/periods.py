"""Periods and chart buckets in a person's time zone: days begin at local midnight and can have 23, 24 or 25 hours.

In: names, dates and instants with the person's zone. Out: aware UTC instants; `since` is included, `until` is not.
Pure; called by filter_parser.py, filters.py, volume.py and sentiment.py.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from monitoring.content.values import iso_utc

CUSTOM = "custom"
DAYS = {"7d": 7, "30d": 30, "90d": 90}
PERIODS = ("24h", *DAYS, CUSTOM)
BUCKETS = ("hour", "day", "week")
# The finest bucket that leaves a chart readable: 48 hours, 120 days, else weeks.
HOURLY_UP_TO = timedelta(hours=48)
DAILY_UP_TO = timedelta(days=120)
MAX_EDGES = 2000  # twelve weeks of hours, five years of days: more points than a chart has pixels
FIRST_YEAR, LAST_YEAR = 1970, 2999


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the instant at which a local day begins; if clocks skip midnight, the instant at which they do."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def start_of_hour(instant: datetime, zone: tzinfo) -> datetime:
    """Return the instant at which the local hour of `instant` began; offsets such as +05:45 have their own hours."""
    local = instant.astimezone(zone)
    return instant - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def named_period(name: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return (since, until) of "24h" (this hour and the 23 before) or of "7d", "30d", "90d" (today and days before).

    A period begins with a whole bucket: a partial first bar would look like a drop.
    """
    now = now.astimezone(UTC)
    if name == "24h":
        return start_of_hour(now, zone) - timedelta(hours=23), now
    return start_of_day(now.astimezone(zone).date() - timedelta(days=DAYS[name] - 1), zone), now


def previous_period(name: str, since: datetime, until: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the previous period of the same length, at the same local hours."""
    if name == "24h":
        return since - timedelta(hours=24), until - timedelta(hours=24)
    days = DAYS.get(name) or whole_days(since, until, zone)
    if not days:
        return since - (until - since), since
    return same_time_days_before(since, days, zone), same_time_days_before(until, days, zone)


def whole_days(since: datetime, until: datetime, zone: tzinfo) -> int:
    """Return the number of local days in a period, 0 if it does not begin and end at local midnights."""
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    if start_of_day(first, zone) != since or start_of_day(last, zone) != until:
        return 0
    return (last - first).days


def read_instant(text: str, zone: tzinfo, *, is_end: bool) -> datetime:
    """Return the instant of a date, or of an ISO date and time, in the person's zone. An end date is included.

    Raises ValueError for any other text and for years outside FIRST_YEAR to LAST_YEAR.
    """
    if len(text) == len("2026-07-01"):
        instant = start_of_day(date.fromisoformat(text) + timedelta(days=is_end), zone)
    else:
        instant = datetime.fromisoformat(text)
        instant = (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"{instant.year} is out of range")
    return instant


def write_period(since: datetime, until: datetime, zone: tzinfo) -> tuple[str, str]:
    """Return ("from", "to") for `read_instant`: dates if the period is whole days, else UTC instants."""
    days = whole_days(since, until, zone)
    if not days:
        return iso_utc(since), iso_utc(until)
    first = since.astimezone(zone).date()
    return first.isoformat(), (first + timedelta(days=days - 1)).isoformat()


def fitting_bucket(since: datetime, until: datetime, wanted: str | None = None) -> str:
    """Return the wanted bucket, a coarser one if it gives over MAX_EDGES points; without one, the bucket by length."""
    length = until - since
    if wanted == "hour" and length > MAX_EDGES * timedelta(hours=1):
        wanted = "day"
    if wanted == "day" and length > MAX_EDGES * timedelta(days=1):
        wanted = "week"
    return wanted or ("hour" if length <= HOURLY_UP_TO else "day" if length <= DAILY_UP_TO else "week")


def bucket_starts(since: datetime, until: datetime, zone: tzinfo, bucket: str) -> list[datetime]:
    """Return the instants at which the buckets that cover [since, until) begin; the first may begin before `since`.

    Hours step in elapsed time, so the repeated hour in autumn is two buckets; days and weeks (from Monday) step in
    the local calendar, so a day has 23, 24 or 25 hours.
    """
    if bucket == "hour":
        first = start_of_hour(since, zone)
        count = -((first - until) // timedelta(hours=1))
        return [first + timedelta(hours=number) for number in range(max(count, 1))]
    day = since.astimezone(zone).date()
    step = timedelta(days=1)
    if bucket == "week":
        day -= timedelta(days=day.weekday())
        step = timedelta(days=7)
    starts = [start_of_day(day, zone)]
    while (following := start_of_day(day := day + step, zone)) < until:
        starts.append(following)
    # A day that a zone skipped (a move across the date line) would begin when the next one does.
    return [start for start, following in pairwise(starts) if start != following] + starts[-1:]


def same_time_days_before(instant: datetime, days: int, zone: tzinfo) -> datetime:
    """Return the same local time a number of days earlier."""
    local = instant.astimezone(zone).replace(tzinfo=None) - timedelta(days=days)
    return local.replace(tzinfo=zone).astimezone(UTC)
