"""Find the entries of polls that are not stored as they are: most of the work of storing, and none of it needs a lock.

Batches in, `Changes` out. Called by ingest/store.py and polling/save.py. One query finds the sightings of all entries;
those with the same hashes as when last read are neither cleaned nor compared. The others are compared by their clean
texts: an edit changes more than markup, white space and the tracking parameters of links. An entry that another
version of Vigie has read is compared once, which is no edit of the source (edits.py).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from monitoring.content.clean import clean
from monitoring.content.language import with_language
from monitoring.content.native_keys import key_of
from monitoring.content.sameness import Texts
from monitoring.content.urls import address_of, canonical_url
from monitoring.feeds.identity import HASHED
from monitoring.ingest import keys
from monitoring.ingest.backlog import backlog_ids, publication
from monitoring.ingest.counts import has_counts
from monitoring.ingest.keys import DETAILS, content_hash, is_same_reading, url_hash
from monitoring.ingest.records import Batch, Changes, KnownEntry, NewEntry, Recount
from monitoring.ingest.renamed import Shown, is_renamed
from monitoring.ingest.statements import columns_of
from monitoring.matching.keyword_index import tracked_languages
from monitoring.records import Entry, Item

FEED = "feed"
# Sightings of a source among which an entry under a new id is searched by its content, the newest: 0.1 ms, so the
# hashes need no index.
SEARCHED = 300
# Documents of one title and time at a source that an entry under a new id is compared with.
COMPARED = 20

_FIND_SIGHTINGS = """
SELECT source_id, native_key, id, document_id, content_hash, url_hash, is_backlog FROM monitoring_documentsource
JOIN unnest(%s::bigint[], %s::uuid[]) AS wanted (source_id, native_key) USING (source_id, native_key)
"""
_FIND_READ_SOURCES = """
SELECT id FROM unnest(%s::bigint[]) AS row (id)
WHERE EXISTS (SELECT FROM monitoring_documentsource s WHERE s.source_id = row.id)
"""
_DOCUMENT = ", ".join(f"d.{name}" for name in ("id", "source_id", *DETAILS, "url", "title", "text"))
_FIND_DOCUMENTS = f"SELECT {_DOCUMENT} FROM monitoring_document d WHERE id = ANY(%s)"
# Rows without a hash are of a version that stored the time of the poll as the date of undated entries.
_FIND_RENAMED = f"""
WITH wanted AS (
    SELECT * FROM unnest(%(numbers)s::int[], %(sources)s::bigint[], %(dates)s::timestamptz[], %(titles)s::text[],
        %(hashes)s::bigint[]) AS row (number, source_id, published, title, content_hash)
), recent AS MATERIALIZED (
    SELECT s.* FROM (SELECT DISTINCT source_id FROM wanted) w CROSS JOIN LATERAL (
        SELECT id, source_id, document_id, content_hash FROM monitoring_documentsource WHERE source_id = w.source_id
        ORDER BY published DESC LIMIT %(searched)s
    ) s
), other_reading AS MATERIALIZED (
    SELECT r.id, r.source_id, d.title FROM recent r JOIN monitoring_document d ON d.id = r.document_id
    WHERE (r.content_hash & 255) IS DISTINCT FROM %(reading)s
), found AS (
    SELECT wanted.number, s.id FROM wanted JOIN recent s USING (source_id, content_hash)
    UNION
    SELECT wanted.number, s.id FROM wanted CROSS JOIN LATERAL (
        SELECT s.id FROM monitoring_documentsource s
        JOIN monitoring_document d ON d.id = s.document_id AND d.title = wanted.title
        WHERE s.source_id = wanted.source_id AND s.published = wanted.published AND s.published_is_known
        ORDER BY s.id LIMIT %(compared)s
    ) s
    UNION
    SELECT wanted.number, s.id FROM wanted CROSS JOIN LATERAL (
        SELECT id FROM other_reading o WHERE o.source_id = wanted.source_id AND o.title = wanted.title
        ORDER BY id LIMIT %(compared)s
    ) s
)
SELECT found.number, s.id, s.native_key, s.is_backlog, s.content_hash, s.published,
    s.published_is_known AND (s.content_hash IS NOT NULL OR s.published < d.fetched_at - interval '1 minute'),
    {_DOCUMENT}
