"""Store entries as documents, sightings and mentions: idempotent, and safe to kill at any point.

Batches of entries in, counts of stored rows out. Called by polling/save.py and by the sample project. New and changed
entries are found and cleaned before the transaction (find.py); inside it they are matched, inserted in key order
(documents.py) and updated (edits.py), so writers can't deadlock.
"""

from collections import Counter
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from monitoring.ingest.authors import assign_authors
from monitoring.ingest.counts import update_counts
from monitoring.ingest.documents import insert_documents
from monitoring.ingest.edits import Applied, apply
from monitoring.ingest.find import find_changes
from monitoring.ingest.mentions import insert_mentions
from monitoring.ingest.project_lock import lock_edits_shared, lock_project_shared
from monitoring.ingest.raw_items import store_raw
from monitoring.ingest.rechecks import insert_rechecks, wake_unchecked
from monitoring.ingest.records import Batch, Changes, KnownEntry, NewEntry, Stored
from monitoring.ingest.statements import columns_of
from monitoring.matching.keyword_index import Matcher, tracked_keywords

_INSERT_SIGHTINGS = """
INSERT INTO monitoring_documentsource (document_id, source_id, native_key, published, published_is_known, is_backlog,
    content_hash, url_hash)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::timestamptz[], %s::boolean[], %s::boolean[],
    %s::bigint[], %s::bigint[])
ON CONFLICT (source_id, native_key) DO NOTHING
"""


def store(batches: Iterable[Batch]) -> dict[int, Stored]:
    """Store the new and changed entries of these batches in one transaction. Return counts by source id.

    Safe to repeat: a source's native ids, a project's documents and a keyword's mentions are unique.
    """
    return store_changes(find_changes(batches))


def store_changes(changes: Changes) -> dict[int, Stored]:
    """Store the result of `find_changes`. Return counts by source id.

    Rows that another worker has stored since are left as they are.
    """
    new = list({(one.batch.source_id, one.native_key): one for one in changes.new}.values())
    new.sort(key=lambda one: (one.batch.project_id, one.address_key.int, one.batch.source_id, one.native_key.int))
    inserted: list[NewEntry] = []
    applied = Applied()
    if not new and not changes.known and not changes.recounts:
        return {}
    with transaction.atomic(), connection.cursor() as cursor:
        changed = [one for one in changes.known if one.item]
        tracked = _match(new, changed) if new or changed else set()
        assign_authors(cursor, [*new, *changed])
        if new:
            inserted = insert_documents(cursor, new)
            _insert_sightings(cursor, new)
            _insert_mentions(cursor, inserted)
            insert_rechecks(cursor, new, timezone.now())
        if changes.known:
            applied = apply(cursor, changes.known, tracked)
            wake_unchecked(cursor, [one.document_id for one, _keyword_id in applied.found])
        store_raw(cursor, [*inserted, *applied.current], timezone.now())
        update_counts(cursor, changes.recounts)
    return _count(new, inserted, applied)


def _match(new: list[NewEntry], changed: list[KnownEntry]) -> set[int]:
    """Set the keywords that match each entry, and return the ids of all that were matched.

    The locks keep them unchanged until the transaction ends.
    """
    entries: list[NewEntry | KnownEntry] = [*new, *changed]
    projects = {one.batch.project_id for one in entries}
    lock_project_shared(projects)
    if changed:
        lock_edits_shared({one.batch.project_id for one in changed})
    tracked = tracked_keywords(projects)
    matchers = {project_id: Matcher(project_id, keywords) for project_id, keywords in tracked.items()}
    for one in entries:
        one.keywords = matchers[one.batch.project_id].keywords_of(one.doc)
    return {keyword.id for keywords in tracked.values() for keyword in keywords}


def _insert_sightings(cursor: CursorWrapper, entries: list[NewEntry]) -> None:
    rows = [
        (
            new.document_id,
            new.batch.source_id,
            new.native_key,
            new.published,
            new.published_is_known,
            new.is_backlog,
            new.content_hash,
            new.url_hash,
        )
        for new in entries
    ]
    cursor.execute(_INSERT_SIGHTINGS, columns_of(rows))


def _insert_mentions(cursor: CursorWrapper, inserted: list[NewEntry]) -> None:
    rows = [
        (keyword_id, new.document_id, new.is_backlog)
        for new in inserted
        for keyword_id in new.keywords
        if new.document_id is not None
    ]
    insert_mentions(cursor, rows)


def _count(entries: list[NewEntry], inserted: list[NewEntry], applied: Applied) -> dict[int, Stored]:
    new = Counter(one.batch.source_id for one in entries)
    edited = Counter(one.batch.source_id for one in applied.edited)
    waiting = Counter(one.batch.source_id for one in applied.waiting)
    mentions = Counter(one.batch.source_id for one, _ in applied.found)
    for entry in inserted:
        mentions[entry.batch.source_id] += len(entry.keywords)
    return {
        source_id: Stored(new[source_id], mentions[source_id], edited[source_id], waiting[source_id])
        for source_id in new.keys() | edited.keys() | waiting.keys() | mentions.keys()
    }
