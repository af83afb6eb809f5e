"""The API's saved views: list, create, change and delete them.

Members read; managers write their own views, and admins all shared ones, through workplace/saved_views.py. Mounted by
api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from typing import Annotated

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.schemas import UNSET, Body, Text
from monitoring.insights.time_limit import time_limit
from workplace import saved_views
from workplace.models import SavedView

router = Router(tags=["saved views"])
Position = Annotated[int, Field(ge=0, le=30_000)]


class SavedViewIn(Body):
    name: Text
    query: Text = Field(description="the query string of a list of mentions")
    is_shared: bool = False


class SavedViewPatch(Body):
    name: Text = UNSET
    query: Text = UNSET
    is_shared: bool = UNSET
    position: Position = UNSET


class SavedViewOut(Schema):
    id: int
    name: str
    query: str
    is_shared: bool
    is_own: bool
    position: int


class CountedViewOut(SavedViewOut):
    count: int | None = Field(description="documents, up to 1,000; null for a search")
    count_capped: bool


class SavedViewList(Schema):
    items: list[CountedViewOut]


@router.get("/projects/{int:project_id}/views", response=SavedViewList)
@time_limit()
def list_views(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List your views and those shared with the project, in their order, with how many documents they have now."""
    project = membership_of(request.user, project_id).project
    views = saved_views.views_of(request.user, project_id)
    return {
        "items": [
            {
                **_shown(one.view, request),
                "count": one.count and one.count.value,
                "count_capped": bool(one.count and one.count.capped),
            }
            for one in saved_views.counted_views(project, request.user, views, timezone.now())
        ]
    }


@router.post("/projects/{int:project_id}/views", response={201: SavedViewOut})
def create_view(request: SignedInRequest, project_id: int, view: SavedViewIn) -> Status:
    """Save the filter of a list of mentions."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    made = saved_views.create_view(
        project, request.user, view.name, view.query, timezone.now(), is_shared=view.is_shared
    )
    return Status(201, _shown(made, request))


@router.patch("/projects/{int:project_id}/views/{int:view_id}", response=SavedViewOut)
def change_view(request: SignedInRequest, project_id: int, view_id: int, view: SavedViewPatch) -> dict[str, object]:
    """Change the fields that are sent. Admins may also change shared views of others."""
    found = _view(request, project_id, view_id)
    changed = saved_views.update_view(found, request.user, timezone.now(), **view.dict(exclude_unset=True))
    return _shown(changed, request)


@router.delete("/projects/{int:project_id}/views/{int:view_id}", response={204: None})
def delete_view(request: SignedInRequest, project_id: int, view_id: int) -> Status:
    """Delete a view."""
    saved_views.delete_view(_view(request, project_id, view_id), request.user)
    return Status(204, None)


def _view(request: SignedInRequest, project_id: int, view_id: int) -> SavedView:
    """Return a view that the caller may change; raise as membership_of, Http404, or PermissionDenied."""
    membership = membership_of(request.user, project_id, Role.MANAGER)
    view = get_object_or_404(saved_views.views_of(request.user, project_id), pk=view_id)
    if not saved_views.may_change(membership, view):
        raise PermissionDenied
    return view


def _shown(view: SavedView, request: SignedInRequest) -> dict[str, object]:
    shown = {name: getattr(view, name) for name in ("id", "name", "query", "is_shared", "position")}
    return {**shown, "is_own": view.owner_id == request.user.pk}