FROM found JOIN monitoring_documentsource s ON s.id = found.id JOIN monitoring_document d ON d.id = s.document_id
ORDER BY found.number, s.id
"""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A document to compare an entry with. Only the source that it came from edits it."""

    id: int
    source_id: int | None
    details: tuple[Any, ...]
    url: str
    title: str
    text: str

    @classmethod
    def of(cls, row: Sequence[Any]) -> "_Stored":
        """Return the document of a row with the columns of _DOCUMENT."""
        return cls(row[0], row[1], tuple(row[2:-3]), *row[-3:])


@dataclass(slots=True)
class _Unseen:
    """An entry whose id its source has not shown before, clean."""

    batch: Batch
    key: UUID
    entry: Entry
    item: Item
    published: datetime
    published_is_known: bool
    content_hash: int

    def is_same(self, stored: _Stored, published: datetime, published_is_known: bool, is_same_reading: bool) -> bool:
        """Return whether a stored entry of the source is this one."""
        return is_renamed(
            Shown(Texts(self.item.title, self.item.text), self.item.url, self.published, self.published_is_known),
            Shown(Texts(stored.title, stored.text), stored.url, published, published_is_known),
            has_guid=not self.entry.native_id.startswith(HASHED),
            is_same_reading=is_same_reading,
        )


def find_changes(batches: Iterable[Batch]) -> Changes:
    """Return the entries that are new at their source, and the known ones that have changed."""
    now = timezone.now()
    batches = list(batches)
    keyed = [(batch, {key_of(entry.native_id): entry for entry in batch.entries}) for batch in batches]
    pairs = [(batch.source_id, key) for batch, entries in keyed for key in entries]
    if not pairs:
        return Changes()
    languages = tracked_languages({batch.project_id for batch in batches})
    seen = _find_sightings(pairs)
    known, unseen, recounts = [], [], []
    for batch, entries in keyed:
        for key, entry in entries.items():
            found = seen.get((batch.source_id, key))
            if found is None:
                unseen.append(_unseen(batch, key, entry, languages[batch.project_id], now))
                continue
            sighting_id, document_id, old_content, old_url, is_backlog = found
            if batch.platform != FEED and has_counts(entry):
                recounts.append(Recount(batch.source_id, document_id, entry))
            content, url = content_hash(entry), url_hash(entry)
            if (content, url) != (old_content, old_url):
                is_backlog |= old_content is None and _is_old(batch, entry)
                one = KnownEntry(batch, entry, sighting_id, document_id, key, content, url, is_backlog)
                one.is_reread = not is_same_reading(old_content)
                known.append(one)
    _compare(known, languages)
    renamed = _find_renamed(unseen, set(pairs))
    new = [one for one in unseen if (one.batch.source_id, one.key) not in renamed]
    return Changes(_new_entries(batches, new, now), known + list(renamed.values()), recounts)


