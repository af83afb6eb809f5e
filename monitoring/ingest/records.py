"""Records between polling and storing: batches of entries in, counts of stored rows out."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from monitoring.content.clean import safe_html
from monitoring.ingest.search_index import words_of
from monitoring.matching.keyword_index import doc_of_item
from monitoring.platforms.rechecks import RecheckPolicy
from monitoring.query import Doc
from monitoring.records import Entry, Item


@dataclass(frozen=True, slots=True)
class Batch:
    """The entries of one source from one poll.

    Entries older than `since` (UTC) are backlog, none if it is None. `max_undated` is how many entries without a date
    can be new in one poll: 0 for a source that usually has dates, None for any number. See ingest/backlog.py.
    `recheck` is the platform's policy, None if it can't look items up again.
    """

    source_id: int
    project_id: int
    entries: tuple[Entry, ...]
    platform: str = "feed"
    language: str = ""
    since: datetime | None = None
    max_undated: int | None = None
    recheck: RecheckPolicy | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """Counts of a source's stored entries: `new` ones (a document, or a sighting of a known one), `edited` ones, and
    the `mentions` found in them. `waiting` are edits that a later poll has to read again (edits.py).
    """

    new: int = 0
    mentions: int = 0
    edited: int = 0
    waiting: int = 0


@dataclass(slots=True)
class NewEntry:
    """An entry not yet seen at its source, with everything that storing it needs.

    `published` (UTC) is the time of the poll if it isn't known. `document_id` is set when its document is found or
    inserted (documents.py), `author_id` by authors.py, which also sets `is_erased`: nothing of it may be stored.
    """

    batch: Batch
    entry: Entry
    item: Item
    native_key: UUID
    address_key: UUID
    published: datetime
    published_is_known: bool
    is_backlog: bool
    content_hash: int
    url_hash: int
    variant: int = 0
    document_id: int | None = None
    author_id: int | None = None
    is_erased: bool = False
    keywords: list[int] = field(default_factory=list)

    @property
    def doc(self) -> Doc:
        """The entry in the matcher's form."""
        return doc_of_item(self.item, self.batch.platform)

    @property
    def words(self) -> str | None:
        """The words for the search index if a keyword matches; search_index.py adds the others' soon after."""
        return words_of(self.item.title, self.item.text) if self.keywords else None

    @property
    def html(self) -> str:
        """Sanitized HTML to display if a keyword matches, else ""."""
        return safe_html(self.entry) if self.keywords else ""


@dataclass(slots=True)
class KnownEntry:
    """An entry that its source has shown before, and that is not as it was then: edits.py updates what is stored.

    Its sighting gets `native_key` and the hashes. `item` is set if its document may change: the title or the text
    (`is_edited`), the address (`address_key`), or other fields (`has_new_details`). `is_reread` if another version of
    Vigie has read it: a difference may then come from the reading.
    """

    batch: Batch
    entry: Entry
    sighting_id: int
    document_id: int
    native_key: UUID
    content_hash: int
    url_hash: int
    is_backlog: bool = False
    item: Item | None = None
    is_edited: bool = False
    has_new_details: bool = False
    is_reread: bool = False
    address_key: UUID | None = None
    author_id: int | None = None
    keywords: list[int] = field(default_factory=list)

    @property
    def doc(self) -> Doc:
        """The entry in the matcher's form. Only for one with an `item`."""
        assert self.item is not None
        return doc_of_item(self.item, self.batch.platform)


@dataclass(frozen=True, slots=True)
class Recount:
    """A known entry whose platform gives counts, which may have changed (counts.py)."""

    source_id: int
    document_id: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Changes:
    """The entries of some batches that are not stored as they are: new ones, and known ones that have changed.

    `recounts` are all known entries with counts, changed or not.
    """

    new: list[NewEntry] = field(default_factory=list)
    known: list[KnownEntry] = field(default_factory=list)
    recounts: list[Recount] = field(default_factory=list)

    def of_sources(self, source_ids: set[int]) -> "Changes":
        """Return the changes of these sources."""
        return Changes(
            [one for one in self.new if one.batch.source_id in source_ids],
            [one for one in self.known if one.batch.source_id in source_ids],
            [one for one in self.recounts if one.source_id in source_ids],
        )
