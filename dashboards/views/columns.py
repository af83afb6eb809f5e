"""The columns page: saved views side by side, read again every few seconds by one request for all of them."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership
from dashboards.presenters.mention_rows import ShownMention, shown_mentions
from dashboards.views.time_limit import within_time_limit
from monitoring.content.values import read_id
from monitoring.insights.columns import read_columns, rows_of_columns
from monitoring.insights.filter_lists import read_filters
from workplace.columns import columns_of, set_columns
from workplace.models import SavedView
from workplace.saved_views import views_of


@dataclass(frozen=True)
class ShownColumn:
    """A column with its rows; `query` is that of its list."""

    view: SavedView
    query: str
    mark: str
    rows: list[ShownMention]


@project_view()
@within_time_limit
def columns(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The page; its script asks for the columns that have changed, with their marks as `mark` (`id.mark`, several)."""
    views = columns_of(request.user, membership.project_id)
    known = set(request.GET.getlist("mark"))
    shown = _changed(request, membership, views, known)
    context = {"project": membership.project, "columns": shown}
    if "mark" in request.GET:
        return render(request, "columns/_columns.html", context)
    context["others"] = [view for view in views_of(request.user, membership.project_id) if view not in views]
    return render(request, "columns/columns.html", context)


@project_view()
@require_POST
def columns_change(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `view` (several) in their new order; or the id of a view to `add`, `remove`, or move `left` or `right`."""
    post = request.POST
    order = [view.pk for view in columns_of(request.user, membership.project_id)]
    if "view" in post:
        order = [pk for text in post.getlist("view") if (pk := read_id(text)) is not None]
    action = next((name for name in ("add", "remove", "left", "right") if name in post), "")
    pk = read_id(post[action]) if action else None
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
    request: SignedInRequest, membership: Membership, views: list[SavedView], known: set[str]
) -> list[ShownColumn]:
    """Return the columns whose mark the browser doesn't have."""
    if not views:
        return []
    queries = [view.query for view in views]
    filters = read_filters(membership.project, queries, timezone.now(), request.user.zone, request.user.pk)
    pairs = zip(views, read_columns(filters), strict=True)
    changed = [(view, column) for view, column in pairs if f"{view.pk}.{column.mark}" not in known]
    rows = rows_of_columns(column for _view, column in changed) if changed else []
    return [
        ShownColumn(view, column.filter.to_query(), column.mark, shown_mentions(found))
        for (view, column), found in zip(changed, rows, strict=True)
    ]
