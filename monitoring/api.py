"""The API's projects, topics, sources, mentions and volume: the same reads and writes as the pages.

Each operation asks accounts.access for the membership first: 404 for strangers, 403 for a role that is too small.
Mounted by config/api.py, which signs callers in and turns exceptions into problem bodies.
"""

from typing import Annotated
from urllib.parse import urlencode

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import Field

from accounts.access import membership_of
from accounts.models import Membership, Project, Role
from monitoring import api_schemas as schemas
from monitoring import sources as source_writes
from monitoring import topics as topic_writes
from monitoring import triage
from monitoring.api_filters import read_filter, refused
from monitoring.corrections import correct_sentiment
from monitoring.health import words
from monitoring.insights import lists, series
from monitoring.insights.filters import MentionFilter
from monitoring.models import Source, Topic

router = Router()
PageSize = Annotated[int, Field(ge=1, le=lists.MAX_PAGE_SIZE)]


# --- projects ----------------------------------------------------------------------------------------------


@router.get("/projects", response=schemas.Items[schemas.ProjectOut], tags=["projects"])
def list_projects(request: HttpRequest) -> dict[str, object]:
    """The projects you are a member of, with your role in each."""
    memberships = Membership.objects.filter(user=request.user).select_related("project")
    return {"items": memberships.order_by("project__name", "project_id")}


@router.get("/projects/{int:project_id}", response=schemas.ProjectOut, tags=["projects"])
def get_project(request: HttpRequest, project_id: int) -> Membership:
    return membership_of(request.user, project_id)


# --- topics ------------------------------------------------------------------------------------------------


@router.get("/projects/{int:project_id}/topics", response=schemas.Items[schemas.TopicOut], tags=["topics"])
def list_topics(request: HttpRequest, project_id: int) -> dict[str, object]:
    """The watched keywords, in the order in which they were made."""
    project = membership_of(request.user, project_id).project
    return {"items": project.topics.order_by("id")}


@router.post("/projects/{int:project_id}/topics", response={201: schemas.TopicOut}, tags=["topics"])
def create_topic(request: HttpRequest, project_id: int, topic: schemas.TopicIn) -> Status:
    """Watch a keyword. It is matched against the kept documents at once."""
    project = _managed(request, project_id)
    return Status(201, topic_writes.create_topic(project, request.user, **topic.dict()))


@router.get("/projects/{int:project_id}/topics/{int:topic_id}", response=schemas.TopicOut, tags=["topics"])
def get_topic(request: HttpRequest, project_id: int, topic_id: int) -> Topic:
    return _own(Topic, membership_of(request.user, project_id).project, topic_id)


@router.patch("/projects/{int:project_id}/topics/{int:topic_id}", response=schemas.TopicOut, tags=["topics"])
def change_topic(request: HttpRequest, project_id: int, topic_id: int, topic: schemas.TopicPatch) -> Topic:
    """Change what is given and leave the rest. `paused` stops or takes up matching."""
    found = _own(Topic, _managed(request, project_id), topic_id)
    changes = topic.dict(exclude_unset=True)
    paused = changes.pop("paused", found.is_paused)
    found = topic_writes.update_topic(found, request.user, **changes)
    return topic_writes.pause_topic(found, request.user, paused)


@router.delete("/projects/{int:project_id}/topics/{int:topic_id}", response={204: None}, tags=["topics"])
def delete_topic(request: HttpRequest, project_id: int, topic_id: int) -> Status:
    """Delete a keyword with its mentions, rules and incidents."""
    topic_writes.delete_topic(_own(Topic, _managed(request, project_id), topic_id), request.user)
    return Status(204, None)


# --- sources -----------------------------------------------------------------------------------------------


@router.get("/projects/{int:project_id}/sources", response=schemas.Items[schemas.SourceOut], tags=["sources"])
def list_sources(request: HttpRequest, project_id: int) -> dict[str, object]:
    """The sources with their health, in the order in which they were added."""
    project = membership_of(request.user, project_id).project
    return {"items": project.sources.order_by("id")}


@router.post(
    "/projects/{int:project_id}/sources", response={200: schemas.SourceOut, 201: schemas.SourceOut}, tags=["sources"]
)
def add_source(request: HttpRequest, project_id: int, source: schemas.SourceIn) -> Status:
    """Add a feed by its own address or its site's. 200 where it is there already; where a site offers several feeds,
    the problem's `candidates` name them. A feed that cannot be heard just now is kept, with its `error`.
    """
    result = source_writes.add_source(_managed(request, project_id), request.user, source.url)
    if result.candidates:
        found = [{"url": feed.url, "title": feed.title} for feed in result.candidates]
        raise refused("url", _("This site offers several feeds. Choose one."), "several_feeds", candidates=found)
    if result.source is None:
        raise refused("url", f"{words(result.error).what} {words(result.error).do}", result.error)
    return Status(201 if result.created else 200, result.source)


@router.get("/projects/{int:project_id}/sources/{int:source_id}", response=schemas.SourceOut, tags=["sources"])
def get_source(request: HttpRequest, project_id: int, source_id: int) -> Source:
    return _own(Source, membership_of(request.user, project_id).project, source_id)


