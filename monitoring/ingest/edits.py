"""Store what changed in known entries: texts, other fields, addresses, ids, and which keywords match.

Called by ingest/store.py. An edit that adds a match is stored immediately. Other edits of a text become rarer with
their number, down to one a day: a counter in a text, or a feed that alternates between two texts, would otherwise
write at every poll. An edit that waits leaves the sighting's hash as it is, and polling/source_state.py has the next
poll read the feed again even if it has not changed.

An entry that another version of Vigie has read is compared too. What then differs may come from the reading, not from
the source, so it is no edit: it has no revision, its new mentions are backlog, and none is marked as unmatched.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from monitoring.content.clean import safe_html
from monitoring.ingest.keys import DETAILS, variant_of
from monitoring.ingest.mentions import AUTHOR_LENGTH, LANGUAGE_LENGTH, STARS, check_stories, insert_mentions
from monitoring.ingest.records import KnownEntry
from monitoring.ingest.search_index import VECTOR, words_of
from monitoring.ingest.statements import columns_of
from monitoring.models import Mention

# Edits of a document that are stored as they come; then the wait doubles with each one.
FREE_EDITS = 8
MIN_WAIT, MAX_WAIT = timedelta(minutes=30), timedelta(days=1)
# Revisions of a document: the first and the last of this number less one.
MAX_REVISIONS = 5
MAX_EDITS = 2**15 - 1

# Locked by id, so two writers can't deadlock; the columns are no key, so sightings and mentions can be inserted.
# A deleted item stays deleted: search indexes return some for a while.
_LOCK_DOCUMENTS = """
SELECT id, title, text, edits, edited_at FROM monitoring_document WHERE id = ANY(%s) AND deleted_at IS NULL
ORDER BY id FOR NO KEY UPDATE
"""
# Locked in the order of triage and corrections.
_LOCK_MENTIONS = """
SELECT id, document_id, keyword_id FROM monitoring_mention WHERE document_id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""
_INSERT_REVISIONS = """
INSERT INTO monitoring_documentrevision (document_id, title, text, replaced_at)
SELECT id, title, text, %s FROM monitoring_document WHERE id = ANY(%s) ORDER BY id
"""
_DELETE_REVISIONS = """
DELETE FROM monitoring_documentrevision WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY document_id ORDER BY id) AS number,
            row_number() OVER (PARTITION BY document_id ORDER BY id DESC) AS from_last
        FROM monitoring_documentrevision WHERE document_id = ANY(%s)
    ) numbered WHERE number > 1 AND from_last >= %s
)
"""
_UPDATE_TEXTS = f"""
UPDATE monitoring_document d SET title = new.title, text = new.text, is_truncated = new.is_truncated, html = new.html,
    author = new.author, written_by_id = new.author_id, language = new.language, search = {VECTOR.format("new.words")},
    edits = least(d.edits + (new.edited_at IS NOT NULL)::int, {MAX_EDITS}),
    edited_at = coalesce(new.edited_at, d.edited_at)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::timestamptz[], %s::bigint[])
    AS new (id, title, text, is_truncated, html, author, language, words, edited_at, author_id)
WHERE d.id = new.id
"""
# The new text is encoded like that of a new item.
_DELETE_VECTORS = "DELETE FROM monitoring_documentvector WHERE document_id = ANY(%s)"
_DELETE_SCORES = "DELETE FROM monitoring_relevancescore WHERE document_id = ANY(%s)"
_UPDATE_DETAILS = f"""
UPDATE monitoring_document d SET {", ".join(f"{name} = new.{name}" for name in DETAILS)}, written_by_id = new.author_id
FROM unnest(%s::bigint[], {", ".join(f"%s::{'float8' if name == 'rating' else 'text'}[]" for name in DETAILS)},
    %s::bigint[])
    AS new (id, {", ".join(DETAILS)}, author_id)
WHERE d.id = new.id
"""
_UPDATE_ADDRESSES = """
UPDATE monitoring_document d SET url = new.url, address_key = new.address_key, variant = new.variant
FROM unnest(%s::bigint[], %s::text[], %s::uuid[], %s::bigint[]) AS new (id, url, address_key, variant)
WHERE d.id = new.id AND NOT EXISTS (
    SELECT FROM monitoring_document o
    WHERE o.project_id = d.project_id AND o.address_key = new.address_key AND o.variant = new.variant
)
"""
_UPDATE_MATCHES = """
UPDATE monitoring_mention m SET unmatched_at = CASE WHEN new.matches THEN NULL ELSE coalesce(m.unmatched_at, %s) END
FROM unnest(%s::bigint[], %s::boolean[]) AS new (id, matches)
WHERE m.id = new.id AND (m.unmatched_at IS NULL) <> new.matches
"""
_UPDATE_MENTIONS = f"""
UPDATE monitoring_mention m SET author = left(d.author, {AUTHOR_LENGTH}), language = d.language, kind = d.kind,
    rating = {STARS}, country = d.country,
    sentiment = CASE WHEN NOT new.is_edit OR m.analyzed_by = '{Mention.BY_PERSON}' THEN m.sentiment ELSE '' END,
    analyzed_by = CASE WHEN NOT new.is_edit OR m.analyzed_by = '{Mention.BY_PERSON}' THEN m.analyzed_by ELSE '' END
FROM unnest(%s::bigint[], %s::boolean[]) AS new (id, is_edit), monitoring_document d
WHERE m.id = new.id AND d.id = m.document_id
"""
_UPDATE_SIGHTINGS = """
UPDATE monitoring_documentsource s SET native_key = new.native_key, url_hash = new.url_hash,
    content_hash = coalesce(new.content_hash, s.content_hash), is_backlog = new.is_backlog
FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[], %s::boolean[], %s::bigint[])
    AS new (id, native_key, url_hash, is_backlog, content_hash)
WHERE s.id = new.id
"""


