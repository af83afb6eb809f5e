"""Changes of all that the filter of the inbox finds: a question, batches with a progress bar, and the undo."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.bulk_change import bulk_progress, operation_label
from dashboards.views.changed_row import list_filter
from dashboards.views.triage import back
from monitoring.insights.filters import MentionFilter
from monitoring.services.triage_operations import Operation
from workplace import bulk_changes
from workplace.models import BulkChange


@project_view()
def bulk_change(request: SignedInRequest, membership: Membership, change_id: int) -> HttpResponse:
    """The progress of a change of a whole view, for the bar of the inbox."""
    change = get_object_or_404(BulkChange, project=membership.project, pk=change_id)
    return _progress(request, membership, change)


@project_view(Role.MANAGER)
@require_POST
def bulk_change_undo(request: SignedInRequest, membership: Membership, change_id: int) -> HttpResponse:
    """POST to undo a change of a whole view, finished or not."""
    change = get_object_or_404(BulkChange, project=membership.project, pk=change_id)
    bulk_changes.undo(change, request.user)
    if request.htmx:
        return _progress(request, membership, change)
    return back(request, membership)


def change_view(request: SignedInRequest, membership: Membership, operation: Operation) -> HttpResponse:
    """Ask about a change of all that the filter in `list` finds, or start it if `confirmed` was posted.

    Raises ValidationError for an invalid filter.
    """
    project = membership.project
    f = list_filter(request, membership) or MentionFilter.from_query(
        project, QueryDict(), timezone.now(), request.user.zone, person_id=request.user.pk
    )
    if f.problems:
        raise ValidationError(f.problems[0].message, code="invalid")
    if "confirmed" in request.POST:
        change = bulk_changes.start(project, request.user, f, operation)
        return _progress(request, membership, change) if request.htmx else back(request, membership)
    f = bulk_changes.fixed_filter(f)
    context = {
        "project": project,
        "label": operation_label(operation, f.document_count),
        "is_at_least": f.capped,
        "fields": [(name, value) for name in ("change", "tag", "next") for value in request.POST.getlist(name)],
        "list": f.to_query(),
        "back": request.POST.get("list", ""),
    }
    template = "mentions/_bulk_question.html" if request.htmx else "mentions/bulk_question.html"
    return render(request, template, context)


def _progress(request: SignedInRequest, membership: Membership, change: BulkChange) -> HttpResponse:
    change.refresh_from_db()
    context = {
        "project": membership.project,
        "bulk": bulk_progress(change),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "mentions/_bulk_progress.html", context)
