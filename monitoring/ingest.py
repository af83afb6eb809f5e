"""Entries in, documents and mentions stored: the one way anything gets into Vigie, idempotent and killable.

Called by poll.py with the entries of a few polled sources, and by the sample world. New entries are found, cleaned and
tokenised before the transaction; inside it everything is stored in key order, so writers never deadlock.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import execute_values

from monitoring.discoveries import share_discoveries
from monitoring.feeds.address import canonical_address
from monitoring.feeds.clean import clean
from monitoring.items import Entry, Item
from monitoring.matching import Matcher, watched
from monitoring.query import Doc, search_text

PAGE = 200  # rows an INSERT statement
AUTHOR_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Batch:
    """The entries of one source from one poll. `since` (UTC): entries older than this are backlog; None for none."""

    source_id: int
    project_id: int
    entries: tuple[Entry, ...]
    platform: str = "feed"
    language: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a source's entries: `new` documents or new sightings of known ones, and `mentions` made."""

    new: int = 0
    mentions: int = 0


@dataclass(slots=True)
class _New:
    """An entry not yet seen at its source, on its way to becoming a document."""

    batch: Batch
    item: Item
    native_key: UUID
    address_key: UUID
    published: datetime
    search: str


def store(batches: Iterable[Batch]) -> dict[int, Stored]:
    """Store what is new of these batches, in one transaction. Returns counts by source id.

    Safe to repeat: a source's native ids, a project's addresses and a topic's documents are unique.
    """
    now = timezone.now()
    fresh = [new for batch, entries in _unseen(list(batches)) for new in _prepare(batch, entries, now)]
    if not fresh:
        return {}
    fresh.sort(key=lambda new: (new.batch.project_id, new.address_key.int, new.batch.source_id))
    with transaction.atomic():
        projects = {new.batch.project_id for new in fresh}
        share_discoveries(projects)
        made, ids = _insert_documents(fresh)
        _insert_sightings(fresh, ids)
        mentions = _insert_mentions([new for new in fresh if new in made], ids, projects)
    return _count(fresh, mentions)


def native_key(native_id: str) -> UUID:
    """A source's own id for an entry, as 16 bytes."""
    return UUID(bytes=hashlib.md5(native_id.encode(), usedforsecurity=False).digest())


def _unseen(batches: list[Batch]) -> list[tuple[Batch, dict[UUID, Entry]]]:
    keyed = [(batch, {native_key(entry.native_id): entry for entry in batch.entries}) for batch in batches]
    pairs = [(batch.source_id, key) for batch, entries in keyed for key in entries]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_id, native_key FROM monitoring_documentsource JOIN unnest(%s::bigint[], %s::uuid[])"
            " AS asked (source_id, native_key) USING (source_id, native_key)",
            [[source_id for source_id, _ in pairs], [key for _, key in pairs]],
        )
        seen = set(cursor.fetchall())
    return [
        (batch, {key: entry for key, entry in entries.items() if (batch.source_id, key) not in seen})
        for batch, entries in keyed
    ]


def _prepare(batch: Batch, entries: dict[UUID, Entry], now: datetime) -> list[_New]:
    prepared = []
    for key, entry in entries.items():
        item = clean(entry, batch.language)
        address = canonical_address(item.url) or f"{batch.platform} {batch.source_id} {item.native_id}"
        published = item.published if item.published and item.published <= now else now
        search = search_text(f"{item.title}\n{item.text}")
        prepared.append(_New(batch, item, key, native_key(address), published, search))
    return prepared


def _insert_documents(fresh: list[_New]) -> tuple[list[_New], dict[tuple[int, UUID], int]]:
    """Insert what has no document in its project yet. Returns what was inserted, and every document's id."""
    first: dict[tuple[int, UUID], _New] = {}
    for new in fresh:
        first.setdefault((new.batch.project_id, new.address_key), new)
    rows = [_document_row(new) for new in first.values()]
    with connection.cursor() as cursor:
        inserted = execute_values(
            cursor.cursor,
            "INSERT INTO monitoring_document (project_id, address_key, source_id, platform, url, title, text, html,"
            " author, author_url, followers, language, engagement, published, fetched_at, search) VALUES %s"
            " ON CONFLICT (project_id, address_key) DO NOTHING RETURNING project_id, address_key, id",
            rows,
            "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp(), to_tsvector('simple', %s))",
            PAGE,
            fetch=True,
        )
        ids = {(project_id, key): document_id for project_id, key, document_id in inserted}
        made = [first[key] for key in ids]
        known = [key for key in first if key not in ids]
        if known:
            cursor.execute(
                "SELECT project_id, address_key, id FROM monitoring_document JOIN unnest(%s::bigint[], %s::uuid[])"
                " AS asked (project_id, address_key) USING (project_id, address_key)",
                [[project_id for project_id, _ in known], [key for _, key in known]],
            )
            ids |= {(project_id, key): document_id for project_id, key, document_id in cursor.fetchall()}
    return made, ids


