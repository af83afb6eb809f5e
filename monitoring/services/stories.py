"""Join documents into a story by hand, and take documents out of one.

In: a project, a person, document ids. Out: the ids of the stories. What a person joined is not taken apart, and what a
person split is not joined again, by ingest/stories.py: both leave fixed stories. Called by the API.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Q

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.ingest.mutes import move_story_mutes
from monitoring.ingest.project_lock import lock_project_shared, lock_stories
from monitoring.ingest.story_changes import assign, insert_story
from monitoring.models import Document, Story
from monitoring.services.triage_log import link_documents

# Documents that one call names; their stories can have more.
MAX_DOCUMENTS = 200


def join_stories(project: Project, user: User | None, document_ids: Iterable[int]) -> int | None:
    """Join documents, with all of their stories, into one story. Return its id; None if there are fewer than two."""
    with transaction.atomic(), connection.cursor() as cursor:
        documents = _locked(project, document_ids)
        stories = sorted({one.story_id for one in documents if one.story_id is not None})
        if len(documents) < 2:
            return None
        if len(stories) == 1 and all(one.story_id for one in documents):
            return stories[0]  # joined already
        story_id = stories[0] if stories else insert_story(cursor, project.pk)
        changed = [one for one in documents if one.story_id != story_id]
        move_story_mutes(cursor, {one: story_id for one in stories if one != story_id})
        assign(cursor, {one.pk: story_id for one in changed})
        Story.objects.filter(pk=story_id).update(is_fixed=True)
        Story.objects.filter(pk__in=stories).exclude(pk=story_id).delete()
        ids = [one.pk for one in changed]
        entry = record(project, user, "story.joined", _title(documents), story=story_id, documents=ids)
        link_documents(entry, {pk: {} for pk in ids})
    return story_id


def split_stories(project: Project, user: User | None, document_ids: Iterable[int]) -> list[int]:
    """Take documents out of their stories: those of one story become a story of their own. Return the new stories.

    Nothing changes where all documents of a story are given.
    """
    chosen = set(document_ids)
    made: list[int] = []
    with transaction.atomic(), connection.cursor() as cursor:
        documents = _locked(project, chosen)
        for story_id in sorted({one.story_id for one in documents if one.pk in chosen and one.story_id is not None}):
            items = [one for one in documents if one.story_id == story_id]
            taken = [one for one in items if one.pk in chosen]
            if len(taken) == len(items):
                continue
            new = insert_story(cursor, project.pk, is_fixed=True)
            assign(cursor, {one.pk: new for one in taken})
            Story.objects.filter(pk=story_id).update(is_fixed=True)
            made.append(new)
            ids = [one.pk for one in taken]
            entry = record(project, user, "story.split", _title(taken), story=story_id, new_story=new, documents=ids)
            link_documents(entry, {pk: {} for pk in ids})
    return made


def _locked(project: Project, document_ids: Iterable[int]) -> list[Document]:
    """Lock the documents of the project among these, and all others of their stories, in key order."""
    # In the order of ingest/stories.py.
    lock_project_shared([project.pk])
    lock_stories(project.pk)
    named = Q(pk__in=list(document_ids)[:MAX_DOCUMENTS])
    stories = Document.objects.filter(named, project=project, story__isnull=False).values_list("story_id", flat=True)
    rows = Document.objects.filter(named | Q(story_id__in=list(stories)), project=project).order_by("pk")
    return list(rows.only("title", "url", "story_id", "published").select_for_update(no_key=True, of=("self",)))


def _title(documents: list[Document]) -> str:
    """Return the target of an activity entry: the first document."""
    return str(min(documents, key=lambda one: (one.published, one.pk)))