@dataclass(frozen=True, slots=True)
class Applied:
    """The edits that were stored, those that wait, and the new mentions as (entry, keyword id).

    `current` are all entries that their documents now agree with.
    """

    edited: list[KnownEntry] = field(default_factory=list)
    waiting: list[KnownEntry] = field(default_factory=list)
    found: list[tuple[KnownEntry, int]] = field(default_factory=list)
    current: list[KnownEntry] = field(default_factory=list)


def is_due(edits: int, edited_at: datetime | None, now: datetime) -> bool:
    """Return whether a further edit of a document is stored now, if it adds no match."""
    if edits < FREE_EDITS or edited_at is None:
        return True
    return now - edited_at >= min(MIN_WAIT * 2 ** min(edits - FREE_EDITS, 10), MAX_WAIT)


def apply(cursor: CursorWrapper, known: list[KnownEntry], tracked: set[int]) -> Applied:
    """Update the documents, mentions and sightings of entries. `tracked` are the keywords that were matched.

    The caller holds the locks of ingest/project_lock.py. Rows that another worker has updated since are skipped.
    """
    now = timezone.now()
    changed = {one.document_id: one for one in sorted(known, key=lambda one: one.document_id) if one.item}
    applied = Applied()
    if changed:
        _apply_changes(cursor, changed, tracked, applied, now)
    waiting = {one.document_id for one in applied.waiting}
    rows = [
        (
            one.sighting_id,
            one.native_key,
            one.url_hash,
            one.is_backlog,
            None if one.document_id in waiting else one.content_hash,
        )
        for one in sorted(known, key=lambda one: one.sighting_id)
    ]
    cursor.execute(_UPDATE_SIGHTINGS, columns_of(rows))
    return applied


