"""The API's stories: the most repeated ones, one with its spread, join items into one, take items out of theirs.

Members read, managers write through monitoring/services/stories.py. Mounted by api/app.py, which authenticates callers
and turns exceptions into problem bodies. The items of a story are `mentions?story=ID`.
"""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import ActivityEntry, Role
from api.filters import read_filter
from api.problems import InvalidField
from api.schemas import Body, FilterParameters, Id, SourceName
from monitoring.insights import story
from monitoring.insights.story_redirects import present_stories
from monitoring.insights.time_limit import time_limit
from monitoring.insights.top_stories import TopStories, top_stories
from monitoring.models import Story
from monitoring.services import stories

router = Router(tags=["stories"])
MAX_STORIES = 50


class StoryItems(Body):
    """IDs of documents, `document_id` in lists of mentions."""

    document_ids: list[Id] = Field(min_length=1, max_length=stories.MAX_DOCUMENTS)


class StorySourceOut(Schema):
    source: SourceName | None = Field(description="null: sources that were deleted")
    items: int


class TopStoryOut(Schema):
    """A story: its first item under the filter, the number of its items, its sources and days."""

    story_id: int
    document_id: int = Field(alias="first.pk")
    mention_id: int = Field(alias="first_mention_id")
    title: str = Field(alias="first.title")
    url: str = Field(alias="first.url")
    first_published: datetime = Field(alias="first.published")
    last_published: datetime
    items: int
    source_count: int
    sources: list[StorySourceOut] = Field(description="those with most items, up to 5")
    by_day: list[int] = Field(description="items on each of `days`")


class TopStoriesOut(Schema):
    days: list[datetime]
    items: list[TopStoryOut] = Field(alias="stories")


class StoryJoin(StoryItems):
    story_id: Id | None = Field(None, description="the story that they join; null: the oldest of theirs, or a new one")


class StorySplit(StoryItems):
    story_id: Id | None = Field(None, description="only items of this story are taken out; null: of any")


class StoryOut(Schema):
    story_id: int
    change_id: int | None = Field(description="undoes the change; null if nothing changed")


class SplitOut(Schema):
    story_ids: list[int] = Field(description="the new stories; empty if nothing changed")
    change_id: int | None = Field(description="undoes the change; null if nothing changed")


class StoryUndoOut(Schema):
    change_id: int | None = Field(alias="entry_id", description="the entry of the undoing; null if nothing changed")
    document_ids: list[int] = Field(description="the documents that returned to their former stories")
    story_ids: list[int] = Field(description="these stories")


class PlaceOut(Schema):
    name: str
    items: int


class StoryDetailOut(Schema):
    """How a story spread. All numbers are of items with a mention, of any status."""

    story_id: int
    document_id: int = Field(description="the first item")
    mention_id: int
    title: str
    url: str
    items: int
    first_published: datetime
    last_published: datetime
    half: datetime = Field(description="when half of the items were published")
    most: datetime = Field(description="when 90% of the items were published")
    authors: int
    followers: int = Field(description="known followers of the authors, each author once")
    unknown_followers: int = Field(description="items whose author’s followers are unknown")
    undated: int = Field(description="items without a date: that of their collection is used")
    sites: list[PlaceOut] = Field(description="hosts with most items, up to 6")
    site_count: int
    platforms: list[PlaceOut]
    same_texts: list[int] = Field(description="documents with the text of the first item")
    adapted_texts: list[int] = Field(description="documents with another text, of the first 100 items")


@router.get("/projects/{int:project_id}/stories", response=TopStoriesOut)
@time_limit()
def list_stories(
    request: SignedInRequest,
    project_id: int,
    filters: Query[FilterParameters],
    size: Annotated[int, Field(ge=1, le=MAX_STORIES)] = 10,
) -> TopStories:
    """List the stories with the most items under the filter, and at least two. Their items are the mentions with
    `story`.
    """
    return top_stories(read_filter(request, membership_of(request.user, project_id).project, {"size"}), size)


@router.get("/projects/{int:project_id}/stories/{int:story_id}", response=StoryDetailOut)
@time_limit()
def get_story(request: SignedInRequest, project_id: int, story_id: int) -> dict[str, Any]:
    """Return how a story spread. Its items are the mentions with `story`, its course the volume with `story`. For a
    story whose items another one took in, return that one, with its own `story_id`.
    """
    membership_of(request.user, project_id)
    f = story.filter_of(project_id, story_id, request.user.zone)
    if f is None:
        story_id = present_stories(project_id, [story_id]).get(story_id, story_id)
        f = story.filter_of(project_id, story_id, request.user.zone)
    if f is None:
        raise Http404
    facts, first, texts = story.facts_of(f), story.first_of(f), story.same_texts(f)
    return {
        **{name: getattr(facts, name) for name in story.StoryFacts.__dataclass_fields__},
        "sites": [{"name": name, "items": items} for name, items in facts.sites],
        "platforms": [{"name": name, "items": items} for name, items in facts.platforms],
        "story_id": story_id,
        "document_id": first.document.pk,
        "mention_id": first.mention.pk,
        "title": first.document.title,
        "url": first.document.url,
        "same_texts": sorted(texts.same),
        "adapted_texts": sorted(texts.adapted),
    }


@router.post("/projects/{int:project_id}/stories/join", response=StoryOut)
def join_stories(request: SignedInRequest, project_id: int, items: StoryJoin) -> dict[str, int | None]:
    """Join items into one story, with all items of the stories that they are part of. Vigie does not take it apart."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        change = stories.join_stories(project, request.user, items.document_ids, items.story_id)
    except Story.DoesNotExist:
        raise InvalidField("story_id", _("This story no longer exists."), "unknown") from None
    if not change.story_ids:
        raise InvalidField("document_ids", _("Select at least two items of this project."), "invalid")
    return {"story_id": change.story_ids[0], "change_id": change.entry_id}


@router.post("/projects/{int:project_id}/stories/split", response=SplitOut)
def split_stories(request: SignedInRequest, project_id: int, items: StorySplit) -> dict[str, Any]:
    """Take items out of their stories. Those of one story become a story of their own, and Vigie does not join it with
    the rest again.
    """
    project = membership_of(request.user, project_id, Role.MANAGER).project
    change = stories.split_stories(project, request.user, items.document_ids, items.story_id)
    return {"story_ids": change.story_ids, "change_id": change.entry_id}


@router.post("/projects/{int:project_id}/stories/changes/{int:change_id}/undo", response=StoryUndoOut)
def undo_story_change(request: SignedInRequest, project_id: int, change_id: int) -> stories.StoryChange:
    """Return items to the stories that they had before a change, except those that were moved again since."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        return stories.undo_story_change(project, request.user, change_id)
    except ActivityEntry.DoesNotExist:
        raise Http404 from None
