"""Saved views: their page, their list in the rail, and saving, changing and deleting them.

Members read, managers save; who changes which view is decided by workplace/saved_views.py.
"""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.views.time_limit import within_time_limit
from dashboards.views.triage import back
from monitoring.insights.time_limit import TooSlow, time_limit
from monitoring.insights.urgency import count_waiting
from workplace import saved_views
from workplace.models import SavedView


@project_view()
@within_time_limit
def views(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The views that a member sees, with their counts; managers change their own here."""
    rows = _counted(request, membership)
    context = {
        "project": membership.project,
        "rows": [(row, saved_views.may_change(membership, row.view)) for row in rows],
        "is_manager": membership.may(Role.MANAGER),
    }
    return render(request, "saved_views/views.html", context)


@project_view()
def views_rail(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The counts that every page loads after itself, since they take longer than some pages: views, open replies."""
    try:
        with time_limit():
            rows = _counted(request, membership)
            waiting, is_capped = count_waiting(membership.project_id, timezone.now())
    except TooSlow:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {"project": membership.project, "rows": rows, "waiting": waiting, "is_capped": is_capped}
    return render(request, "saved_views/_rail.html", context)


@project_view(Role.MANAGER)
@require_POST
def view_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `name`, `query` (that of a list), `is_shared` if checked, and `next` to return to."""
    post = request.POST
    try:
        view = saved_views.create_view(
            membership.project,
            request.user,
            post.get("name", ""),
            post.get("query", ""),
            timezone.now(),
            is_shared="is_shared" in post,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("View “%(name)s” saved.") % {"name": view})
    return back(request, membership)


@project_view(Role.MANAGER)
@require_POST
def view_change(request: SignedInRequest, membership: Membership, view_id: int) -> HttpResponse:
    """POST `name`, and `is_shared` if checked."""
    view, shared = _own(request, membership, view_id), "is_shared" in request.POST
    try:
        saved_views.update_view(
            view, request.user, timezone.now(), name=request.POST.get("name", ""), is_shared=shared
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("View saved."))
    return redirect("saved_views", membership.project_id)


@project_view(Role.MANAGER)
@require_POST
def view_delete(request: SignedInRequest, membership: Membership, view_id: int) -> HttpResponse:
    """POST to delete a view."""
    view = _own(request, membership, view_id)
    saved_views.delete_view(view, request.user)
    messages.success(request, _("View “%(name)s” deleted.") % {"name": view})
    return redirect("saved_views", membership.project_id)


def _counted(request: SignedInRequest, membership: Membership) -> list[saved_views.CountedView]:
    shown = saved_views.views_of(request.user, membership.project_id).select_related("owner")
    return saved_views.counted_views(membership.project, request.user, shown, timezone.now())


def _own(request: SignedInRequest, membership: Membership, view_id: int) -> SavedView:
    """Return a view that this member may change. Raises Http404 for one that they do not see, or PermissionDenied."""
    view = get_object_or_404(saved_views.views_of(request.user, membership.project_id), pk=view_id)
    if not saved_views.may_change(membership, view):
        raise PermissionDenied
    return view
