"""Decide which days of a website are read next, and when. Pure: takes `now`, touches nothing.

Providers correct figures for two days, so each daily read begins with the last three days again. The first one goes
back HISTORY_DAYS in chunks, the newest first, so a page has figures after the first chunk. Called by
website/reading.py.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

SETTLING_DAYS = 3
HISTORY_DAYS = 90
READ_AT = time(5)  # local: providers have counted most of the day before by then
SPREAD_MIN = 120  # over which the daily reads of all websites are spread
RETRY = timedelta(minutes=15)
MAX_RETRY = timedelta(hours=12)
QUOTA_WAIT = timedelta(hours=1)
MAX_QUOTA_WAIT = timedelta(days=1)

Days = tuple[date, date]


def next_days(read_from: date | None, read_until: date | None, today: date, chunk: int) -> Days | None:
    """Return the first and the last day to read next, None if all are read. `today` is that of the website."""
    yesterday = today - timedelta(days=1)
    if read_from is None or read_until is None or read_until < yesterday:
        first = yesterday - timedelta(days=SETTLING_DAYS - 1)
        if read_from and read_until:
            first = max(min(first, read_until - timedelta(days=SETTLING_DAYS - 2)), read_from)
        return first, min(first + timedelta(days=chunk - 1), yesterday)
    oldest = today - timedelta(days=HISTORY_DAYS)
    if read_from <= oldest:
        return None
    last = read_from - timedelta(days=1)
    return max(last - timedelta(days=chunk - 1), oldest), last


def next_daily(now: datetime, zone: tzinfo, number: int) -> datetime:
    """Return the time of the next daily read (UTC): tomorrow morning in the website's zone."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    at = datetime.combine(tomorrow, READ_AT, zone).astimezone(UTC)
    return at + timedelta(minutes=number % SPREAD_MIN)


def retry_at(now: datetime, failures: int, *, is_quota: bool, retry_after_s: int | None) -> datetime:
    """Return when to try again after a number of failures in a row."""
    if is_quota:
        asked = timedelta(seconds=min(retry_after_s or 0, MAX_QUOTA_WAIT.total_seconds()))
        return now + max(asked, QUOTA_WAIT)
    wait = RETRY * 2 ** min(failures - 1, 10)
    asked = timedelta(seconds=min(retry_after_s or 0, MAX_RETRY.total_seconds()))
    return now + max(min(wait, MAX_RETRY), asked)
