"""The columns page: saved views side by side, read again every few seconds by one request for all of them."""

from dataclasses import dataclass
from itertools import islice

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership
from dashboards.presenters.mention_rows import ShownMention, shown_with_work
from dashboards.views.time_limit import within_time_limit
from monitoring.content.values import read_id, read_ids
from monitoring.insights.columns import read_columns, rows_of_columns
from monitoring.insights.filter_lists import read_filters
from workplace.columns import columns_of, pause_column, set_columns
from workplace.models import Column, SavedView
from workplace.saved_views import views_of


@dataclass(frozen=True)
class ShownColumn:
    """A column with its rows; `query` is that of its list, `is_urgent` says that it lists the most urgent first.

    A column that `is_paused` is read when the page is opened, and not again.
    """

    view: SavedView
    query: str
    mark: str
    rows: list[ShownMention]
    is_urgent: bool
    is_paused: bool


@project_view()
@within_time_limit
def columns(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The page; its script asks for the columns that have changed, with their marks as `mark` (`id.mark`, several)."""
    stored = columns_of(request.user, membership.project_id)
    is_refresh = "mark" in request.GET
    live = [column for column in stored if not (is_refresh and column.is_paused)]
    shown = _changed(request, membership, live, set(request.GET.getlist("mark")))
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
    post = request.POST
    order = [column.view_id for column in columns_of(request.user, membership.project_id)]
    if "view" in post:
        order = read_ids(post.getlist("view"))
    action = next((name for name in ("add", "remove", "pause", "resume", "left", "right") if name in post), "")
    pk = read_id(post[action]) if action else None
    if action in ("pause", "resume") and pk is not None:
        pause_column(membership.project, request.user, pk, is_paused=action == "pause")
        return redirect("columns", membership.project_id)
    if action == "add" and pk is not None:
        order.append(pk)
    elif pk in order:
        place = order.index(pk)
        order.remove(pk)
        if action != "remove":
            order.insert(max(place + (1 if action == "right" else -1), 0), pk)
    if "view" in post or pk is not None:
        set_columns(membership.project, request.user, order)
    if "view" in post:
        return HttpResponse(status=204)
    return redirect("columns", membership.project_id)


def _changed(
    request: SignedInRequest, membership: Membership, stored: list[Column], known: set[str]
) -> list[ShownColumn]:
    """Return the columns whose mark the browser doesn't have."""
    if not stored:
        return []
    queries = [one.view.query for one in stored]
    filters = read_filters(membership.project, queries, timezone.now(), request.user.zone, request.user.pk)
    pairs = zip(stored, read_columns(filters), strict=True)
    changed = [(one, column) for one, column in pairs if f"{one.view_id}.{column.mark}" not in known]
    if not changed:
        return []
    rows = rows_of_columns(column for _one, column in changed)
    shown = iter(shown_with_work((row for found in rows for row in found), timezone.now()))
    return [
        ShownColumn(
            view=one.view,
            query=column.filter.to_query(),
            mark=column.mark,
            rows=list(islice(shown, len(found))),
            is_urgent=bool(column.filter.order),
            is_paused=one.is_paused,
        )
        for (one, column), found in zip(changed, rows, strict=True)
    ]
