"""Insert the documents of new entries: one for each item at an address. Called by ingest/store.py.

Within a source, entries with different ids are different documents, even at one address. Across sources, an entry
belongs to a document if address and text agree (content/sameness.py). The first document of an address has the variant
0: of two workers that store one item at the same time, the second conflicts and finds the document of the first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from monitoring.content.sameness import Texts, is_same_item
from monitoring.content.urls import fragment_of
from monitoring.ingest.counts import bounded
from monitoring.ingest.keys import variant_of
from monitoring.ingest.mentions import LANGUAGE_LENGTH
from monitoring.ingest.records import NewEntry
from monitoring.ingest.search_index import VECTOR
from monitoring.ingest.statements import columns_of

# Rows per INSERT: bounds the size of a statement, since texts have up to 200,000 characters.
PAGE = 200
# Documents of an address that an entry is compared with, the newest: a status page may have thousands.
COMPARED = 20

_COLUMNS = {
    "project_id": "bigint",
    "address_key": "uuid",
    "variant": "bigint",
    "source_id": "bigint",
    "platform": "text",
    "url": "text",
    "title": "text",
    "text": "text",
    "is_truncated": "boolean",
    "html": "text",
    "author": "text",
    "author_url": "text",
    "followers": "integer",
    "language": "text",
    "engagement": "integer",
    "kind": "text",
    "author_handle": "text",
    "likes": "integer",
    "replies": "integer",
    "shares": "integer",
    "views": "integer",
    "reply_to": "text",
    "thread": "text",
    "rating": "float8",
    "country": "text",
    "published": "timestamptz",
    "published_is_known": "boolean",
    "written_by_id": "bigint",
    "deleted_at": "timestamptz",
}
_NAMES = ", ".join(_COLUMNS)
_KEY = "project_id, address_key, variant"
# unnest keeps the order of its arrays, so rows are inserted in key order.
_INSERT = f"""
INSERT INTO monitoring_document ({_NAMES}, fetched_at, search)
SELECT {_NAMES}, clock_timestamp(), {VECTOR.format("words")}
FROM unnest({", ".join(f"%s::{type_}[]" for type_ in _COLUMNS.values())}, %s::text[]) AS new ({_NAMES}, words)
WHERE new.variant <> 0 OR NOT EXISTS (
    SELECT FROM monitoring_document d WHERE d.project_id = new.project_id AND d.address_key = new.address_key
)
ON CONFLICT ({_KEY}) WHERE address_key IS NOT NULL DO NOTHING RETURNING {_KEY}, id
"""
_FIND = f"""
SELECT {_KEY}, id FROM monitoring_document
JOIN unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS wanted ({_KEY}) USING ({_KEY})
"""
_FIND_SIGHTINGS = """
SELECT source_id, native_key, document_id FROM monitoring_documentsource
JOIN unnest(%s::bigint[], %s::uuid[]) AS wanted (source_id, native_key) USING (source_id, native_key)
"""
_FIND_AT_ADDRESSES = """
SELECT wanted.project_id, wanted.address_key, d.id, d.deleted_at IS NOT NULL, d.url, d.title, d.text,
    ARRAY(SELECT s.source_id FROM monitoring_documentsource s WHERE s.document_id = d.id)
