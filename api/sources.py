"""The API's sources: list, add, read, pause, delete and poll them.

Members read, managers write through monitoring/services/sources.py; platform_sources.py adds those of platforms.
Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.problems import InvalidField
from api.schemas import Items, SourceIn, SourceOut, SourcePatch
from monitoring.messages.source_errors import error_text
from monitoring.models import FetchRequest, Source
from monitoring.services import sources
from monitoring.services.fetches import fetch_here
from monitoring.services.tags import set_tags

router = Router(tags=["sources"])


@router.get("/projects/{int:project_id}/sources", response=Items[SourceOut])
def list_sources(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List the sources with their status, in the order in which they were added."""
    project = membership_of(request.user, project_id).project
    return {"items": project.sources.select_related("credential").order_by("id")}


@router.post("/projects/{int:project_id}/sources", response={200: SourceOut, 201: SourceOut})
def add_source(request: SignedInRequest, project_id: int, source: SourceIn) -> Status:
    """Add a feed by its own URL or by its site's URL. Returns 200 if the source already exists. If a site has several
    feeds, the problem lists them in `candidates`. A feed that fails right now is added, with its `error`.
    """
    project = membership_of(request.user, project_id, Role.MANAGER).project
    adding = sources.Adding(project, request.user, source.is_secret)
    url = sources.open_candidate(source.url, source.sealed)
    result = sources.result_without_fetch(adding, url)
    if result is None:
        with fetch_here(project, request.user, FetchRequest.Kind.SOURCE, url, is_secret=source.is_secret):
            result = sources.add_source(project, request.user, url, is_secret=source.is_secret)
    if result.candidates:
        candidates = [
            {"url": feed.url, "title": feed.title} | ({"sealed": feed.sealed} if feed.sealed else {})
            for feed in result.candidates
        ]
        raise InvalidField(
            "url", _("This site has several feeds. Choose one."), "several_feeds", candidates=candidates
        )
    if result.source is None:
        text = error_text(result.error)
        raise InvalidField("url", f"{text.message} {text.advice}", result.error)
    return Status(201 if result.created else 200, result.source)


@router.get("/projects/{int:project_id}/sources/{int:source_id}", response=SourceOut)
def get_source(request: SignedInRequest, project_id: int, source_id: int) -> Source:
    """Return one source with its status."""
    return _source(request, project_id, source_id)


@router.patch("/projects/{int:project_id}/sources/{int:source_id}", response=SourceOut)
def pause_source(request: SignedInRequest, project_id: int, source_id: int, source: SourcePatch) -> Source:
    """Pause a source, or resume a paused or stopped one; replace its tags."""
    found = _source(request, project_id, source_id, Role.MANAGER)
    if source.tags is not None:
        found = set_tags(found, request.user, source.tags)
    return found if source.paused is None else sources.pause_source(found, request.user, source.paused)


@router.delete("/projects/{int:project_id}/sources/{int:source_id}", response={204: None})
def delete_source(request: SignedInRequest, project_id: int, source_id: int) -> Status:
    """Delete a source. The documents collected from it stay."""
    sources.delete_source(_source(request, project_id, source_id, Role.MANAGER), request.user)
    return Status(204, None)


@router.post("/projects/{int:project_id}/sources/{int:source_id}/poll", response={202: SourceOut})
def poll_source(request: SignedInRequest, project_id: int, source_id: int) -> Status:
    """Check a source now: within seconds, outside its schedule."""
    source = _source(request, project_id, source_id, Role.MANAGER)
    sources.poll_now(source, request.user)
    source.refresh_from_db()
    return Status(202, source)


def _source(request: SignedInRequest, project_id: int, source_id: int, role: str = Role.VIEWER) -> Source:
    """Return a source of a project in which the caller has at least `role`; raise as membership_of, or Http404."""
    project = membership_of(request.user, project_id, role).project
    return get_object_or_404(project.sources.select_related("credential"), pk=source_id)
