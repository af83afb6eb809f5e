"""Records that pass between polling and storing."""

from dataclasses import dataclass
from datetime import datetime

from monitoring.records import Entry


@dataclass(frozen=True, slots=True)
class Batch:
    """The entries of one source from one poll. `since` (UTC): entries older than this are backlog; None for none.
    `is_first`: what has no date is backlog too, being all that a source had when it was added.
    """

    source_id: int
    project_id: int
    entries: tuple[Entry, ...]
    platform: str = "feed"
    language: str = ""
    since: datetime | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a source's entries: `new` documents or new sightings of known ones, and `mentions` made."""

    new: int = 0
    mentions: int = 0
