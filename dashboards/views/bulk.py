"""Changes of several mentions of the inbox: those that are selected, or all that its filter finds.

Forms work without JavaScript; static/js/list/selection.js posts them and shows the fragments that are returned.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import ActivityEntry, Membership, Role
from dashboards.forms.operation import read_operation
from dashboards.forms.triage import apply_change
from dashboards.presenters.bulk_change import bulk_progress, changed_words, operation_label
from dashboards.presenters.mention_rows import shown_with_work, with_mentions
from dashboards.views.changed_row import list_filter
from dashboards.views.time_limit import within_time_limit
from dashboards.views.triage import back
from monitoring.content.values import read_id
from monitoring.insights import mentions as mention_lists
from monitoring.insights.filters import MentionFilter
from monitoring.insights.stories import with_stories
from monitoring.models import Mention
from monitoring.services import triage
from monitoring.services.triage_log import Change
from monitoring.services.triage_operations import Operation
from workplace import bulk_changes
from workplace.models import BulkChange

MAX_ITEMS = 200  # of a selection
MAX_IDS = 2000  # an item has a mention per keyword


@project_view(Role.MANAGER)
@require_POST
@within_time_limit
def mentions_change(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `change` and `id` (several); or `scope=view` for all that the filter in `list` finds.

    A change of a whole view is asked about first and made with `confirmed`. htmx receives the changed rows, the
    question, or the progress.
    """
    try:
        operation = read_operation(membership.project, request.user, request.POST)
        if request.POST.get("scope") == "view":
            return _change_view(request, membership, operation)
        ids = _selected(request, membership)
    except ValidationError as error:
        return _refused(request, membership, error)
    change = apply_change(operation, membership.project, request.user, ids, None)
    if request.htmx:
        return _changed_rows(request, membership, change)
    messages.success(request, changed_words(len(change.document_ids)))
    return back(request, membership)


@project_view(Role.MANAGER)
@require_POST
def mentions_undo(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `entry` to undo a change of a selection; htmx receives the rows of `id` (several)."""
    entry = get_object_or_404(ActivityEntry, pk=read_id(request.POST.get("entry", "")), project=membership.project)
    try:
        change = triage.undo(membership.project, request.user, entry.pk)
    except ActivityEntry.DoesNotExist:
        return HttpResponse(status=400)
    if request.htmx:
        return _changed_rows(request, membership, change)
    messages.success(request, changed_words(len(change.document_ids)))
    return back(request, membership)


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


def _change_view(request: SignedInRequest, membership: Membership, operation: Operation) -> HttpResponse:
    project = membership.project
    f = list_filter(request, membership) or MentionFilter.from_query(
        project, QueryDict(), timezone.now(), request.user.zone, person_id=request.user.pk
    )
    if f.problems:
        raise ValidationError(f.problems[0].message, code="invalid")
    if "confirmed" not in request.POST:
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
    change = bulk_changes.start(project, request.user, f, operation)
    return _progress(request, membership, change) if request.htmx else back(request, membership)


def _progress(request: SignedInRequest, membership: Membership, change: BulkChange) -> HttpResponse:
    change.refresh_from_db()
    context = {
        "project": membership.project,
        "bulk": bulk_progress(change),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "mentions/_bulk_progress.html", context)


def _selected(request: SignedInRequest, membership: Membership) -> list[int]:
    """Return the ids of the selected mentions and, where a row stands for a story, of its other items in the list."""
    texts = request.POST.getlist("id")
    ids = [pk for text in texts if (pk := read_id(text)) is not None]
    own = Mention.objects.filter(keyword__project=membership.project, pk__in=ids[:MAX_IDS])
    if not ids or len(ids) < len(texts) or not own.exists():
        raise ValidationError(_("Select mentions first."), code="missing")
    if len(ids) > MAX_IDS or own.values("document_id").distinct().count() > MAX_ITEMS:
        text = ngettext("Select up to %(number)s mention.", "Select up to %(number)s mentions.", MAX_ITEMS)
        raise ValidationError(text % {"number": MAX_ITEMS}, code="too_many")
    f = list_filter(request, membership)
    return with_stories(f, ids) if f and f.is_folded else ids


def _changed_rows(request: SignedInRequest, membership: Membership, change: Change) -> HttpResponse:
    """Return the rows of the posted mentions as they are now, and what undoes the change."""
    ids = [pk for text in request.POST.getlist("id")[:MAX_IDS] if (pk := read_id(text)) is not None]
    rows = mention_lists.rows_of(membership.project_id, ids)
    f = list_filter(request, membership)
    listed = mention_lists.still_listed(f, rows) if f else {row.document.pk for row in rows}
    shown = shown_with_work([with_mentions(row, ids) for row in rows], timezone.now())
    context = {
        "rows": [(row, row.document.pk in listed) for row in shown],
        "entry": change.entry_id,
        "words": changed_words(len(change.document_ids)),
        "query": f.to_query() if f else "",
        "project": membership.project,
        "may_edit": True,
    }
    return render(request, "mentions/_changed_rows.html", context)


def _refused(request: SignedInRequest, membership: Membership, error: ValidationError) -> HttpResponse:
    if request.htmx:
        return HttpResponse(" ".join(error.messages), status=422, content_type="text/plain; charset=utf-8")
    messages.error(request, " ".join(error.messages))
    return back(request, membership)
