"""Group near-identical documents of a project into stories, soon after their mentions are stored.

Rows of `StoryCheck` say which documents to look at: those with new mentions and edited texts. A batch is one
transaction, so a killed worker loses one batch of work and changes nothing by half. One worker groups a project at a
time (an advisory lock), so each pair of documents is compared once both have a signature, in any order.

Candidates are the documents whose signatures share a key, published within WINDOW of each other;
monitoring/stories/sameness.py decides, and monitoring/stories/groups.py joins what belongs together. Called by a task
on the enrich queue, and by alerts before rules are evaluated, since rules count stories.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from monitoring.ingest.project_lock import lock_project_shared, try_lock_stories
from monitoring.ingest.statements import columns_of
from monitoring.ingest.story_changes import StoryChanges, apply_changes
from monitoring.models import Kind, Story
from monitoring.stories.groups import plan
from monitoring.stories.keys import keys_of
from monitoring.stories.sameness import similarity
from monitoring.stories.words import StoryText

log = logging.getLogger(__name__)

BATCH = 50  # about 0.1 s: people who decide about these documents wait no longer
# Reprints appear within days. Signatures are stored as long.
WINDOW = timedelta(days=30)
# Documents that each one is compared with, those with most keys in common.
MAX_CANDIDATES = 30
# Rows of the index that are read to find them: a template that is used thousands of times shares keys with all.
MAX_MATCHES = 500
DELETE_BATCH = 5000

_PENDING = """
SELECT c.id, c.document_id, d.project_id
FROM monitoring_storycheck c JOIN monitoring_document d ON d.id = c.document_id
WHERE d.project_id <> ALL(%s) ORDER BY c.document_id DESC, c.id LIMIT %s
"""
# xmin changes with each change of the row.
_DOCUMENTS = """
SELECT d.id, d.title, d.text, d.kind, d.published, d.story_id, d.deleted_at, d.xmin::text, s.keys
FROM monitoring_document d LEFT JOIN monitoring_storysignature s ON s.document_id = d.id
WHERE d.id = ANY(%s) ORDER BY d.id
"""
_SIGN = """
INSERT INTO monitoring_storysignature (document_id, keys, published, stored_at)
SELECT row.id, string_to_array(row.keys, ',')::bigint[], row.published, %s
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS row (id, keys, published)
ON CONFLICT (document_id) DO UPDATE SET keys = excluded.keys, stored_at = excluded.stored_at
"""
_UNSIGN = "DELETE FROM monitoring_storysignature WHERE document_id = ANY(%s)"
_CANDIDATES = f"""
SELECT own.document_id, near.document_id FROM monitoring_storysignature own CROSS JOIN LATERAL (
    SELECT found.document_id FROM (
        SELECT other.document_id, other.keys, other.published FROM monitoring_storysignature other
        WHERE other.keys && own.keys AND other.document_id <> own.document_id
            AND other.published BETWEEN own.published - make_interval(days => %s)
                AND own.published + make_interval(days => %s)
        LIMIT {MAX_MATCHES}
    ) found
    ORDER BY (SELECT count(*) FROM unnest(found.keys) AS key WHERE key = ANY(own.keys)) DESC,
        abs(extract(epoch FROM found.published - own.published)), found.document_id
    LIMIT {MAX_CANDIDATES}
) near
WHERE own.document_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class _Document:
    """A document as read, with the keys of its signature before."""

    id: int
    text: StoryText
    published: datetime
    story_id: int | None
    is_deleted: bool
    version: str
    old_keys: tuple[int, ...] | None


def group_documents(budget_s: float = 3) -> bool:
    """Group pending documents for about `budget_s` seconds, the newest first. Return whether there may be more."""
    started, count = time.monotonic(), 0
    busy: list[int] = []
    while time.monotonic() < started + budget_s:
        project_id, checks, documents = _next_batch(busy)
        if project_id is None:
            break
        if _group(project_id, checks, documents):
            count += len(documents)
        else:
            busy.append(project_id)
    else:
        return True
    if count:
        log.info("event=stories_grouped documents=%s ms=%d", count, (time.monotonic() - started) * 1000)
    return False


def _next_batch(busy: list[int]) -> tuple[int | None, list[int], list[int]]:
    """Return the project of the newest pending document, and (checks, documents) of it."""
    with connection.cursor() as cursor:
        cursor.execute(_PENDING, [busy, BATCH])
        rows = cursor.fetchall()
    if not rows:
        return None, [], []
    own = [row for row in rows if row[2] == rows[0][2]]
    return rows[0][2], [row[0] for row in own], sorted({row[1] for row in own})