@router.patch("/projects/{int:project_id}/sources/{int:source_id}", response=schemas.SourceOut, tags=["sources"])
def pause_source(request: HttpRequest, project_id: int, source_id: int, source: schemas.SourcePatch) -> Source:
    """Pause a source, or take up a paused or stopped one."""
    return source_writes.pause_source(
        _own(Source, _managed(request, project_id), source_id), request.user, source.paused
    )


@router.delete("/projects/{int:project_id}/sources/{int:source_id}", response={204: None}, tags=["sources"])
def delete_source(request: HttpRequest, project_id: int, source_id: int) -> Status:
    """Delete a source. What it brought stays."""
    source_writes.delete_source(_own(Source, _managed(request, project_id), source_id), request.user)
    return Status(204, None)


@router.post(
    "/projects/{int:project_id}/sources/{int:source_id}/poll", response={202: schemas.SourceOut}, tags=["sources"]
)
def poll_source(request: HttpRequest, project_id: int, source_id: int) -> Status:
    """Have the source polled within seconds."""
    source = _own(Source, _managed(request, project_id), source_id)
    source_writes.poll_now(source, request.user)
    source.refresh_from_db()
    return Status(202, source)


# --- mentions ----------------------------------------------------------------------------------------------


@router.get("/projects/{int:project_id}/mentions", response=schemas.StoryPage, tags=["mentions"])
def list_mentions(
    request: HttpRequest,
    project_id: int,
    filters: Query[schemas.FilterParameters],
    cursor: str = "",
    size: PageSize = lists.PAGE_SIZE,
) -> dict[str, object]:
    """What was said, newest first: one item a document, with its mention under each keyword. Follow `next` until it is
    null; it keeps the period of the first page. Ignored ones are left out unless `status` asks for them.
    """
    f = read_filter(request, membership_of(request.user, project_id).project, {"cursor", "size"})
    if cursor and not lists.is_cursor(cursor):
        raise refused("cursor", _("This is not a cursor that an earlier page gave."), "invalid", place="query")
    page = lists.page(f, cursor, size)
    return {"items": page.rows, "next": page.next_cursor and _page_url(request, f, page.next_cursor, size)}


@router.get("/projects/{int:project_id}/mentions/{int:mention_id}", response=schemas.StoryOut, tags=["mentions"])
def get_mention(request: HttpRequest, project_id: int, mention_id: int) -> lists.Row:
    """The document of a mention, with its mentions under all keywords, this one first."""
    return _story(membership_of(request.user, project_id).project, mention_id)


@router.patch("/projects/{int:project_id}/mentions/{int:mention_id}", response=schemas.StoryOut, tags=["mentions"])
def change_mention(request: HttpRequest, project_id: int, mention_id: int, mention: schemas.MentionPatch) -> lists.Row:
    """Set the status of a mention, and of the same document's mentions under other keywords. Correct its sentiment,
    towards its own keyword alone; null takes a correction back, so that the model's label holds again.
    """
    project = _managed(request, project_id)
    _story(project, mention_id)
    changes = mention.dict(exclude_unset=True)
    if "status" in changes:
        triage.set_status(project, request.user, [mention_id], changes["status"])
    if "sentiment" in changes:
        correct_sentiment(project, request.user, [mention_id], changes["sentiment"] or "")
    return _story(project, mention_id)


@router.get("/projects/{int:project_id}/volume", response=schemas.VolumeOut, tags=["volume"])
def get_volume(
    request: HttpRequest,
    project_id: int,
    filters: Query[schemas.FilterParameters],
    bucket: schemas.Bucket | None = None,
) -> dict[str, object]:
    """Mentions by hour, day or week in your time zone, for each keyword; `totals` counts documents."""
    f = read_filter(request, membership_of(request.user, project_id).project, {"bucket"})
    volume = series.volume(f, bucket=bucket)
    return {
        "since": f.since,
        "until": f.until,
        "zone": str(f.zone),
        "bucket": volume.bucket,
        "starts": volume.starts,
        "topics": volume.lines,
        "totals": volume.totals,
        "total": volume.total,
        "capped": volume.capped,
    }


# --- what operations share -----------------------------------------------------------------------------------


def _managed(request: HttpRequest, project_id: int) -> Project:
    return membership_of(request.user, project_id, Role.MANAGER).project


def _own(model: type[Topic] | type[Source], project: Project, pk: int) -> Topic | Source:
    return get_object_or_404(model.objects.select_related("project"), project=project, pk=pk)


def _story(project: Project, mention_id: int) -> lists.Row:
    return lists.one(project.pk, mention_id) or get_object_or_404(Topic.objects.none())


def _page_url(request: HttpRequest, f: MentionFilter, cursor: str, size: int) -> str:
    """Instants in place of a named period: a walk that goes on past midnight stays the same list."""
    fixed = f.replace(since=f.since, until=f.until)
    paging = urlencode({"cursor": cursor, "size": size})
    return request.build_absolute_uri(f"{request.path}?{fixed.to_query()}&{paging}")
