"""Hide the mentions of muted items, and give them back when a mute ends.

A hidden mention is ignored and has its mute as `muted_by`. `muted_documents` says which new mentions are stored like
that (ingest/mentions.py). `walk_mutes`, a task, hides earlier mentions to review, newest documents first, and gives
back those of ended mutes. It works in batches, whose progress `Mute.walked_to` and `Mention.muted_by` store.
Only mentions that nobody has decided about are hidden, and only those that nobody has changed since are given back.
"""

from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from monitoring.content.mutes import ItemFacts, MuteIndex
from monitoring.ingest.batches import take_turns
from monitoring.ingest.project_lock import lock_project_exclusive
from monitoring.ingest.statements import columns_of
from monitoring.models import Mention, Mute

WINDOW = 20_000  # documents per batch: about 100 ms
GIVEN_BACK = 2_000  # mentions per batch
BUDGET_S = 3  # the longest delay for other tasks of the same worker

_FACTS = "d.id, d.project_id, d.platform, d.source_id, d.url, d.author_url, d.author_handle, d.author, d.story_id"
_ACTIVE = """
SELECT id, project_id, kind, platform, value FROM monitoring_mute
WHERE ended_at IS NULL AND project_id IN (SELECT project_id FROM monitoring_document WHERE id = ANY(%s))
"""
_DOCUMENTS = f"SELECT {_FACTS} FROM monitoring_document d WHERE d.id = ANY(%s)"
_WINDOW_START = """
SELECT id FROM monitoring_document WHERE project_id = %s AND id < %s ORDER BY id DESC OFFSET %s LIMIT 1
"""
# A superset of what the mute hides, which `MuteIndex` then decides.
_CANDIDATES = f"""
SELECT {_FACTS} FROM monitoring_document d
WHERE d.project_id = %s AND d.id >= %s AND d.id < %s AND {{condition}}
    AND EXISTS (SELECT FROM monitoring_mention m WHERE m.document_id = d.id AND m.status = 'to_review')
"""
_CONDITIONS = {
    Mute.Kind.AUTHOR: "d.platform = %s AND %s IN (left(btrim(d.author_url), 500), left(btrim(d.author_handle), 500),"
    " left(btrim(d.author), 500))",
    Mute.Kind.SOURCE: "%s = '' AND d.source_id = %s::bigint",
    Mute.Kind.STORY: "%s = '' AND d.story_id = %s::bigint",
    # The punycode of a domain is not in the URL.
    Mute.Kind.DOMAIN: "%s = '' AND (position(%s IN lower(d.url)) > 0 OR d.url ~ '[^[:ascii:]]')",
}
# A document that somebody decided about stays as it is, under all keywords. Locked in the order of triage.
_HIDE = """
WITH hidden AS MATERIALIZED (
    SELECT m.id FROM monitoring_mention m
    WHERE m.document_id = ANY(%s) AND m.status = 'to_review' AND NOT EXISTS (
        SELECT FROM monitoring_mention o
        WHERE o.document_id = m.document_id AND o.status <> 'to_review' AND o.muted_by_id IS NULL
    )
    AND NOT EXISTS (
        SELECT FROM monitoring_triage t WHERE t.document_id = m.document_id
        AND (t.assignee_id IS NOT NULL OR t.is_founded IS NOT NULL OR t.snoozed_until IS NOT NULL)
    )
    ORDER BY m.id FOR NO KEY UPDATE OF m
)
UPDATE monitoring_mention m SET status = 'ignored', muted_by_id = %s FROM hidden WHERE m.id = hidden.id
"""
_IN_MUTED_STORIES = """
SELECT mute.id, array_agg(d.id ORDER BY d.id) FROM monitoring_document d
JOIN monitoring_mute mute ON mute.project_id = d.project_id AND mute.kind = 'story' AND mute.value = d.story_id::text
    AND mute.ended_at IS NULL
WHERE d.id = ANY(%s) GROUP BY mute.id ORDER BY mute.id
"""
# All items of the story that takes the others are searched again. A story that is muted already keeps its own mute.
_MOVE_TO_STORY = """
UPDATE monitoring_mute mute SET value = new.target::text,
    walked_to = (SELECT max(d.id) + 1 FROM monitoring_document d WHERE d.project_id = mute.project_id)
FROM (SELECT DISTINCT ON (target) * FROM unnest(%s::bigint[], %s::bigint[]) AS pair (story, target)
    JOIN monitoring_mute m ON m.kind = 'story' AND m.ended_at IS NULL AND m.value = pair.story::text
    ORDER BY target, m.id) AS new
WHERE mute.id = new.id AND NOT EXISTS (
    SELECT FROM monitoring_mute other WHERE other.project_id = mute.project_id AND other.kind = 'story'
    AND other.ended_at IS NULL AND other.value = new.target::text
)
"""
_MUTED = """
SELECT id, document_id FROM monitoring_mention WHERE id = ANY(%s) AND muted_by_id = %s ORDER BY id FOR NO KEY UPDATE
"""
_LEFT_STORIES = """
SELECT m.id, m.document_id FROM monitoring_mention m JOIN monitoring_mute mute ON mute.id = m.muted_by_id
WHERE m.document_id = ANY(%s) AND mute.kind = 'story' AND mute.value IS DISTINCT FROM m.story_id::text
ORDER BY m.id FOR NO KEY UPDATE OF m
"""
_GIVE_BACK = """
UPDATE monitoring_mention m SET muted_by_id = new.mute_id,
    status = CASE WHEN new.mute_id IS NULL THEN 'to_review' ELSE m.status END
FROM unnest(%s::bigint[], %s::bigint[]) AS new (id, mute_id) WHERE m.id = new.id
"""