FROM unnest(%s::bigint[], %s::uuid[]) AS wanted (project_id, address_key)
CROSS JOIN LATERAL (
    SELECT * FROM monitoring_document
    WHERE project_id = wanted.project_id AND address_key = wanted.address_key ORDER BY id DESC LIMIT %s
) d
"""


@dataclass(slots=True)
class _Candidate:
    """A document that entries may belong to: a stored one with its id, or a new one with its first entry.

    `is_deleted`: deleted on its platform, which another source may not know yet. Nobody can tell what it said.
    """

    url: str
    texts: Texts
    sources: set[int]
    id: int | None = None
    is_deleted: bool = False
    entries: list[NewEntry] = field(default_factory=list)

    def has(self, new: NewEntry, texts: Texts) -> bool:
        """Return whether an entry is this document. Its source then shows no other entry as this document."""
        if self.is_deleted:
            return True
        if new.batch.source_id in self.sources or not is_same_item(self.texts, texts):
            return False
        # Two parts of a page may have one title ("Bug fixes"), so titles alone decide nothing.
        has_texts = bool(self.texts.text_words and texts.text_words)
        return has_texts or fragment_of(self.url) == fragment_of(new.item.url)

    def add(self, new: NewEntry) -> None:
        self.sources.add(new.batch.source_id)
        self.entries.append(new)


def insert_documents(cursor: CursorWrapper, entries: list[NewEntry]) -> list[NewEntry]:
    """Set the `document_id` of every entry. Return the entries whose document is new.

    The entries are in the order of their keys, so two writers can't deadlock.
    """
    groups = [list(group) for _, group in groupby(entries, key=lambda new: (new.batch.project_id, new.address_key))]
    inserted = _insert(cursor, [group[0] for group in groups])
    crowded = [group for group in groups if len(group) > 1 or group[0].document_id is None]
    if crowded:
        inserted += _place(cursor, crowded)
    return inserted


def _place(cursor: CursorWrapper, groups: list[list[NewEntry]]) -> list[NewEntry]:
    """Find or insert the documents of entries whose address has other entries or a document. Return the new ones."""
    _find_stored_meanwhile(cursor, [new for group in groups for new in group if new.document_id is None])
    addresses = [(group[0].batch.project_id, group[0].address_key) for group in groups]
    found: dict[tuple[int, UUID], list[_Candidate]] = {address: [] for address in addresses}
    cursor.execute(_FIND_AT_ADDRESSES, [*columns_of(addresses), COMPARED])
    for project_id, key, document_id, is_deleted, url, title, text, sources in cursor.fetchall():
        candidate = _Candidate(url, Texts(title, text), set(sources), document_id, is_deleted)
        found[project_id, key].append(candidate)
    created: list[_Candidate] = []
    for address, group in zip(addresses, groups, strict=True):
        stored = found[address]
        for one in stored:
            one.sources.update(new.batch.source_id for new in group if new.document_id == one.id)
        for new in group:
            if new.document_id is None:
                created += _join(stored, new)
    inserted = _insert(cursor, [one.entries[0] for one in created])
    _find_ids(cursor, [one.entries[0] for one in created])
    for one in created:
        for new in one.entries:
            new.document_id = one.entries[0].document_id
    return inserted


def _find_stored_meanwhile(cursor: CursorWrapper, entries: list[NewEntry]) -> None:
    """Set the documents of entries that another worker has stored since they were found to be new."""
    by_key = {(new.batch.source_id, new.native_key): new for new in entries}
    if by_key:
        cursor.execute(_FIND_SIGHTINGS, columns_of(list(by_key)))
        for source_id, native_key, document_id in cursor.fetchall():
            by_key[source_id, native_key].document_id = document_id


def _join(candidates: list[_Candidate], new: NewEntry) -> Iterable[_Candidate]:
    """Add an entry to the document that it is, else to a new one, which is returned."""
    texts = Texts(new.item.title, new.item.text)
    same = next((one for one in candidates if one.has(new, texts)), None)
    if same:
        same.add(new)
        new.document_id = same.id
        return []
    new.variant = variant_of(new.batch.source_id, new.native_key)
    own = _Candidate(new.item.url, texts, {new.batch.source_id}, entries=[new])
    candidates.append(own)
    return [own]


def _insert(cursor: CursorWrapper, entries: list[NewEntry]) -> list[NewEntry]:
    """Insert a document for each entry, unless its key is taken. Set `document_id`, and return those inserted."""
    by_key = {_key(new): new for new in sorted(entries, key=_key)}
    rows = [_row(new) for new in by_key.values()]
    inserted = []
    for start in range(0, len(rows), PAGE):
        cursor.execute(_INSERT, columns_of(rows[start : start + PAGE]))
        for *key, document_id in cursor.fetchall():
            new = by_key[key[0], key[1], key[2]]
            new.document_id = document_id
            inserted.append(new)
    return inserted


def _find_ids(cursor: CursorWrapper, entries: list[NewEntry]) -> None:
    """Set the ids of entries whose document was not inserted because it exists: stored before under the same id."""
    missing = {_key(new): new for new in entries if new.document_id is None}
    if missing:
        cursor.execute(_FIND, columns_of(list(missing)))
        for *key, document_id in cursor.fetchall():
            missing[key[0], key[1], key[2]].document_id = document_id


def _key(new: NewEntry) -> tuple[int, UUID, int]:
    return new.batch.project_id, new.address_key, new.variant


def _row(new: NewEntry) -> tuple[object, ...]:
    """Return the values of _COLUMNS and the words for the search index."""
    batch, item = new.batch, new.item
    return (
        batch.project_id,
        new.address_key,
        new.variant,
        batch.source_id,
        batch.platform,
        item.url,
        item.title,
        item.text,
        item.is_truncated,
        new.html,
        item.author,
        item.author_url,
        bounded(item.followers),
        item.language[:LANGUAGE_LENGTH],
        bounded(item.engagement),
        item.kind,
        item.author_handle,
        bounded(item.likes),
        bounded(item.replies),
        bounded(item.shares),
        bounded(item.views),
        item.reply_to,
        item.thread,
        item.rating,
        item.country,
        new.published,
        new.published_is_known,
        new.author_id,
        timezone.now() if new.is_erased else None,
        new.words,
    )
