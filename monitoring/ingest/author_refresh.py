"""Compute the kept columns of authors from their documents: soon after a change, and all of a project once a day.

Rows of `AuthorCheck` say which authors have changed; the daily walk follows the periods of the labels, which move with
time. A batch is one transaction, so a killed worker loses one batch of work. Called by tasks.
"""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max, Q
from django.utils import timezone

from accounts.models import Project
from monitoring.ingest.batches import take_turns
from monitoring.ingest.project_lock import lock_project_exclusive
from monitoring.ingest.search_index import VECTOR
from monitoring.ingest.statements import columns_of
from monitoring.models import Author, AuthorSettings
from monitoring.query import search_text

log = logging.getLogger(__name__)

BATCH = 300
BUDGET_S = 3
WALK_EVERY = timedelta(hours=20)
# Types of items whose authors are people to welcome; the others are of media.
WELCOMED_KINDS = ["post", "comment", "review", "video"]
# An author with many mentions takes longer to count, and one more changes less: 1,000 mentions wait a minute.
SMALL = 100
SECONDS_PER_MENTION = 0.06

# Deleted before the documents are read: what is queued meanwhile is computed again.
_TAKE = """
WITH pending AS (
    SELECT DISTINCT c.author_id FROM monitoring_authorcheck c JOIN monitoring_author a ON a.id = c.author_id
    WHERE a.refreshed_at IS NULL OR a.mention_count < %s
        OR a.refreshed_at < now() - make_interval(secs => a.mention_count * %s)
    LIMIT %s
)
DELETE FROM monitoring_authorcheck c USING pending WHERE c.author_id = pending.author_id RETURNING c.author_id
"""
_LOCK = """
SELECT id, project_id FROM monitoring_author WHERE id = ANY(%s) AND erased_at IS NULL
ORDER BY id FOR NO KEY UPDATE
"""
_RECENT = "published > now() - make_interval(days => s.days)"
# One row per author: names of the newest document, counts, labels. Sentiments and labels are of the team's own
# keywords: a critic of a competitor is no detractor.
_COMPUTE = f"""
WITH shown AS MATERIALIZED (
    SELECT d.written_by_id AS author_id, d.id, d.published, d.followers, d.kind, bool_and(m.is_backlog) AS is_backlog,
        bool_or(k.type <> 'competitor') AS is_own,
        bool_or(k.type <> 'competitor' AND m.sentiment = 'negative') AS is_negative,
        bool_or(k.type <> 'competitor' AND m.sentiment = 'positive') AS is_positive,
        bool_or(k.type <> 'competitor' AND m.sentiment IN ('negative', 'neutral', 'positive')) AS is_analyzed
    FROM monitoring_document d
    JOIN monitoring_mention m ON m.document_id = d.id AND m.status <> 'ignored'
    JOIN monitoring_keyword k ON k.id = m.keyword_id
    WHERE d.written_by_id = ANY(%(ids)s)
    GROUP BY d.id
), spaced AS (
    SELECT shown.*, published - lag(published) OVER (PARTITION BY author_id ORDER BY published, id) AS gap FROM shown
), summed AS (
    SELECT r.author_id, count(*) AS mentions, min(r.published) AS first_at, max(r.published) AS last_at,
        (array_agg(r.followers ORDER BY r.published DESC) FILTER (WHERE r.followers IS NOT NULL))[1] AS followers,
        count(*) FILTER (WHERE is_own AND {_RECENT}) AS recent,
        count(*) FILTER (WHERE is_negative AND {_RECENT}) AS negative,
        count(*) FILTER (WHERE is_positive AND {_RECENT}) AS positive,
        count(*) FILTER (WHERE is_analyzed AND {_RECENT}) AS analyzed,
        max(r.published) FILTER (
            WHERE is_own AND NOT is_backlog AND kind = ANY(%(kinds)s)
                AND (gap IS NULL OR gap >= make_interval(days => s.return_days))
        ) AS welcome_at
    FROM spaced r JOIN monitoring_author a ON a.id = r.author_id
    JOIN monitoring_authorsettings s ON s.project_id = a.project_id
    GROUP BY r.author_id
)
SELECT a.id, coalesce(n.author, a.name), coalesce(n.author_handle, a.handle), coalesce(n.author_url, a.url),
    coalesce(x.mentions, 0), x.first_at, x.last_at, x.followers, x.welcome_at,
    coalesce(x.recent >= s.regular_mentions, false),
    coalesce(x.negative >= s.detractor_mentions AND 100 * x.negative >= s.detractor_share * x.analyzed, false),
    coalesce(x.positive >= s.ambassador_mentions AND 100 * x.positive >= s.ambassador_share * x.analyzed, false)
FROM monitoring_author a JOIN monitoring_authorsettings s ON s.project_id = a.project_id
LEFT JOIN summed x ON x.author_id = a.id
LEFT JOIN LATERAL (
    SELECT d.author, d.author_handle, d.author_url FROM monitoring_document d
    WHERE d.written_by_id = a.id ORDER BY d.published DESC LIMIT 1
) n ON true
WHERE a.id = ANY(%(ids)s) ORDER BY a.id
"""
_STORE = f"""
UPDATE monitoring_author a SET name = new.name, handle = new.handle, url = new.url, mention_count = new.mentions,
    first_at = new.first_at, last_at = new.last_at, followers = new.followers, welcome_at = new.welcome_at,
    is_regular = new.is_regular, is_detractor = new.is_detractor, is_ambassador = new.is_ambassador,
    search = {VECTOR.format("new.words")}, refreshed_at = now()
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[],
    %s::int[], %s::timestamptz[], %s::boolean[], %s::boolean[], %s::boolean[], %s::text[])
    AS new (id, name, handle, url, mentions, first_at, last_at, followers, welcome_at, is_regular, is_detractor,
        is_ambassador, words)
WHERE a.id = new.id
"""
# Without a document, a note or a tag, nothing is known of an author. Erased ones stay: their key recognizes them.
_DELETE_UNUSED = """
DELETE FROM monitoring_author WHERE id IN (
    SELECT a.id FROM monitoring_author a
    WHERE a.project_id = %s AND a.id > %s AND a.erased_at IS NULL
        AND NOT EXISTS (SELECT FROM monitoring_document d WHERE d.written_by_id = a.id)
        AND NOT EXISTS (SELECT FROM monitoring_authornote n WHERE n.author_id = a.id)
        AND NOT EXISTS (SELECT FROM monitoring_authortag t WHERE t.author_id = a.id)
    ORDER BY a.id LIMIT %s
) RETURNING id
"""


