"""Changes of several selected mentions of the inbox; whole_view.py has those of all that its filter finds.

Forms work without JavaScript; static/js/list/selection.js posts them and shows the fragments that are returned.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import ActivityEntry, Membership, Role
from dashboards.forms.operation import read_operation
from dashboards.forms.selection import change_selection, is_of_view, is_operation, posted_ids
from dashboards.presenters.bulk_change import changed_words, left_words
from dashboards.presenters.changed_rows import changed_rows
from dashboards.views.changed_row import list_filter
from dashboards.views.time_limit import within_time_limit
from dashboards.views.triage import back
from dashboards.views.whole_view import change_view
from monitoring.content.values import read_id
from monitoring.services.triage_log import Change
from workplace.undo import undo

SHOWN = {"view", "too_few"}  # codes of refusals that the script shows; others are not possible with it


@project_view(Role.MANAGER)
@require_POST
@within_time_limit
def mentions_change(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `change` and `id` (several); or `scope=view` for all that the filter in `list` finds.

    A change of a whole view is asked about first and made with `confirmed`. htmx receives the changed rows, the
    question, or the progress.
    """
    project, user = membership.project, request.user
    try:
        if is_of_view(request.POST) and is_operation(request.POST):
            return change_view(request, membership, read_operation(project, user, request.POST))
        change, words = change_selection(project, user, request.POST, list_filter(request, membership))
    except ValidationError as error:
        return _refused(request, membership, error)
    return _changed(request, membership, change, words)


@project_view(Role.MANAGER)
@require_POST
def mentions_undo(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `entry` to undo a change of a selection; htmx receives the rows of `id` (several)."""
    entry = get_object_or_404(ActivityEntry, pk=read_id(request.POST.get("entry", "")), project=membership.project)
    try:
        change = undo(membership.project, request.user, entry.pk)
    except ActivityEntry.DoesNotExist:
        return HttpResponse(status=400)
    return _changed(request, membership, change)


def _changed(request: SignedInRequest, membership: Membership, change: Change, words: str = "") -> HttpResponse:
    """Return the rows of the posted mentions as they are now, and what undoes the change; or the page before it."""
    changed = changed_words(len(change.document_ids))
    if not request.htmx:
        messages.success(request, words or changed)
        return back(request, membership)
    f = list_filter(request, membership)
    context = {
        "rows": changed_rows(membership.project_id, f, posted_ids(request.POST)),
        "entry": change.entry_id,
        "words": words or f"{changed} {left_words(change)}".strip(),
        "query": f.to_query() if f else "",
        "project": membership.project,
        "may_edit": True,
    }
    return render(request, "mentions/_changed_rows.html", context)


def _refused(request: SignedInRequest, membership: Membership, error: ValidationError) -> HttpResponse:
    if request.htmx and getattr(error, "code", "") in SHOWN:
        return render(request, "mentions/_refused.html", {"message": " ".join(error.messages)})
    if request.htmx:
        return HttpResponse(" ".join(error.messages), status=422, content_type="text/plain; charset=utf-8")
    messages.error(request, " ".join(error.messages))
    return back(request, membership)
