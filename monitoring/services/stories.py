"""Join documents into a story by hand, take documents out of one, and undo both.

In: a project, a person, document ids. Out: a `StoryChange`. What a person joined is not taken apart, and what a person
split is not joined again, by ingest/stories.py: both leave fixed stories. Called by the pages of stories, the toolbar
of the inbox and the API.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, OuterRef, Q

from accounts.activity_log import record
from accounts.models import ActivityEntry, Project, User
from monitoring.ingest.mutes import move_story_mutes, show_outside_muted_stories
from monitoring.ingest.project_lock import lock_project_shared, lock_stories
from monitoring.ingest.story_changes import assign, insert_story
from monitoring.ingest.story_redirects import forget_redirects, main_targets, redirect_stories
from monitoring.models import Document, DocumentActivity, Mute, Story
from monitoring.services.triage_log import UNDONE, link_documents

# Documents that one call names; their stories can have more.
MAX_DOCUMENTS = 200
JOINED, SPLIT = "story.joined", "story.split"
UNDOABLE = {JOINED, SPLIT}


@dataclass(frozen=True)
class StoryChange:
    """The result of a call: the stories that the documents are in now, those that moved, and the entry that undoes it.

    `entry_id` is None if nothing changed.
    """

    story_ids: tuple[int, ...] = ()
    document_ids: tuple[int, ...] = ()
    entry_id: int | None = None


def join_stories(
    project: Project, user: User | None, document_ids: Iterable[int], story_id: int | None = None
) -> StoryChange:
    """Join documents, with all of their stories, into one story: `story_id`, or the oldest of theirs.

    Nothing changes where there are fewer than two. Raises Story.DoesNotExist for a story that no longer exists.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        documents = _locked(project, document_ids, story_id)
        if story_id is not None:
            Story.objects.get(pk=story_id, project=project)
        stories = sorted({one.story_id for one in documents if one.story_id is not None})
        if len(documents) < 2:
            return StoryChange()
        if len(stories) == 1 and all(one.story_id for one in documents):
            return StoryChange(tuple(stories))  # joined already
        target = story_id or (stories[0] if stories else insert_story(cursor, project.pk))
        merged = [one for one in stories if one != target]
        mutes = _mutes_of(project, merged)
        move_story_mutes(cursor, dict.fromkeys(merged, target))
        moved = {one.pk: one.story_id for one in documents if one.story_id != target}
        detail = {"mutes": mutes, "fixed": _fixed(merged)}
        entry = _move(cursor, project, user, JOINED, documents, moved, dict.fromkeys(moved.values(), target), detail)
        Story.objects.filter(pk__in=merged).delete()
        redirect_stories(project.pk, dict.fromkeys(merged, target))
    return StoryChange((target,), tuple(sorted(moved)), entry.pk)


