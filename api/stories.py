"""The API's stories: the most repeated ones, join items into one, take items out of theirs.

Members read, managers write through monitoring/services/stories.py. Mounted by api/app.py, which authenticates callers
and turns exceptions into problem bodies. The items of a story are `mentions?story=ID`.
"""

from datetime import datetime
from typing import Annotated

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.filters import read_filter
from api.problems import InvalidField
from api.schemas import Body, FilterParameters, SourceName
from monitoring.content.values import MAX_ID
from monitoring.insights.time_limit import time_limit
from monitoring.insights.top_stories import TopStories, top_stories
from monitoring.services import stories

router = Router(tags=["stories"])
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
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


class StoryOut(Schema):
    story_id: int


class SplitOut(Schema):
    story_ids: list[int] = Field(description="the new stories; empty if nothing changed")


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


@router.post("/projects/{int:project_id}/stories/join", response=StoryOut)
def join_stories(request: SignedInRequest, project_id: int, items: StoryItems) -> dict[str, int]:
    """Join items into one story, with all items of the stories that they are part of. Vigie does not take it apart."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    story_id = stories.join_stories(project, request.user, items.document_ids)
    if story_id is None:
        raise InvalidField("document_ids", _("Select at least two items of this project."), "invalid")
    return {"story_id": story_id}


@router.post("/projects/{int:project_id}/stories/split", response=SplitOut)
def split_stories(request: SignedInRequest, project_id: int, items: StoryItems) -> dict[str, list[int]]:
    """Take items out of their stories. Those of one story become a story of their own, and Vigie does not join it with
    the rest again.
    """
    project = membership_of(request.user, project_id, Role.MANAGER).project
    return {"story_ids": stories.split_stories(project, request.user, items.document_ids)}
