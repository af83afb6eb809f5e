"""Records between polling and storing: batches of entries in, counts of stored rows out."""

from dataclasses import dataclass
from datetime import datetime

from monitoring.records import Entry


@dataclass(frozen=True, slots=True)
class Batch:
    """The entries of one source from one poll.

    Entries older than `since` (UTC) are backlog, none if it is None. `max_undated` is how many entries without a date
    can be new in one poll: 0 for a source that usually has dates, None for any number. See ingest/backlog.py.
    """

    source_id: int
    project_id: int
    entries: tuple[Entry, ...]
    platform: str = "feed"
    language: str = ""
    since: datetime | None = None
    max_undated: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """Counts of a source's stored entries: `new` ones (a document, or a sighting of a known one) and `mentions`."""

    new: int = 0
    mentions: int = 0
