"""Store entries as documents, sightings and mentions: idempotent, and safe to kill at any point.

Batches of entries in, counts of stored rows out. Called by polling/save.py and by the sample project. New entries are
found and cleaned before the transaction; inside it they are matched and inserted in key order, so writers can't
deadlock.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from monitoring.content.clean import clean
from monitoring.content.language import identify
from monitoring.content.urls import canonical_url
from monitoring.ingest.backlog import backlog_ids, publication
from monitoring.ingest.documents import FIND_SIGHTINGS, insert_documents
from monitoring.ingest.keys import key_of
from monitoring.ingest.mentions import insert_mentions
from monitoring.ingest.project_lock import lock_project_shared
from monitoring.ingest.records import Batch, NewEntry, Stored
from monitoring.ingest.statements import columns_of
from monitoring.matching.keyword_index import Matcher, tracked_keywords, tracked_languages
from monitoring.query import Doc
from monitoring.records import Entry

_INSERT_SIGHTINGS = """
INSERT INTO monitoring_documentsource (document_id, source_id, native_key, published, published_is_known)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::timestamptz[], %s::boolean[])
ON CONFLICT (source_id, native_key) DO NOTHING
"""


def store(batches: Iterable[Batch]) -> dict[int, Stored]:
    """Store the new entries of these batches in one transaction. Return counts by source id.

    Safe to repeat: a source's native ids, a project's documents and a keyword's mentions are unique.
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
    entries = list({(new.batch.source_id, new.native_key): new for new in entries}.values())
    entries.sort(key=lambda new: (new.batch.project_id, new.address_key.int, new.batch.source_id))
    with transaction.atomic():
        _match(entries)
        inserted = insert_documents(entries)
        _insert_sightings(entries)
        _insert_mentions(inserted)
    return _count(entries, inserted)


def _unseen(batches: list[Batch]) -> list[tuple[Batch, dict[UUID, Entry]]]:
    keyed = [(batch, {key_of(entry.native_id): entry for entry in batch.entries}) for batch in batches]
    pairs = [(batch.source_id, key) for batch, entries in keyed for key in entries]
    seen = set()
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(FIND_SIGHTINGS, columns_of(pairs))
            seen = {(source_id, key) for source_id, key, _ in cursor.fetchall()}
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


def _insert_sightings(entries: list[NewEntry]) -> None:
    rows = [
        (new.document_id, new.batch.source_id, new.native_key, new.published, new.published_is_known)
        for new in entries
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_SIGHTINGS, columns_of(rows))


def _insert_mentions(inserted: list[NewEntry]) -> None:
    rows = [
        (keyword_id, new.document_id, new.is_backlog)
        for new in inserted
        for keyword_id in new.keywords
        if new.document_id is not None
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
