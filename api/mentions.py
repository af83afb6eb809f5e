"""The API's projects, keywords, sources, mentions and volume: the same reads and writes as the pages.

Each operation asks accounts.access for the membership first: 404 for strangers, 403 for a role that is too small.
Mounted by api/app.py, which signs callers in and turns exceptions into problem bodies.
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
from api import schemas as schemas
from api.filters import read_filter, refused
from monitoring.insights import cursors, mentions, volume
from monitoring.insights.filters import MentionFilter
from monitoring.messages.source_errors import words
from monitoring.models import Keyword, Source
from monitoring.services import keywords as keyword_writes
from monitoring.services import sources as source_writes
from monitoring.services import triage
from monitoring.services.corrections import correct_sentiment

router = Router()
PageSize = Annotated[int, Field(ge=1, le=mentions.MAX_PAGE_SIZE)]


# --- projects ----------------------------------------------------------------------------------------------


@router.get("/projects", response=schemas.Items[schemas.ProjectOut], tags=["projects"])
def list_projects(request: HttpRequest) -> dict[str, object]:
    """The projects you are a member of, with your role in each."""
    memberships = Membership.objects.filter(user=request.user).select_related("project")
    return {"items": memberships.order_by("project__name", "project_id")}


@router.get("/projects/{int:project_id}", response=schemas.ProjectOut, tags=["projects"])
def get_project(request: HttpRequest, project_id: int) -> Membership:
    return membership_of(request.user, project_id)


# --- keywords ------------------------------------------------------------------------------------------------


@router.get("/projects/{int:project_id}/keywords", response=schemas.Items[schemas.KeywordOut], tags=["keywords"])
def list_keywords(request: HttpRequest, project_id: int) -> dict[str, object]:
    """The watched keywords, in the order in which they were made."""
    project = membership_of(request.user, project_id).project
    return {"items": project.keywords.order_by("id")}


@router.post("/projects/{int:project_id}/keywords", response={201: schemas.KeywordOut}, tags=["keywords"])
def create_keyword(request: HttpRequest, project_id: int, keyword: schemas.KeywordIn) -> Status:
    """Watch a keyword. It is matched against the kept documents at once."""
    project = _managed(request, project_id)
    return Status(201, keyword_writes.create_keyword(project, request.user, **keyword.dict()))


@router.get("/projects/{int:project_id}/keywords/{int:keyword_id}", response=schemas.KeywordOut, tags=["keywords"])
def get_keyword(request: HttpRequest, project_id: int, keyword_id: int) -> Keyword:
    return _own(Keyword, membership_of(request.user, project_id).project, keyword_id)


@router.patch("/projects/{int:project_id}/keywords/{int:keyword_id}", response=schemas.KeywordOut, tags=["keywords"])
def change_keyword(request: HttpRequest, project_id: int, keyword_id: int, keyword: schemas.KeywordPatch) -> Keyword:
    """Change what is given and leave the rest. `paused` stops or takes up matching."""
    found = _own(Keyword, _managed(request, project_id), keyword_id)
    changes = keyword.dict(exclude_unset=True)
    paused = changes.pop("paused", found.is_paused)
    found = keyword_writes.update_keyword(found, request.user, **changes)
    return keyword_writes.pause_keyword(found, request.user, paused)


@router.delete("/projects/{int:project_id}/keywords/{int:keyword_id}", response={204: None}, tags=["keywords"])
def delete_keyword(request: HttpRequest, project_id: int, keyword_id: int) -> Status:
    """Delete a keyword with its mentions, rules and incidents."""
    keyword_writes.delete_keyword(_own(Keyword, _managed(request, project_id), keyword_id), request.user)
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
        raise refused("url", _("This site has several feeds. Choose one."), "several_feeds", candidates=found)
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
    size: PageSize = mentions.PAGE_SIZE,
) -> dict[str, object]:
    """What was said, newest first: one item a document, with its mention under each keyword. Follow `next` until it is
    null; it keeps the period of the first page. Ignored ones are left out unless `status` asks for them.
    """
    f = read_filter(request, membership_of(request.user, project_id).project, {"cursor", "size"})
    if cursor and not cursors.is_cursor(cursor):
        raise refused(
            "cursor", _("Invalid cursor. Use the one returned with the previous page."), "invalid", place="query"
        )
    page = mentions.page(f, cursor, size)
    return {"items": page.rows, "next": page.next_cursor and _page_url(request, f, page.next_cursor, size)}


@router.get("/projects/{int:project_id}/mentions/{int:mention_id}", response=schemas.StoryOut, tags=["mentions"])
def get_mention(request: HttpRequest, project_id: int, mention_id: int) -> mentions.MentionRow:
    """The document of a mention, with its mentions under all keywords, this one first."""
    return _story(membership_of(request.user, project_id).project, mention_id)


@router.patch("/projects/{int:project_id}/mentions/{int:mention_id}", response=schemas.StoryOut, tags=["mentions"])
def change_mention(
    request: HttpRequest, project_id: int, mention_id: int, mention: schemas.MentionPatch
) -> mentions.MentionRow:
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
    series = volume.volume(f, bucket=bucket)
    return {
        "since": f.since,
        "until": f.until,
        "zone": str(f.zone),
        "bucket": series.bucket,
        "starts": series.starts,
        "keywords": series.lines,
        "totals": series.totals,
        "total": series.total,
        "capped": series.capped,
    }


# --- what operations share -----------------------------------------------------------------------------------


def _managed(request: HttpRequest, project_id: int) -> Project:
    return membership_of(request.user, project_id, Role.MANAGER).project


def _own(model: type[Keyword] | type[Source], project: Project, pk: int) -> Keyword | Source:
    return get_object_or_404(model.objects.select_related("project"), project=project, pk=pk)


def _story(project: Project, mention_id: int) -> mentions.MentionRow:
    return mentions.row_of(project.pk, mention_id) or get_object_or_404(Keyword.objects.none())


def _page_url(request: HttpRequest, f: MentionFilter, cursor: str, size: int) -> str:
    """Instants in place of a named period: a walk that goes on past midnight stays the same list."""
    fixed = f.replace(since=f.since, until=f.until)
    paging = urlencode({"cursor": cursor, "size": size})
    return request.build_absolute_uri(f"{request.path}?{fixed.to_query()}&{paging}")