def muted_documents(cursor: CursorWrapper, document_ids: Iterable[int]) -> dict[int, int]:
    """Return the mutes that hide these documents by document id; one query where no mute is active.

    The caller has the lock of the projects, so no mute is created until its transaction ends.
    """
    ids = sorted(set(document_ids))
    cursor.execute(_ACTIVE, [ids])
    index = MuteIndex(cursor.fetchall())
    return _find(cursor, index, ids) if index else {}


def hide_in_muted_stories(cursor: CursorWrapper, document_ids: Iterable[int]) -> None:
    """Hide the mentions to review of documents that have just become part of a story, if it is muted.

    The caller has the lock of the project, as for `muted_documents`, and of the mentions.
    """
    cursor.execute(_IN_MUTED_STORIES, [sorted(document_ids)])
    for mute_id, ids in cursor.fetchall():
        cursor.execute(_HIDE, [ids, mute_id])


def show_outside_muted_stories(cursor: CursorWrapper, document_ids: Iterable[int]) -> None:
    """Give back the mentions that the mute of a story hid and that have left it, unless another mute hides them.

    The caller has the lock of the project.
    """
    cursor.execute(_LEFT_STORIES, [sorted(document_ids)])
    rows = cursor.fetchall()
    if rows:
        muted = muted_documents(cursor, [document_id for _pk, document_id in rows])
        cursor.execute(_GIVE_BACK, columns_of([(pk, muted.get(document_id)) for pk, document_id in rows]))


def move_story_mutes(cursor: CursorWrapper, merged: Mapping[int, int]) -> None:
    """Let the mutes of stories follow them into the stories that take their items."""
    if merged:
        cursor.execute(_MOVE_TO_STORY, columns_of(sorted(merged.items())))


def _find(cursor: CursorWrapper, index: MuteIndex, document_ids: list[int]) -> dict[int, int]:
    cursor.execute(_DOCUMENTS, [document_ids])
    facts = [ItemFacts(*row) for row in cursor.fetchall()]
    return {one.document_id: mute_id for one in facts if (mute_id := index.find(one)) is not None}


def hide_batch(mute_id: int) -> bool:
    """Hide the mentions to review in the next documents of a mute. Return whether there are more.

    Locks the mute's row until the batch is stored; False if another worker has it, or if it ended.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        rows = Mute.objects.select_for_update(skip_locked=True, no_key=True)
        mute = rows.filter(pk=mute_id, walked_to__isnull=False, ended_at=None).first()
        if mute is None:
            return False
        cursor.execute(_WINDOW_START, [mute.project_id, mute.walked_to, WINDOW - 1])
        row = cursor.fetchone()
        start = row[0] if row else 0
        condition = _CONDITIONS[Mute.Kind(mute.kind)]
        bounds = [mute.project_id, start, mute.walked_to]
        cursor.execute(_CANDIDATES.format(condition=condition), [*bounds, mute.platform, mute.value])
        index = MuteIndex([(mute.pk, mute.project_id, mute.kind, mute.platform, mute.value)])
        found = [one.document_id for one in (ItemFacts(*row) for row in cursor.fetchall()) if index.find(one)]
        if found:
            cursor.execute(_HIDE, [found, mute.pk])
        Mute.objects.filter(pk=mute.pk).update(walked_to=start or None)
    return bool(start)


def give_back_batch(mute_id: int) -> bool:
    """Give back the next mentions of an ended mute, or leave them to another mute that hides them too.

    Return whether there are more. Deletes the mute after the last one.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        rows = Mute.objects.select_for_update(skip_locked=True, no_key=True)
        mute = rows.filter(pk=mute_id, ended_at__isnull=False).first()
        if mute is None:
            return False
        hidden = Mention.objects.filter(muted_by=mute.pk).order_by("published", "document_id")
        ids = list(hidden.values_list("pk", flat=True)[:GIVEN_BACK])
        if ids:
            _give_back(cursor, mute, ids)
            return True
    return _delete_if_empty(mute)


def _give_back(cursor: CursorWrapper, mute: Mute, ids: list[int]) -> None:
    """Give back those of these mentions that the mute still hides: somebody may have changed others meanwhile."""
    cursor.execute(_MUTED, [sorted(ids), mute.pk])
    mentions = cursor.fetchall()
    active = Mute.objects.filter(project=mute.project_id, ended_at=None)
    index = MuteIndex(active.values_list("pk", "project_id", "kind", "platform", "value"))
    others = _find(cursor, index, [document_id for _id, document_id in mentions]) if index else {}
    rows = [(mention_id, others.get(document_id)) for mention_id, document_id in mentions]
    if rows:
        cursor.execute(_GIVE_BACK, columns_of(rows))


@transaction.atomic
def _delete_if_empty(mute: Mute) -> bool:
    """Delete an ended mute unless a mention got it meanwhile, as a mention of a document with a hidden one does.

    The lock waits for those that store mentions. Return whether there are more to give back.
    """
    lock_project_exclusive(mute.project_id)
    if Mention.objects.filter(muted_by=mute.pk).exists():
        return True
    Mute.objects.filter(pk=mute.pk, ended_at__isnull=False).delete()
    return False


def walk_mutes(budget_s: float = BUDGET_S) -> bool:
    """Continue all unfinished mutes for about `budget_s` seconds. Return True if the time ran out before."""
    unfinished = Mute.objects.filter(Q(ended_at__isnull=False) | Q(walked_to__isnull=False), project__deleted_at=None)

    def next_batch(mute: Mute) -> bool:
        return give_back_batch(mute.pk) if mute.ended_at else hide_batch(mute.pk)

    return take_turns(lambda: unfinished.order_by("pk"), next_batch, budget_s)
