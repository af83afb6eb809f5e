"""Records between polling and storing: batches of entries in, counts of stored rows out."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from monitoring.content.clean import safe_html
from monitoring.ingest.search_index import words_of
from monitoring.records import Entry, Item


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


@dataclass(slots=True)
class NewEntry:
    """An entry not yet seen at its source, with everything that storing it needs.

    `published` (UTC) is the time of the poll if it isn't known. `document_id` is set when its document is found or
    inserted (documents.py).
    """

    batch: Batch
    entry: Entry
    item: Item
    native_key: UUID
    address_key: UUID
    published: datetime
    published_is_known: bool
    is_backlog: bool
    variant: int = 0
    document_id: int | None = None
    keywords: list[int] = field(default_factory=list)

    @property
    def words(self) -> str | None:
        """The words for the search index if a keyword matches; search_index.py adds the others' soon after."""
        return words_of(self.item.title, self.item.text) if self.keywords else None

    @property
    def html(self) -> str:
        """Sanitized HTML to display if a keyword matches, else ""."""
        return safe_html(self.entry) if self.keywords else ""
