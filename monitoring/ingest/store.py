"""Store entries as documents, sightings and mentions: idempotent, and safe to kill at any point.

Batches of entries in, counts of stored rows out. Called by polling/save.py and by the sample project. New entries are
found and cleaned before the transaction; inside it they are matched and inserted in key order, so writers can't
deadlock.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from monitoring.content.clean import clean, safe_html
from monitoring.content.language import identify
from monitoring.content.urls import canonical_url
from monitoring.ingest.backlog import backlog_ids, publication
from monitoring.ingest.keys import key_of
from monitoring.ingest.mentions import LANGUAGE_LENGTH, insert_mentions
from monitoring.ingest.project_lock import lock_project_shared
from monitoring.ingest.records import Batch, Stored
from monitoring.ingest.search_index import VECTOR, words_of
from monitoring.matching.keyword_index import Matcher, tracked_keywords, tracked_languages
from monitoring.query import Doc
from monitoring.records import Entry, Item

# Rows per INSERT: bounds the size of a statement, since texts have up to 200,000 characters.
PAGE = 200
MAX_COUNT = 2**31 - 1

_DOCUMENT_COLUMNS = {
    "project_id": "bigint",
    "address_key": "uuid",
    "source_id": "bigint",
    "platform": "text",
    "url": "text",
    "title": "text",
    "text": "text",
    "html": "text",
    "author": "text",
    "author_url": "text",
    "followers": "integer",
    "language": "text",
    "engagement": "integer",
    "published": "timestamptz",
    "published_is_known": "boolean",
}
# unnest keeps the order of its arrays, so rows are inserted in key order.
_INSERT_DOCUMENTS = f"""
INSERT INTO monitoring_document ({", ".join(_DOCUMENT_COLUMNS)}, fetched_at, search)
SELECT {", ".join(_DOCUMENT_COLUMNS)}, clock_timestamp(), {VECTOR.format("words")}
FROM unnest({", ".join(f"%s::{type_}[]" for type_ in _DOCUMENT_COLUMNS.values())}, %s::text[])
    AS new ({", ".join(_DOCUMENT_COLUMNS)}, words)
ON CONFLICT (project_id, address_key) DO NOTHING RETURNING project_id, address_key, id
"""
_FIND_DOCUMENTS = """
SELECT project_id, address_key, id FROM monitoring_document
JOIN unnest(%s::bigint[], %s::uuid[]) AS wanted (project_id, address_key) USING (project_id, address_key)
"""
_FIND_SIGHTINGS = """
SELECT source_id, native_key FROM monitoring_documentsource
JOIN unnest(%s::bigint[], %s::uuid[]) AS wanted (source_id, native_key) USING (source_id, native_key)
"""
_INSERT_SIGHTINGS = """
INSERT INTO monitoring_documentsource (document_id, source_id, native_key, published, published_is_known)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::timestamptz[], %s::boolean[])
ON CONFLICT (source_id, native_key) DO NOTHING
"""


@dataclass(slots=True)
class NewEntry:
    """An entry not yet seen at its source, with everything that storing it needs.

    `published` (UTC) is the time of the poll if it isn't known.
    """

    batch: Batch
    entry: Entry
    item: Item
    native_key: UUID
    address_key: UUID
    published: datetime
    published_is_known: bool
    is_backlog: bool
    keywords: list[int] = field(default_factory=list)

    @property
    def words(self) -> str | None:
        """The words for the search index if a keyword matches; search_index.py adds the others' soon after."""
        return words_of(self.item.title, self.item.text) if self.keywords else None

    @property
    def html(self) -> str:
        """Sanitized HTML to display if a keyword matches, else ""."""
        return safe_html(self.entry) if self.keywords else ""


def store(batches: Iterable[Batch]) -> dict[int, Stored]:
    """Store the new entries of these batches in one transaction. Return counts by source id.

    Safe to repeat: a source's native ids, a project's addresses and a keyword's documents are unique.
    """
    return store_new(find_new(batches))


def find_new(batches: Iterable[Batch]) -> list[NewEntry]:
    """Return the entries not yet seen at their source, cleaned: most of the work, and none of it needs a lock."""
    now = timezone.now()
    batches = list(batches)
    languages = tracked_languages({batch.project_id for batch in batches})
    return [
        new
        for batch, entries in _unseen(batches)
        for new in _prepare(batch, entries, languages[batch.project_id], now)
    ]


def store_new(entries: list[NewEntry]) -> dict[int, Stored]:
    """Store the result of `find_new`. Return counts by source id.

    Rows that another worker has stored since are left as they are.
    """
    if not entries:
        return {}
    entries.sort(key=lambda new: (new.batch.project_id, new.address_key.int, new.batch.source_id))
    with transaction.atomic():
        _match(entries)
        inserted, ids = _insert_documents(entries)
        _insert_sightings(entries, ids)
        _insert_mentions(inserted, ids)
    return _count(entries, inserted)