def _apply_changes(
    cursor: CursorWrapper, changed: dict[int, KnownEntry], tracked: set[int], applied: Applied, now: datetime
) -> None:
    """Update documents and mentions, and note in `applied` what was stored and what has to wait."""
    replaced, current = [], applied.current
    cursor.execute(_LOCK_DOCUMENTS, [list(changed)])
    stored = {row[0]: row[1:] for row in cursor.fetchall()}
    cursor.execute(_LOCK_MENTIONS, [list(stored)])
    mentions: dict[int, dict[int, int]] = defaultdict(dict)
    for mention_id, document_id, keyword_id in cursor.fetchall():
        mentions[document_id][keyword_id] = mention_id
    for document_id, (title, text, edits, edited_at) in stored.items():
        one = changed[document_id]
        assert one.item is not None
        gained = set(one.keywords) - mentions[document_id].keys()
        if one.is_edited and (one.item.title, one.item.text) == (title, text):
            current.append(one)
            continue
        if one.is_edited and not (gained or one.is_reread or is_due(edits, edited_at, now)):
            applied.waiting.append(one)
            continue
        applied.found.extend((one, keyword_id) for keyword_id in sorted(gained))
        current.append(one)
        if one.is_edited:
            replaced.append(one)
    applied.edited.extend(one for one in replaced if not one.is_reread)
    _replace_texts(cursor, replaced, mentions, now)
    detailed = [one for one in current if one.has_new_details]
    _replace_details(cursor, detailed)
    _update_copies(cursor, replaced, detailed, mentions)
    _move(cursor, current)
    _update_matches(cursor, current, mentions, tracked, now)
    rows = [(keyword_id, one.document_id, one.is_backlog or one.is_reread) for one, keyword_id in applied.found]
    insert_mentions(cursor, rows, Mention.Status.TO_REVIEW)


def _replace_texts(
    cursor: CursorWrapper, entries: list[KnownEntry], mentions: dict[int, dict[int, int]], now: datetime
) -> None:
    """Replace titles and texts. Store the earlier ones of edits with mentions."""
    if not entries:
        return
    shown = {one.document_id for one in entries if mentions[one.document_id] or one.keywords}
    revised = sorted(one.document_id for one in entries if one.document_id in shown and not one.is_reread)
    if revised:
        cursor.execute(_INSERT_REVISIONS, [now, revised])
        cursor.execute(_DELETE_REVISIONS, [revised, MAX_REVISIONS])
    rows = []
    for one in entries:
        assert one.item is not None
        html = safe_html(one.entry) if one.document_id in shown else ""
        words = words_of(one.item.title, one.item.text) if one.document_id in shown else None
        language = one.item.language[:LANGUAGE_LENGTH]
        texts = (one.item.title, one.item.text, one.item.is_truncated, html)
        edited_at = None if one.is_reread else now
        rows.append((one.document_id, *texts, one.item.author, language, words, edited_at, one.author_id))
    cursor.execute(_UPDATE_TEXTS, columns_of(rows))
    for statement in (_DELETE_VECTORS, _DELETE_SCORES):
        cursor.execute(statement, [sorted(one.document_id for one in entries)])
    check_stories(cursor, shown)


def _replace_details(cursor: CursorWrapper, entries: list[KnownEntry]) -> None:
    rows = [(one.document_id, *(getattr(one.item, name) for name in DETAILS), one.author_id) for one in entries]
    if rows:
        cursor.execute(_UPDATE_DETAILS, columns_of(rows))


def _update_copies(
    cursor: CursorWrapper,
    replaced: list[KnownEntry],
    detailed: list[KnownEntry],
    mentions: dict[int, dict[int, int]],
) -> None:
    """Update what mentions copy of their documents. Those of an edited text are analyzed again."""
    is_edit = {one.document_id: False for one in detailed} | {one.document_id: not one.is_reread for one in replaced}
    rows = sorted(
        (mention_id, edited)
        for document_id, edited in is_edit.items()
        for mention_id in mentions[document_id].values()
    )
    if rows:
        cursor.execute(_UPDATE_MENTIONS, columns_of(rows))


def _move(cursor: CursorWrapper, entries: list[KnownEntry]) -> None:
    rows = [
        (one.document_id, one.item.url, one.address_key, variant_of(one.batch.source_id, one.native_key))
        for one in entries
        if one.address_key and one.item
    ]
    if rows:
        cursor.execute(_UPDATE_ADDRESSES, columns_of(rows))


def _update_matches(
    cursor: CursorWrapper,
    entries: list[KnownEntry],
    mentions: dict[int, dict[int, int]],
    tracked: set[int],
    now: datetime,
) -> None:
    """Mark mentions whose keyword no longer matches; a mention of a paused keyword stays as it is."""
    rows = sorted(
        (mention_id, keyword_id in one.keywords)
        for one in entries
        for keyword_id, mention_id in mentions[one.document_id].items()
        if keyword_id in tracked and (keyword_id in one.keywords or not one.is_reread)
    )
    if rows:
        cursor.execute(_UPDATE_MATCHES, [now, *columns_of(rows)])
