"""The columns page: saved views side by side, read again every few seconds by one request for all of them."""

from collections.abc import Callable
from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, User
from dashboards.presenters.columns import changed_columns
from dashboards.views.time_limit import within_time_limit
from monitoring.content.values import read_id, read_ids
from workplace.columns import add_column, columns_of, move_column, pause_column, remove_column, sort_columns
from workplace.saved_views import views_of

CHANGES: dict[str, Callable[[Project, User, int], None]] = {
    "add": add_column,
    "remove": remove_column,
    "pause": partial(pause_column, is_paused=True),
    "resume": partial(pause_column, is_paused=False),
    "left": partial(move_column, step=-1),
    "right": partial(move_column, step=1),
}


@project_view()
@within_time_limit
def columns(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The page; its script asks for the columns that have changed, with their marks as `mark` (`id.mark`, several)."""
    stored = columns_of(request.user, membership.project_id)
    is_refresh = "mark" in request.GET
    live = [column for column in stored if not (is_refresh and column.is_paused)]
    shown = changed_columns(membership.project, request.user, live, set(request.GET.getlist("mark")))
    context = {"project": membership.project, "columns": shown}
    if is_refresh:
        return render(request, "columns/_columns.html", context)
    views = {column.view_id for column in stored}
    context["others"] = [view for view in views_of(request.user, membership.project_id) if view.pk not in views]
    return render(request, "columns/columns.html", context)


@project_view()
@require_POST
def columns_change(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `view` (several) in their new order; or the id of a view to `add`, `remove`, `pause`, `resume`, or move
    `left` or `right`.
    """
    post, project, user = request.POST, membership.project, request.user
    if "view" in post:
        sort_columns(project, user, read_ids(post.getlist("view")))
        return HttpResponse(status=204)
    action = next((name for name in CHANGES if name in post), "")
    pk = read_id(post[action]) if action else None
    if pk is not None:
        CHANGES[action](project, user, pk)
    return redirect("columns", project.pk)
