"""Periods of time as people mean them: the last seven days begin at a local midnight, a bucket of the chart is a local
day however many hours it has.

In: names, dates and instants with the person's zone. Out: aware UTC instants, always half-open (`since` is in,
`until` is out). Pure; called by filters.py and series.py.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

CUSTOM = "custom"
DAYS = {"7d": 7, "30d": 30, "90d": 90}
PERIODS = ("24h", *DAYS, CUSTOM)
BUCKETS = ("hour", "day", "week")
# The finest bucket that still gives a chart people can read: 48 hours, or 120 days, or weeks.
HOURLY_UP_TO = timedelta(hours=48)
DAILY_UP_TO = timedelta(days=120)
MAX_EDGES = 2000  # twelve weeks of hours, five years of days: more points than pixels helps nobody
FIRST_YEAR, LAST_YEAR = 1970, 2999


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """The instant at which a local day begins; where clocks skip midnight, the instant at which they skip it."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def start_of_hour(instant: datetime, zone: tzinfo) -> datetime:
    """The instant at which the local hour of `instant` began. Works on the clock's minutes: zones of +05:45 exist."""
    local = instant.astimezone(zone)
    return instant - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


def named_period(name: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """(since, until) of "24h" (the current hour and the 23 before it) or of "7d", "30d", "90d" (today and the days
    before it). Whole buckets at the left, so that no chart begins with a bar that is small for no reason.
    """
    now = now.astimezone(UTC)
    if name == "24h":
        return start_of_hour(now, zone) - timedelta(hours=23), now
    return start_of_day(now.astimezone(zone).date() - timedelta(days=DAYS[name] - 1), zone), now


def previous_period(name: str, since: datetime, until: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The equal period before, at the same hours and weekdays: Tuesday 10:00 is compared with last Tuesday 10:00."""
    if name == "24h":
        return since - timedelta(hours=24), until - timedelta(hours=24)
    days = DAYS.get(name) or whole_days(since, until, zone)
    if not days:
        return since - (until - since), since
    return _days_before(since, days, zone), _days_before(until, days, zone)


def whole_days(since: datetime, until: datetime, zone: tzinfo) -> int:
    """How many local days the period is made of; 0 where it does not begin and end at local midnights."""
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    if start_of_day(first, zone) != since or start_of_day(last, zone) != until:
        return 0
    return (last - first).days


def read_instant(text: str, zone: tzinfo, *, is_end: bool) -> datetime:
    """A date or an ISO date and time in the person's zone. A date as the end means all of that day.

    Raises ValueError for anything else, and for years in which nothing can have been published.
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
    """The inverse of two `read_instant`s: dates where the period is whole days, else UTC instants."""
    days = whole_days(since, until, zone)
    if not days:
        return tuple(instant.astimezone(UTC).isoformat().replace("+00:00", "Z") for instant in (since, until))
    first = since.astimezone(zone).date()
    return first.isoformat(), (first + timedelta(days=days - 1)).isoformat()


def fitting_bucket(since: datetime, until: datetime, wanted: str | None = None) -> str:
    """The bucket for a period: the wanted one unless it gives too many points, else by the length."""
    length = until - since
    if wanted == "hour" and length > MAX_EDGES * timedelta(hours=1):
        wanted = "day"
    if wanted == "day" and length > MAX_EDGES * timedelta(days=1):
        wanted = "week"
    return wanted or ("hour" if length <= HOURLY_UP_TO else "day" if length <= DAILY_UP_TO else "week")


def bucket_starts(since: datetime, until: datetime, zone: tzinfo, bucket: str) -> list[datetime]:
    """The instants at which the buckets that cover [since, until) begin; the first may begin before `since`.

    Hours step in elapsed time, so the hour that is lived twice in autumn is two buckets; days and weeks (from Monday)
    step in the local calendar, so a day has 23, 24 or 25 hours.
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
    # A country that moved across the date line skipped a day: it would begin when the next one does.
    return [start for start, following in pairwise([*starts, None]) if start != following]


def _days_before(instant: datetime, days: int, zone: tzinfo) -> datetime:
    """The same local time some days earlier."""
    local = instant.astimezone(zone).replace(tzinfo=None) - timedelta(days=days)
    return local.replace(tzinfo=zone).astimezone(UTC)