def refresh_authors(budget_s: float = BUDGET_S) -> bool:
    """Compute the authors in the queue for about `budget_s` seconds. Return True if the time ran out before."""
    deadline = time.monotonic() + budget_s
    while time.monotonic() < deadline:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_TAKE, [SMALL, SECONDS_PER_MENTION, BATCH])
            taken = {pk for (pk,) in cursor.fetchall()}
            refresh(cursor, taken)
        if len(taken) < BATCH:
            return False
    return True


def refresh(cursor: CursorWrapper, author_ids: Iterable[int]) -> None:
    """Compute these authors again; erased ones stay as they are."""
    cursor.execute(_LOCK, [sorted(set(author_ids))])
    projects = dict(cursor.fetchall())
    if not projects:
        return
    ensure_settings(set(projects.values()))
    cursor.execute(_COMPUTE, {"ids": list(projects), "kinds": WELCOMED_KINDS})
    rows = []
    for pk, name, handle, url, *rest in cursor.fetchall():
        name, handle = name.strip()[:200], handle.strip()[:200]
        rows.append((pk, name, handle, url, *rest, search_text(f"{name}\n{handle}")))
    cursor.execute(_STORE, columns_of(rows))


def ensure_settings(project_ids: Iterable[int]) -> None:
    """Create the settings of projects that have none."""
    known = set(AuthorSettings.objects.filter(project_id__in=project_ids).values_list("project_id", flat=True))
    new = [AuthorSettings(project_id=pk) for pk in sorted(set(project_ids) - known)]
    AuthorSettings.objects.bulk_create(new, ignore_conflicts=True)


def start_walk(project_id: int) -> None:
    """Have all authors of a project computed again."""
    newest = Author.objects.filter(project_id=project_id).aggregate(newest=Max("id"))["newest"]
    walked_to = None if newest is None else newest + 1
    AuthorSettings.objects.filter(project_id=project_id).update(walked_to=walked_to, walked_at=timezone.now())


def walk_authors(budget_s: float = BUDGET_S) -> bool:
    """Continue the daily walks for about `budget_s` seconds. Return True if the time ran out before their end."""
    due = Q(walked_at=None) | Q(walked_at__lt=timezone.now() - WALK_EVERY)
    for project_id in AuthorSettings.objects.filter(due, walked_to=None).values_list("project_id", flat=True):
        start_walk(project_id)
    unfinished = AuthorSettings.objects.filter(walked_to__isnull=False)
    return take_turns(lambda: unfinished.values_list("pk", flat=True), _walk_batch, budget_s)


def _walk_batch(settings_id: int) -> bool:
    """Compute the next authors of a project. Return whether there are more. Locks the row of the progress."""
    with transaction.atomic(), connection.cursor() as cursor:
        rows = AuthorSettings.objects.select_for_update(skip_locked=True, no_key=True)
        progress = rows.filter(pk=settings_id, walked_to__isnull=False).first()
        if progress is None:
            return False
        authors = Author.objects.filter(project_id=progress.project_id, id__lt=progress.walked_to)
        counted = authors.filter(mention_count__gt=0).order_by("-id")
        ids = list(counted.values_list("id", flat=True)[:BATCH])
        refresh(cursor, ids)
        progress.walked_to = ids[-1] if len(ids) == BATCH else None
        progress.save(update_fields=["walked_to"])
    return progress.walked_to is not None


def delete_unused_authors() -> int:
    """Delete authors of whom nothing is stored any more, batch by batch. Return their number."""
    return sum(_delete_unused(pk) for pk in Project.objects.order_by("pk").values_list("pk", flat=True))


def _delete_unused(project_id: int) -> int:
    """Delete those of a project. The lock waits for stores that have found an author and not yet its document."""
    deleted, last = 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            lock_project_exclusive(project_id)
            cursor.execute(_DELETE_UNUSED, [project_id, last, BATCH])
            ids = [pk for (pk,) in cursor.fetchall()]
        deleted += len(ids)
        if len(ids) < BATCH:
            return deleted
        last = max(ids)
