"""Decide which new entries of a poll are backlog, and which of their dates can be believed. Pure.

A `Batch` and its entries in, native ids of backlog out. Called by ingest/store.py; polling/source_state.py sets what
is usual for a source. Backlog counts in lists and charts and is never notified.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from monitoring.ingest.records import Batch
from monitoring.records import Entry

# The clock of a site may be a little fast; its date is then corrected to the time of the poll.
CLOCK_ERROR = timedelta(minutes=15)
# A date that is less than a day ahead is of today in another time zone: the entry is new, its time unknown.
ZONE_ERROR = timedelta(days=1)
# Programs write a missing date as the first second of their calendar: year 1, 1900 or 1970.
FIRST_DATE = datetime(1970, 1, 3, tzinfo=UTC)
# Entries in the order oldest first, or below a pinned one, come after known ones. More than this in one poll are older
# pages of the feed.
MAX_AFTER_KNOWN = 3


def publication(published: datetime | None, now: datetime) -> tuple[datetime, bool]:
    """Return when an entry was published, and whether that is known; if not, the time is `now`."""
    if published is None or published < FIRST_DATE or published > now + CLOCK_ERROR:
        return now, False
    return min(published, now), True


def is_dated(entry: Entry, now: datetime) -> bool:
    """Return whether the date of an entry says if it is old or new."""
    return entry.published is not None and FIRST_DATE <= entry.published <= now + ZONE_ERROR


def backlog_ids(batch: Batch, new: Iterable[Entry], now: datetime) -> set[str]:
    """Return the native ids of the new entries of a batch that were old when they were found."""
    undated: set[str] = set()
    old: set[str] = set()
    fresh: set[str] = set()
    for entry in new:
        if not is_dated(entry, now):
            undated.add(entry.native_id)
        elif batch.since is not None and entry.published is not None and entry.published < batch.since:
            old.add(entry.native_id)
        else:
            fresh.add(entry.native_id)
    if not undated or batch.max_undated is None:
        return old
    if len(undated) > batch.max_undated:
        return old | undated
    new_ids = undated | old | fresh
    first = {entry.native_id for entry in takewhile(lambda entry: entry.native_id in new_ids, batch.entries)}
    after_known = undated - first
    if first or len(after_known) > MAX_AFTER_KNOWN:
        return old | after_known
    return old
