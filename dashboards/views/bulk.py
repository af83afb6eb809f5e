"""Changes of several mentions of the inbox: those that are selected, or all that its filter finds.

Forms work without JavaScript; static/js/list/selection.js posts them and shows the fragments that are returned.
"""

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.formats import number
from accounts.models import ActivityEntry, Membership, Role
from dashboards.forms.operation import read_operation
from dashboards.forms.triage import apply_change, read_time
from dashboards.presenters.bulk_change import (
    bulk_progress,
    changed_words,
    left_words,
    operation_label,
    story_change_words,
)
from dashboards.presenters.mention_rows import shown_with_work, with_mentions
from dashboards.views.changed_row import list_filter
from dashboards.views.time_limit import within_time_limit
from dashboards.views.triage import back
from monitoring.content.values import read_id, read_ids
from monitoring.insights import mentions as mention_lists
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow
from monitoring.insights.stories import count_others, first_documents, with_alike, with_stories
from monitoring.models import Mention
from monitoring.services import stories
from monitoring.services.corrections import LABELS, correct_sentiment
from monitoring.services.triage_log import Change
from monitoring.services.triage_operations import Operation
from workplace import bulk_changes
from workplace.models import BulkChange
from workplace.undo import undo

JOIN = "story:join"  # a value of `change`
CORRECT = "sentiment:"  # with a label, "" to undo corrections
SHOWN = {"view", "too_few"}  # codes of refusals that the script shows; others are not possible with it
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
        if request.POST.get("change") == JOIN:
            return _join(request, membership)
        if request.POST.get("change", "").startswith(CORRECT):
            return _correct(request, membership)
        operation = read_operation(membership.project, request.user, request.POST)
        if request.POST.get("scope") == "view":
            return _change_view(request, membership, operation)
        ids = _selected(request, membership)
    except ValidationError as error:
        return _refused(request, membership, error)
    change = apply_change(operation, membership.project, request.user, ids, None, read_time(request.POST))
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
        change = undo(membership.project, request.user, entry.pk)
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


def _join(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """Join the selected items, with all items of their stories, into one story."""
    _check_scope(request)
    mentions = Mention.objects.filter(keyword__project=membership.project, pk__in=_selected(request, membership))
    ids = set(mentions.values_list("document_id", flat=True))
    change = stories.join_stories(membership.project, request.user, sorted(ids)[: stories.MAX_DOCUMENTS])
    if not change.entry_id:
        raise ValidationError(_("Select at least two mentions that aren’t one story yet."), code="too_few")
    words = ngettext("%(number)s item joined into one story.", "%(number)s items joined into one story.", len(ids))
    words %= {"number": number(len(ids))}
    if request.htmx:
        return _changed_rows(request, membership, Change(change.entry_id, change.document_ids), words)
    messages.success(request, words)
    return back(request, membership)


def _correct(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """Correct the sentiment of the selected mentions and, in rows of stories, of the near-identical items."""
    label = request.POST["change"].removeprefix(CORRECT)
    if label not in ("", *LABELS):
        raise ValidationError(_("Choose a value from the list."), code="invalid")
    _check_scope(request)
    chosen, f = _chosen(request, membership), list_filter(request, membership)
    change = correct_sentiment(
        membership.project,
        request.user,
        with_alike(f, chosen) if f and f.is_folded else chosen,
        label,
        read_time(request.POST),
    )
    words = story_change_words(None, change, request.user)
    if request.htmx:
        return _changed_rows(request, membership, change, words)
    messages.success(request, words)
    return back(request, membership)


def _check_scope(request: SignedInRequest) -> None:
    """Raise ValidationError for all of a view: joining and correcting take the mentions that the person has seen."""
    if request.POST.get("scope") == "view":
        raise ValidationError(_("Select the mentions in the list."), code="view")


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
    ids, f = _chosen(request, membership), list_filter(request, membership)
    return with_stories(f, ids) if f and f.is_folded else ids


def _chosen(request: SignedInRequest, membership: Membership) -> list[int]:
    """Return the ids of the selected mentions. Raises ValidationError for none, too many or foreign ones."""
    texts = request.POST.getlist("id")
    ids = read_ids(texts)
    own = Mention.objects.filter(keyword__project=membership.project, pk__in=ids[:MAX_IDS])
    if not ids or len(ids) < len(texts) or not own.exists():
        raise ValidationError(_("Select mentions first."), code="missing")
    if len(ids) > MAX_IDS or own.values("document_id").distinct().count() > MAX_ITEMS:
        text = ngettext("Select up to %(number)s mention.", "Select up to %(number)s mentions.", MAX_ITEMS)
        raise ValidationError(text % {"number": MAX_ITEMS}, code="too_many")
    return ids


def _changed_rows(request: SignedInRequest, membership: Membership, change: Change, words: str = "") -> HttpResponse:
    """Return the rows of the posted mentions as they are now, and what undoes the change."""
    ids = read_ids(request.POST.getlist("id")[:MAX_IDS])
    rows = mention_lists.rows_of(membership.project_id, ids)
    f = list_filter(request, membership)
    listed = mention_lists.still_listed(f, rows) if f else {row.document.pk for row in rows}
    if f and f.is_folded:
        rows, listed = _folded(f, rows, listed)
    shown = shown_with_work([with_mentions(row, ids) for row in rows], timezone.now())
    context = {
        "rows": [(row, row.document.pk in listed) for row in shown],
        "entry": change.entry_id,
        "words": words or f"{changed_words(len(change.document_ids))} {left_words(change)}".strip(),
        "query": f.to_query() if f else "",
        "project": membership.project,
        "may_edit": True,
    }
    return render(request, "mentions/_changed_rows.html", context)


def _folded(f: MentionFilter, rows: list[MentionRow], listed: set[int]) -> tuple[list[MentionRow], set[int]]:
    """Return rows with the number of other items of their stories, and those that are the first of theirs."""
    others = count_others(f, [row.mention for row in rows])
    firsts = first_documents(f, [row.story_id for row in rows if row.story_id])
    later = {row.document.pk for row in rows if firsts.get(row.story_id, row.document.pk) != row.document.pk}
    return [replace(row, others=others.get(row.story_id, 0)) for row in rows], listed - later


def _refused(request: SignedInRequest, membership: Membership, error: ValidationError) -> HttpResponse:
    if request.htmx and getattr(error, "code", "") in SHOWN:
        return render(request, "mentions/_refused.html", {"message": " ".join(error.messages)})
    if request.htmx:
        return HttpResponse(" ".join(error.messages), status=422, content_type="text/plain; charset=utf-8")
    messages.error(request, " ".join(error.messages))
    return back(request, membership)