def _document_row(new: _New) -> tuple[object, ...]:
    batch, item = new.batch, new.item
    return (
        batch.project_id,
        new.address_key,
        batch.source_id,
        batch.platform,
        item.url,
        item.title,
        item.text,
        item.html,
        item.author,
        item.author_url,
        item.followers,
        item.language,
        item.engagement,
        new.published,
        new.search,
    )


def _insert_sightings(fresh: list[_New], ids: dict[tuple[int, UUID], int]) -> None:
    rows = [
        (ids[new.batch.project_id, new.address_key], new.batch.source_id, new.native_key, new.published)
        for new in fresh
    ]
    with connection.cursor() as cursor:
        execute_values(
            cursor.cursor,
            "INSERT INTO monitoring_documentsource (document_id, source_id, native_key, published) VALUES %s"
            " ON CONFLICT (source_id, native_key) DO NOTHING",
            rows,
            page_size=PAGE,
        )


def _insert_mentions(made: list[_New], ids: dict[tuple[int, UUID], int], projects: set[int]) -> list[tuple[int, int]]:
    """Match the new documents and store their mentions. Returns a (source id, topic id) for each mention made."""
    matchers = {project_id: Matcher(project_id, topics) for project_id, topics in watched(projects).items()}
    matched = [(new, topic_id) for new in made for topic_id in matchers[new.batch.project_id].topics_of(_doc(new))]
    if matched:
        with connection.cursor() as cursor:
            insert_mentions(
                cursor,
                [
                    (topic_id, ids[new.batch.project_id, new.address_key], _is_backlog(new))
                    for new, topic_id in matched
                ],
            )
    return [(new.batch.source_id, topic_id) for new, topic_id in matched]


def insert_mentions(cursor: object, rows: list[tuple[int, int, bool]]) -> int:
    """Store mentions from (topic id, document id, is backlog) rows; the rest is copied from the document.

    The caller holds or shares the project's discovery lock. Returns how many were new.
    """
    made = execute_values(
        cursor.cursor,
        "INSERT INTO monitoring_mention (topic_id, document_id, source_id, published, found_at, platform, author,"
        " language, engagement, status, is_backlog)"
        " SELECT row.topic_id, d.id, d.source_id, d.published, clock_timestamp(), d.platform,"
        f" left(d.author, {AUTHOR_LENGTH}), d.language, d.engagement, 'to_review', row.is_backlog"
        " FROM (VALUES %s) AS row (topic_id, document_id, is_backlog)"
        " JOIN monitoring_document d ON d.id = row.document_id"
        " ON CONFLICT (document_id, topic_id) DO NOTHING RETURNING id",
        sorted(rows),
        "(%s::bigint, %s::bigint, %s::boolean)",
        PAGE,
        fetch=True,
    )
    return len(made)


def _doc(new: _New) -> Doc:
    item = new.item
    return Doc(
        title=item.title,
        text=item.text,
        url=item.url,
        author=item.author,
        language=item.language,
        platform=new.batch.platform,
    )


def _is_backlog(new: _New) -> bool:
    return new.batch.since is not None and new.published < new.batch.since


def _count(fresh: list[_New], mentions: list[tuple[int, int]]) -> dict[int, Stored]:
    counts: dict[int, Stored] = {}
    for new in fresh:
        stored = counts.get(new.batch.source_id, Stored())
        counts[new.batch.source_id] = Stored(stored.new + 1, stored.mentions)
    for source_id, _ in mentions:
        stored = counts[source_id]
        counts[source_id] = Stored(stored.new, stored.mentions + 1)
    return counts