def split_stories(
    project: Project, user: User | None, document_ids: Iterable[int], story_id: int | None = None
) -> StoryChange:
    """Take documents out of their stories, or of `story_id` alone: those of one story become a story of their own.

    Nothing changes where all documents of a story are given.
    """
    chosen = set(document_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        documents = _locked(project, chosen)
        moved: dict[int, int | None] = {}
        targets: dict[int | None, int] = {}
        for former in sorted({one.story_id for one in documents if one.pk in chosen and one.story_id is not None}):
            items = [one for one in documents if one.story_id == former]
            taken = [one for one in items if one.pk in chosen]
            if len(taken) < len(items) and story_id in (None, former):
                targets[former] = insert_story(cursor, project.pk)
                moved |= {one.pk: former for one in taken}
        if not moved:
            return StoryChange()
        taken = [one for one in documents if one.pk in moved]
        entry = _move(cursor, project, user, SPLIT, taken, moved, targets, {"fixed": _fixed(targets)})
    return StoryChange(tuple(sorted(targets.values())), tuple(sorted(moved)), entry.pk)


def undo_story_change(project: Project, user: User | None, entry_id: int) -> StoryChange:
    """Return documents to the stories that they had before a change, except those that were moved again since.

    Undoing twice changes nothing. Raises ActivityEntry.DoesNotExist for an entry of another project or action.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        entry = ActivityEntry.objects.get(pk=entry_id, project=project, action__in=UNDOABLE, detail__has_key="moved")
        links = DocumentActivity.objects.filter(entry=entry).values_list("document_id", "before")
        before = {pk: values["story"] for pk, values in links if "story" in values}
        documents = {one.pk: one for one in _locked(project, before, whole=False)}
        after = {pk: entry.detail["moved"][str(former or 0)] for pk, former in before.items()}
        moved = {pk: before[pk] for pk, one in documents.items() if one.story_id == after[pk]}
        if not moved:
            return StoryChange()
        left = {after[pk] for pk in moved}
        _restore_stories(project, {former for former in moved.values() if former}, entry.detail["fixed"])
        assign(cursor, moved)
        _restore_mutes(entry.detail.get("mutes", {}), {str(one) for one in left})
        remaining = Document.objects.filter(project=project, story_id__in=left).values_list("pk", flat=True)
        show_outside_muted_stories(cursor, {*moved, *remaining})
        items = Document.objects.filter(story_id=OuterRef("pk"))
        Story.objects.filter(~Exists(items), pk__in=left).delete()
        redirect_stories(project.pk, main_targets((after[pk], former) for pk, former in moved.items()))
        title = _title([documents[pk] for pk in moved])
        undone = record(project, user, UNDONE, title, undone=entry.pk, change=entry.action)
        link_documents(undone, {pk: {"story": after[pk]} for pk in moved})
    return StoryChange(tuple(sorted({one for one in moved.values() if one})), tuple(sorted(moved)), undone.pk)


def _move(
    cursor: CursorWrapper,
    project: Project,
    user: User | None,
    action: str,
    documents: Collection[Document],
    moved: Mapping[int, int | None],
    targets: Mapping[int | None, int],
    detail: Mapping[str, object],
) -> ActivityEntry:
    """Move documents from their former stories to those that `targets` names, fix all of them, and log it."""
    assign(cursor, {pk: targets[former] for pk, former in moved.items()})
    show_outside_muted_stories(cursor, moved)
    decided = {*targets.values(), *(former for former in targets if former)}
    Story.objects.filter(pk__in=decided).update(is_fixed=True)
    # Keys of JSON are texts; no story has the id 0.
    by_former = {str(former or 0): target for former, target in targets.items()}
    entry = record(project, user, action, _title(documents), documents=sorted(moved), moved=by_former, **detail)
    link_documents(entry, {pk: {"story": former} for pk, former in moved.items()})
    return entry


def _fixed(story_ids: Iterable[int | None]) -> list[int]:
    return list(
        Story.objects.filter(pk__in=list(story_ids), is_fixed=True).order_by("pk").values_list("pk", flat=True)
    )


def _mutes_of(project: Project, story_ids: Iterable[int]) -> dict[str, str]:
    """Return the values of the mutes of these stories by id, as JSON."""
    values = [str(one) for one in story_ids]
    mutes = Mute.objects.filter(project=project, kind=Mute.Kind.STORY, ended_at=None, value__in=values)
    return {str(pk): value for pk, value in mutes.values_list("pk", "value")}


def _restore_stories(project: Project, story_ids: set[int], fixed: list[int]) -> None:
    """Insert those of these stories that were deleted when a person joined them, with their former ids."""
    gone = story_ids - set(Story.objects.filter(pk__in=story_ids).values_list("pk", flat=True))
    Story.objects.bulk_create([Story(pk=pk, project=project, is_fixed=pk in fixed) for pk in sorted(gone)])
    forget_redirects(gone)


def _restore_mutes(mutes: Mapping[str, str], present: Collection[str]) -> None:
    """Return the mutes that followed their stories, unless they have ended since."""
    for pk, value in mutes.items():
        Mute.objects.filter(pk=int(pk), value__in=present, ended_at=None).update(value=value)


def _locked(
    project: Project, document_ids: Iterable[int], story_id: int | None = None, *, whole: bool = True
) -> list[Document]:
    """Lock the documents of the project among these, and if `whole` all others of their stories, in key order.

    The documents of `story_id` are locked too.
    """
    # In the order of ingest/stories.py.
    lock_project_shared([project.pk])
    lock_stories(project.pk)
    ids = list(document_ids)
    wanted = Q(pk__in=ids[:MAX_DOCUMENTS] if whole else ids)
    if whole:
        named = Document.objects.filter(wanted, project=project, story__isnull=False)
        stories = set(named.values_list("story_id", flat=True)) | ({story_id} if story_id else set())
        wanted |= Q(story_id__in=list(stories))
    rows = Document.objects.filter(wanted, project=project).order_by("pk")
    return list(rows.only("title", "url", "story_id", "published").select_for_update(no_key=True, of=("self",)))


def _title(documents: Iterable[Document]) -> str:
    """Return the target of an activity entry: the first document."""
    return str(min(documents, key=lambda one: (one.published, one.pk)))
