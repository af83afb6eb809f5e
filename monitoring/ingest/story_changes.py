"""Write which stories documents belong to: on the documents, and as copies on their mentions.

Documents are locked by id, then mentions by id: the order of edits and triage, so no two writers can deadlock. Called
by ingest/stories.py and services/stories.py, in a transaction that has the project's lock of stories.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from monitoring.ingest.mutes import hide_in_muted_stories, move_story_mutes
from monitoring.ingest.statements import columns_of
from monitoring.ingest.story_redirects import main_targets, redirect_stories
from monitoring.stories.groups import Plan

_LOCK_DOCUMENTS = """
SELECT id, story_id, xmin::text FROM monitoring_document WHERE id = ANY(%s) OR story_id = ANY(%s)
ORDER BY id FOR NO KEY UPDATE
"""
_LOCK_MENTIONS = "SELECT id FROM monitoring_mention WHERE document_id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_INSERT = """
INSERT INTO monitoring_story (project_id, is_fixed, created_at) VALUES (%s, %s, %s) RETURNING id
"""
_UPDATE_DOCUMENTS = """
UPDATE monitoring_document d SET story_id = new.story_id FROM unnest(%s::bigint[], %s::bigint[]) AS new (id, story_id)
WHERE d.id = new.id AND d.story_id IS DISTINCT FROM new.story_id
"""
# Also mentions that were inserted while their document got its story.
_UPDATE_MENTIONS = """
UPDATE monitoring_mention m SET story_id = d.story_id FROM monitoring_document d
WHERE d.id = m.document_id AND m.document_id = ANY(%s) AND m.story_id IS DISTINCT FROM d.story_id
"""
_DELETE_EMPTY = """
DELETE FROM monitoring_story s WHERE s.id = ANY(%s)
    AND NOT EXISTS (SELECT FROM monitoring_document d WHERE d.story_id = s.id)
"""


@dataclass(frozen=True)
class StoryChanges:
    """A plan of stories, and the documents that leave theirs before it is carried out."""

    plan: Plan = field(default_factory=Plan)
    left: list[int] = field(default_factory=list)


def apply_changes(
    cursor: CursorWrapper, project_id: int, changes: StoryChanges, versions: Mapping[int, str], ids: Iterable[int]
) -> bool:
    """Carry out changes. Return False, with nothing changed, if a document is not as it was read any more.

    `versions` are those of the documents that were read, `ids` the documents whose mentions are updated.
    """
    plan = changes.plan
    named = {*ids, *changes.left, *plan.joined, *(pk for items in plan.new for pk in items)}
    cursor.execute(_LOCK_DOCUMENTS, [sorted(named), sorted(plan.merged)])
    stored = {pk: (story_id, version) for pk, story_id, version in cursor.fetchall()}
    if any(pk in versions and versions[pk] != version for pk, (_, version) in stored.items()) or named - stored.keys():
        return False
    targets: dict[int, int | None] = dict.fromkeys(changes.left)
    targets |= {pk: plan.merged[story_id] for pk, (story_id, _) in stored.items() if story_id in plan.merged}
    targets |= plan.joined
    for items in plan.new:
        targets |= dict.fromkeys(items, insert_story(cursor, project_id))
    move_story_mutes(cursor, plan.merged)
    emptied = {story_id for pk in targets if (story_id := stored[pk][0]) is not None}
    assign(cursor, targets, [pk for pk in named if stored[pk][0] is not None])
    cursor.execute(_DELETE_EMPTY, [sorted(emptied)])
    redirect_stories(project_id, main_targets((stored[pk][0], target) for pk, target in targets.items()))
    return True


def insert_story(cursor: CursorWrapper, project_id: int, *, is_fixed: bool = False) -> int:
    """Insert a story and return its id."""
    cursor.execute(_INSERT, [project_id, is_fixed, timezone.now()])
    return cursor.fetchone()[0]


def assign(cursor: CursorWrapper, targets: Mapping[int, int | None], ids: Iterable[int] = ()) -> None:
    """Set the stories of documents that the caller has locked, and copy those of these and `ids` to mentions."""
    if targets:
        cursor.execute(_UPDATE_DOCUMENTS, columns_of([(pk, targets[pk]) for pk in sorted(targets)]))
    copied = sorted({*targets, *ids})
    cursor.execute(_LOCK_MENTIONS, [copied])
    cursor.execute(_UPDATE_MENTIONS, [copied])
    joined = [pk for pk, story_id in targets.items() if story_id is not None]
    if joined:
        hide_in_muted_stories(cursor, joined)