def _group(project_id: int, checks: list[int], ids: list[int]) -> bool:
    """Group documents of a project. Return False if another worker is at it, or a document changed meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Deletions of documents wait, and the lock of stories is taken after that of the project, as everywhere.
        lock_project_shared([project_id])
        if not try_lock_stories(project_id):
            return False
        documents = _read(cursor, ids)
        signed = _sign(cursor, project_id, documents.values())
        pairs, others = _compare(cursor, documents, signed)
        changes = _changes(documents, others, pairs, signed)
        versions = {one.id: one.version for one in (documents | others).values()}
        if not apply_changes(cursor, project_id, changes, versions, ids):
            transaction.set_rollback(True)
            return False
        cursor.execute("DELETE FROM monitoring_storycheck WHERE id = ANY(%s)", [checks])
    return True


def _read(cursor: CursorWrapper, ids: Iterable[int]) -> dict[int, _Document]:
    cursor.execute(_DOCUMENTS, [sorted(ids)])
    return {
        pk: _Document(
            id=pk,
            text=StoryText(title, text, kind == Kind.REVIEW),
            published=published,
            story_id=story_id,
            is_deleted=deleted_at is not None,
            version=version,
            old_keys=None if keys is None else tuple(keys),
        )
        for pk, title, text, kind, published, story_id, deleted_at, version, keys in cursor.fetchall()
    }


def _sign(cursor: CursorWrapper, project_id: int, documents: Iterable[_Document]) -> dict[int, list[int]]:
    """Store the signatures of documents, and return their keys; delete those of documents without keys."""
    keys = {one.id: [] if one.is_deleted else keys_of(one.text, project_id) for one in documents}
    published = {one.id: one.published for one in documents}
    rows = [(pk, ",".join(map(str, keys[pk])), published[pk]) for pk in sorted(keys) if keys[pk]]
    if rows:
        cursor.execute(_SIGN, [timezone.now(), *columns_of(rows)])
    if empty := [pk for pk in sorted(keys) if not keys[pk]]:
        cursor.execute(_UNSIGN, [empty])
    return keys


def _compare(
    cursor: CursorWrapper, documents: dict[int, _Document], signed: dict[int, list[int]]
) -> tuple[list[tuple[float, int, int]], dict[int, _Document]]:
    """Return (similarity, document, other document) of those that are the same, and the other documents."""
    cursor.execute(_CANDIDATES, [WINDOW.days, WINDOW.days, [pk for pk, keys in signed.items() if keys]])
    candidates = {(min(pair), max(pair)) for pair in cursor.fetchall()}
    others = _read(cursor, {pk for pair in candidates for pk in pair} - documents.keys())
    known = documents | others
    pairs = []
    for one, other in sorted(candidates):
        if one in known and other in known and not (known[one].is_deleted or known[other].is_deleted):
            share = similarity(known[one].text, known[other].text)
            if share:
                pairs.append((share, one, other))
    return pairs, others


def _changes(
    documents: dict[int, _Document],
    others: dict[int, _Document],
    pairs: Sequence[tuple[float, int, int]],
    signed: dict[int, list[int]],
) -> StoryChanges:
    """Return which stories are made, joined and left."""
    known = documents | others
    stories = {pk: one.story_id for pk, one in known.items()}
    in_use = {story_id for story_id in stories.values() if story_id is not None}
    fixed = set(Story.objects.filter(pk__in=in_use, is_fixed=True).values_list("pk", flat=True))
    neighbors: dict[int, set[int | None]] = defaultdict(set)
    for _share, one, other in pairs:
        neighbors[one].add(stories[other])
        neighbors[other].add(stories[one])
    left = [
        pk
        for pk, one in sorted(documents.items())
        if one.story_id is not None
        and one.story_id not in fixed
        and one.old_keys not in (None, tuple(signed[pk]))
        and one.story_id not in neighbors[pk]
        and not one.is_deleted
    ]
    stories |= dict.fromkeys(left)
    return StoryChanges(plan(stories, fixed, pairs), left)


def delete_old_signatures(now: datetime) -> int:
    """Delete the signatures that are too old to be compared, and stories without items. Return their numbers' sum."""
    return _delete_in_batches(
        "DELETE FROM monitoring_storysignature WHERE document_id IN"
        " (SELECT document_id FROM monitoring_storysignature WHERE stored_at < %s ORDER BY stored_at LIMIT %s)",
        now - WINDOW,
    ) + _delete_in_batches(
        "DELETE FROM monitoring_story WHERE id IN (SELECT s.id FROM monitoring_story s WHERE s.created_at < %s"
        " AND NOT EXISTS (SELECT FROM monitoring_document d WHERE d.story_id = s.id) LIMIT %s)",
        now - timedelta(days=1),
    )


def _delete_in_batches(statement: str, before: datetime) -> int:
    deleted, count = 0, DELETE_BATCH
    while count == DELETE_BATCH:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [before, DELETE_BATCH])
            count = cursor.rowcount
        deleted += count
    return deleted
