"""Entries in, documents and mentions stored: the one way anything gets into Vigie, idempotent and killable.

Called by settle.py with the entries of a few polled sources, and by the sample world. New entries are found and
cleaned before the transaction; inside it they are matched and stored in key order, so writers never deadlock.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import execute_values

from monitoring.content.clean import clean, safe_html
from monitoring.content.language import identify
from monitoring.content.urls import canonical_address
from monitoring.ingest.keys import native_key
from monitoring.ingest.mentions import LANGUAGE_LENGTH, PAGE, insert_mentions
from monitoring.ingest.project_lock import lock_project_shared
from monitoring.ingest.records import Batch, Stored
from monitoring.ingest.search_index import VECTOR, words_of
from monitoring.matching.keyword_index import Matcher, tracked_keywords, tracked_languages
from monitoring.query import Doc
from monitoring.records import Entry, Item


@dataclass(slots=True)
class New:
    """An entry not yet seen at its source, on its way to becoming a document."""

    batch: Batch
    entry: Entry
    item: Item
    native_key: UUID
    address_key: UUID
    published: datetime
    keywords: list[int] = field(default_factory=list)

    @property
    def words(self) -> str | None:
        """What the search finds it by; the words of all others are made soon after, by searchable.py."""
        return words_of(self.item.title, self.item.text) if self.keywords else None

    @property
    def html(self) -> str:
        """Sanitised HTML to show, for mentions only, as with `words`."""
        return safe_html(self.entry) if self.keywords else ""


def store(batches: Iterable[Batch]) -> dict[int, Stored]:
    """Store what is new of these batches, in one transaction. Returns counts by source id.

    Safe to repeat: a source's native ids, a project's addresses and a keyword's documents are unique.
    """
    return store_new(find_new(batches))


def find_new(batches: Iterable[Batch]) -> list[New]:
    """The entries not yet seen at their source, cleaned: most of the work, and none of it needs a lock."""
    now = timezone.now()
    batches = list(batches)
    spoken = tracked_languages({batch.project_id for batch in batches})
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
    """Find each entry's keywords. From here to the end of the transaction no keyword of these projects changes."""
    projects = {new.batch.project_id for new in fresh}
    lock_project_shared(projects)
    matchers = {
        project_id: Matcher(project_id, keywords) for project_id, keywords in tracked_keywords(projects).items()
    }
    for new in fresh:
        new.keywords = matchers[new.batch.project_id].keywords_of(_doc(new))


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
        (keyword_id, ids[new.batch.project_id, new.address_key], _is_backlog(new))
        for new in made
        for keyword_id in new.keywords
    ]
    with connection.cursor() as cursor:
        insert_mentions(cursor, rows)


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
        mentions[one.batch.source_id] += len(one.keywords)
    return {source_id: Stored(number, mentions[source_id]) for source_id, number in new.items()}