def _find_sightings(pairs: list[tuple[int, UUID]]) -> dict[tuple[int, UUID], tuple[int, int, int | None, int, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_FIND_SIGHTINGS, columns_of(pairs))
        return {(source_id, key): tuple(rest) for source_id, key, *rest in cursor.fetchall()}


def _item(batch: Batch, entry: Entry, languages: frozenset[str]) -> Item:
    return with_language(clean(entry, batch.language), languages)


def _unseen(batch: Batch, key: UUID, entry: Entry, languages: frozenset[str], now: datetime) -> _Unseen:
    item = _item(batch, entry, languages)
    return _Unseen(batch, key, entry, item, *publication(item.published, now), content_hash(entry))


def _is_old(batch: Batch, entry: Entry) -> bool:
    """Return whether an entry that was stored before Vigie noted its backlog is dated before its source was added."""
    return bool(batch.since and entry.published and entry.published < batch.since)


def _new_entries(batches: list[Batch], unseen: list[_Unseen], now: datetime) -> list[NewEntry]:
    by_batch: dict[int, list[_Unseen]] = {}
    for one in unseen:
        by_batch.setdefault(id(one.batch), []).append(one)
    new = []
    for batch in batches:
        own = by_batch.get(id(batch), [])
        backlog = backlog_ids(batch, [one.entry for one in own], now)
        new += [
            NewEntry(
                batch=batch,
                entry=one.entry,
                item=one.item,
                native_key=one.key,
                address_key=_address_key(batch, one.item),
                published=one.published,
                published_is_known=one.published_is_known,
                is_backlog=one.entry.native_id in backlog,
                content_hash=one.content_hash,
                url_hash=url_hash(one.entry),
            )
            for one in own
        ]
    return new


def _address_key(batch: Batch, item: Item) -> UUID:
    return key_of(canonical_url(item.url) or f"{batch.platform} {batch.source_id} {item.native_id}")


def _compare(known: list[KnownEntry], languages: dict[int, frozenset[str]]) -> None:
    """Compare entries whose hashes have changed with their documents."""
    if not known:
        return
    with connection.cursor() as cursor:
        cursor.execute(_FIND_DOCUMENTS, [[one.document_id for one in known]])
        stored = {row[0]: _Stored.of(row) for row in cursor.fetchall()}
    uses = Counter((one.batch.source_id, one.document_id) for one in known)
    for one in known:
        document = stored.get(one.document_id)
        # Earlier versions stored several entries at one address as one document.
        is_unclear = one.is_reread and uses[one.batch.source_id, one.document_id] > 1
        if document and document.source_id == one.batch.source_id and not is_unclear:
            _set_changes(one, document, _item(one.batch, one.entry, languages[one.batch.project_id]))


def _set_changes(one: KnownEntry, stored: _Stored, item: Item) -> None:
    if stored.source_id != one.batch.source_id:
        return
    one.is_edited = (item.title, item.text) != (stored.title, stored.text)
    if item.url and address_of(item.url) != address_of(stored.url):
        one.address_key = _address_key(one.batch, item)
    # A field that is missing now keeps its last value: a search often returns less of a post than its page.
    details = {name: getattr(item, name) or last for name, last in zip(DETAILS, stored.details, strict=True)}
    one.has_new_details = tuple(details.values()) != stored.details
    if one.is_edited or one.address_key or one.has_new_details:
        one.item = replace(item, **details)


def _find_renamed(unseen: list[_Unseen], in_feed: set[tuple[int, UUID]]) -> dict[tuple[int, UUID], KnownEntry]:
    """Return the entries that their source has shown under another id, which its feed no longer has.

    Other platforms return new posts only, so an id that is missing means nothing, and many people post one text.
    """
    feeds = {one.batch.source_id for one in unseen if one.batch.platform == FEED}
    if not feeds:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FIND_READ_SOURCES, [list(feeds)])
        read = {source_id for (source_id,) in cursor.fetchall()}
        unseen = [one for one in unseen if one.batch.source_id in read]
        if not unseen:
            return {}
        parameters: dict[str, Any] = {
            "numbers": list(range(len(unseen))),
            "sources": [one.batch.source_id for one in unseen],
            "dates": [one.published if one.published_is_known else None for one in unseen],
            "titles": [one.item.title for one in unseen],
            "hashes": [one.content_hash for one in unseen],
            "searched": SEARCHED,
            "compared": COMPARED,
            "reading": keys.READING,
        }
        cursor.execute(_FIND_RENAMED, parameters)
        rows = cursor.fetchall()
    found: dict[tuple[int, UUID], KnownEntry] = {}
    taken: set[int] = set()
    # Where several entries have one title, each takes the one at its address first.
    rows.sort(key=lambda row: address_of(row[-3]) != address_of(unseen[row[0]].item.url))
    for number, sighting_id, native_key, is_backlog, old_content, published, is_known, *document in rows:
        one, stored = unseen[number], _Stored.of(document)
        place = one.batch.source_id, one.key
        if place in found or sighting_id in taken or (one.batch.source_id, native_key) in in_feed:
            continue
        is_reread = not is_same_reading(old_content)
        if one.is_same(stored, published, is_known, not is_reread):
            taken.add(sighting_id)
            found[place] = KnownEntry(
                batch=one.batch,
                entry=one.entry,
                sighting_id=sighting_id,
                document_id=stored.id,
                native_key=one.key,
                content_hash=one.content_hash,
                url_hash=url_hash(one.entry),
                is_backlog=is_backlog,
                is_reread=is_reread,
            )
            _set_changes(found[place], stored, one.item)
    return found