def _unseen(batches: list[Batch]) -> list[tuple[Batch, dict[UUID, Entry]]]:
    keyed = [(batch, {key_of(entry.native_id): entry for entry in batch.entries}) for batch in batches]
    pairs = [(batch.source_id, key) for batch, entries in keyed for key in entries]
    seen = set()
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(_FIND_SIGHTINGS, _columns(pairs))
            seen = set(cursor.fetchall())
    return [
        (batch, {key: entry for key, entry in entries.items() if (batch.source_id, key) not in seen})
        for batch, entries in keyed
    ]


def _prepare(batch: Batch, entries: dict[UUID, Entry], languages: frozenset[str], now: datetime) -> list[NewEntry]:
    prepared = []
    backlog = backlog_ids(batch, entries.values(), now)
    for key, entry in entries.items():
        item = clean(entry, batch.language)
        item = replace(item, language=identify(f"{item.title}\n{item.text}", item.language, languages))
        address = canonical_url(item.url) or f"{batch.platform} {batch.source_id} {item.native_id}"
        published, is_known = publication(item.published, now)
        is_backlog = entry.native_id in backlog
        prepared.append(NewEntry(batch, entry, item, key, key_of(address), published, is_known, is_backlog))
    return prepared


def _match(entries: list[NewEntry]) -> None:
    """Set the keywords that match each entry. The lock keeps them unchanged until the transaction ends."""
    projects = {new.batch.project_id for new in entries}
    lock_project_shared(projects)
    matchers = {
        project_id: Matcher(project_id, keywords) for project_id, keywords in tracked_keywords(projects).items()
    }
    for new in entries:
        new.keywords = matchers[new.batch.project_id].keywords_of(_doc(new))


def _insert_documents(entries: list[NewEntry]) -> tuple[list[NewEntry], dict[tuple[int, UUID], int]]:
    """Insert the entries that have no document in their project yet, the first of each address.

    Return the inserted entries, and the document id of every entry by (project id, address key).
    """
    first: dict[tuple[int, UUID], NewEntry] = {}
    for new in entries:
        first.setdefault((new.batch.project_id, new.address_key), new)
    rows = [_document_row(new) for new in first.values()]
    ids: dict[tuple[int, UUID], int] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(rows), PAGE):
            cursor.execute(_INSERT_DOCUMENTS, _columns(rows[start : start + PAGE]))
            ids |= {(project_id, key): document_id for project_id, key, document_id in cursor.fetchall()}
        inserted = [first[key] for key in ids]
        known = [key for key in first if key not in ids]
        if known:
            cursor.execute(_FIND_DOCUMENTS, _columns(known))
            ids |= {(project_id, key): document_id for project_id, key, document_id in cursor.fetchall()}
    return inserted, ids


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    """Return rows as columns, the form of unnest's parameters."""
    return [list(column) for column in zip(*rows, strict=True)]


def _document_row(new: NewEntry) -> tuple[object, ...]:
    """Return the values of _DOCUMENT_COLUMNS."""
    batch, item = new.batch, new.item
    return (
        batch.project_id,
        new.address_key,
        batch.source_id,
        batch.platform,
        item.url,
        item.title,
        item.text,
        new.html,
        item.author,
        item.author_url,
        _bounded(item.followers),
        item.language[:LANGUAGE_LENGTH],
        _bounded(item.engagement),
        new.published,
        new.published_is_known,
        new.words,
    )


def _bounded(count: int | None) -> int | None:
    """Return a count within its column, which holds 32 bits."""
    return None if count is None else min(max(count, 0), MAX_COUNT)


def _insert_sightings(entries: list[NewEntry], ids: dict[tuple[int, UUID], int]) -> None:
    rows = [
        (
            ids[new.batch.project_id, new.address_key],
            new.batch.source_id,
            new.native_key,
            new.published,
            new.published_is_known,
        )
        for new in entries
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_SIGHTINGS, _columns(rows))


def _insert_mentions(inserted: list[NewEntry], ids: dict[tuple[int, UUID], int]) -> None:
    rows = [
        (keyword_id, ids[new.batch.project_id, new.address_key], new.is_backlog)
        for new in inserted
        for keyword_id in new.keywords
    ]
    with connection.cursor() as cursor:
        insert_mentions(cursor, rows)


def _doc(new: NewEntry) -> Doc:
    item = new.item
    return Doc(
        title=item.title,
        text=item.text,
        url=item.url,
        author=item.author,
        language=item.language,
        platform=new.batch.platform,
    )


def _count(entries: list[NewEntry], inserted: list[NewEntry]) -> dict[int, Stored]:
    counts = Counter(new.batch.source_id for new in entries)
    mentions: Counter[int] = Counter()
    for new in inserted:
        mentions[new.batch.source_id] += len(new.keywords)
    return {source_id: Stored(count, mentions[source_id]) for source_id, count in counts.items()}
