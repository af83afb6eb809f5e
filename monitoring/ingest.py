"""Entries in, documents and mentions stored: the one way anything gets into Vigie, idempotent and killable.

Called by settle.py with the entries of a few polled sources, and by the sample world. New entries are found and
cleaned before the transaction; inside it they are matched and stored in key order, so writers never deadlock.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg2.extras import execute_values

from monitoring.discoveries import share_discoveries
from monitoring.feeds.address import canonical_address
from monitoring.feeds.clean import clean, safe_html
from monitoring.items import Entry, Item
from monitoring.language import identify
from monitoring.matching import Matcher, watched, watched_languages
from monitoring.query import Doc
from monitoring.searchable import VECTOR, words_of

PAGE = 200  # rows an INSERT statement
AUTHOR_LENGTH, LANGUAGE_LENGTH = 200, 20  # of the columns


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


@dataclass(slots=True)
class New:
    """An entry not yet seen at its source, on its way to becoming a document."""

    batch: Batch
    entry: Entry
    item: Item
    native_key: UUID
    address_key: UUID
    published: datetime
    topics: list[int] = field(default_factory=list)

    @property
    def words(self) -> str | None:
        """What the search finds it by; the words of all others are made soon after, by searchable.py."""
        return words_of(self.item.title, self.item.text) if self.topics else None

    @property
    def html(self) -> str:
        """Sanitised HTML to show, for mentions only, as with `words`."""
        return safe_html(self.entry) if self.topics else ""


def store(batches: Iterable[Batch]) -> dict[int, Stored]:
    """Store what is new of these batches, in one transaction. Returns counts by source id.

    Safe to repeat: a source's native ids, a project's addresses and a topic's documents are unique.
    """
    return store_new(find_new(batches))


def find_new(batches: Iterable[Batch]) -> list[New]:
    """The entries not yet seen at their source, cleaned: most of the work, and none of it needs a lock."""
    now = timezone.now()
    batches = list(batches)
    spoken = watched_languages({batch.project_id for batch in batches})
    return [
        new for batch, entries in _unseen(batches) for new in _prepare(batch, entries, spoken[batch.project_id], now)
    ]


def store_new(fresh: list[New]) -> dict[int, Stored]:
    """Store what `find_new` found; what somebody else has stored meanwhile is left as it is."""
    if not fresh:
        return {}
    fresh.sort(key=lambda new: (new.batch.project_id, new.address_key.int, new.batch.source_id))
    with transaction.atomic():
        _match(fresh)
        made, ids = _insert_documents(fresh)
        _insert_sightings(fresh, ids)
        _insert_mentions(made, ids)
    return _count(fresh, made)


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


def _prepare(batch: Batch, entries: dict[UUID, Entry], spoken: frozenset[str], now: datetime) -> list[New]:
    prepared = []
    for key, entry in entries.items():
        item = clean(entry, batch.language)
        item = replace(item, language=identify(f"{item.title}\n{item.text}", item.language, spoken))
        address = canonical_address(item.url) or f"{batch.platform} {batch.source_id} {item.native_id}"
        published = item.published if item.published and item.published <= now else now
        prepared.append(New(batch, entry, item, key, native_key(address), published))
    return prepared


def _match(fresh: list[New]) -> None:
    """Find each entry's topics. From here to the end of the transaction no topic of these projects changes."""
    projects = {new.batch.project_id for new in fresh}
    share_discoveries(projects)
    matchers = {project_id: Matcher(project_id, topics) for project_id, topics in watched(projects).items()}
    for new in fresh:
        new.topics = matchers[new.batch.project_id].topics_of(_doc(new))


def _insert_documents(fresh: list[New]) -> tuple[list[New], dict[tuple[int, UUID], int]]:
    """Insert what has no document in its project yet. Returns what was inserted, and every document's id."""
    first: dict[tuple[int, UUID], New] = {}
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
            f"({'%s, ' * 14} clock_timestamp(), {VECTOR.format('%s::text')})",
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


def _document_row(new: New) -> tuple[object, ...]:
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
        item.followers,
        item.language[:LANGUAGE_LENGTH],
        item.engagement,
        new.published,
        new.words,
    )


def _insert_sightings(fresh: list[New], ids: dict[tuple[int, UUID], int]) -> None:
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


def _insert_mentions(made: list[New], ids: dict[tuple[int, UUID], int]) -> None:
    rows = [
        (topic_id, ids[new.batch.project_id, new.address_key], _is_backlog(new))
        for new in made
        for topic_id in new.topics
    ]
    with connection.cursor() as cursor:
        insert_mentions(cursor, rows)


def insert_mentions(cursor: CursorWrapper, rows: list[tuple[int, int, bool]]) -> None:
    """Store mentions from (topic id, document id, is backlog) rows; the rest is copied from the document.

    A document on which somebody has decided under one topic is not put before them again under another.

    The caller holds or shares the project's discovery lock.
    """
    execute_values(
        cursor.cursor,
        "INSERT INTO monitoring_mention (topic_id, document_id, source_id, published, found_at, platform, author,"
        " language, engagement, status, is_backlog)"
        " SELECT row.topic_id, d.id, d.source_id, d.published, clock_timestamp(), d.platform,"
        f" left(d.author, {AUTHOR_LENGTH}), d.language, d.engagement,"
        " coalesce((SELECT m.status FROM monitoring_mention m WHERE m.document_id = d.id LIMIT 1), 'to_review'),"
        " row.is_backlog"
        " FROM (VALUES %s) AS row (topic_id, document_id, is_backlog)"
        " JOIN monitoring_document d ON d.id = row.document_id"
        " ON CONFLICT (document_id, topic_id) DO NOTHING",
        sorted(rows),
        "(%s::bigint, %s::bigint, %s::boolean)",
        PAGE,
    )


def _doc(new: New) -> Doc:
    item = new.item
    return Doc(
        title=item.title,
        text=item.text,
        url=item.url,
        author=item.author,
        language=item.language,
        platform=new.batch.platform,
    )


def _is_backlog(new: New) -> bool:
    if new.batch.is_first and new.item.published is None:
        return True
    return new.batch.since is not None and new.published < new.batch.since


def _count(fresh: list[New], made: list[New]) -> dict[int, Stored]:
    new = Counter(one.batch.source_id for one in fresh)
    mentions = Counter()
    for one in made:
        mentions[one.batch.source_id] += len(one.topics)
    return {source_id: Stored(number, mentions[source_id]) for source_id, number in new.items()}
