"""The API's tracked keywords: list, create, read, change and delete them.

Members read, managers write through monitoring/services/keywords.py. Mounted by api/app.py, which authenticates
callers and turns exceptions into problem bodies.
"""

from django.shortcuts import get_object_or_404
from ninja import Router, Status

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.schemas import Items, KeywordIn, KeywordOut, KeywordPatch
from monitoring.models import Keyword
from monitoring.services import keywords

router = Router(tags=["keywords"])


@router.get("/projects/{int:project_id}/keywords", response=Items[KeywordOut])
def list_keywords(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List the tracked keywords in the order of their creation."""
    project = membership_of(request.user, project_id).project
    return {"items": project.keywords.order_by("id")}


@router.post("/projects/{int:project_id}/keywords", response={201: KeywordOut})
def create_keyword(request: SignedInRequest, project_id: int, keyword: KeywordIn) -> Status:
    """Track a keyword. Vigie starts to search the stored documents for it (backfill)."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    return Status(201, keywords.create_keyword(project, request.user, **keyword.dict()))


@router.get("/projects/{int:project_id}/keywords/{int:keyword_id}", response=KeywordOut)
def get_keyword(request: SignedInRequest, project_id: int, keyword_id: int) -> Keyword:
    """Return one keyword."""
    return _keyword(request, project_id, keyword_id)


@router.patch("/projects/{int:project_id}/keywords/{int:keyword_id}", response=KeywordOut)
def change_keyword(request: SignedInRequest, project_id: int, keyword_id: int, keyword: KeywordPatch) -> Keyword:
    """Change the fields that are sent; the others stay as they are. `paused` pauses or resumes matching."""
    found = _keyword(request, project_id, keyword_id, Role.MANAGER)
    changes = keyword.dict(exclude_unset=True)
    paused = changes.pop("paused", found.is_paused)
    found = keywords.update_keyword(found, request.user, **changes)
    return keywords.pause_keyword(found, request.user, paused)


@router.delete("/projects/{int:project_id}/keywords/{int:keyword_id}", response={204: None})
def delete_keyword(request: SignedInRequest, project_id: int, keyword_id: int) -> Status:
    """Delete a keyword with its mentions, rules and incidents."""
    keywords.delete_keyword(_keyword(request, project_id, keyword_id, Role.MANAGER), request.user)
    return Status(204, None)


def _keyword(request: SignedInRequest, project_id: int, keyword_id: int, role: str = Role.VIEWER) -> Keyword:
    """Return a keyword of a project in which the caller has at least `role`; raise as membership_of, or Http404."""
    project = membership_of(request.user, project_id, role).project
    return get_object_or_404(project.keywords, pk=keyword_id)
