"""One issue of a collection: its editor and preview, its sections, publishing and unpublishing."""

from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.issue_items import issue_values
from dashboards.forms.issue_plan import PlanForm
from dashboards.presenters.curation import ItemProblem, editor, suggested_stories
from dashboards.views.curation import collection_of
from dashboards.views.time_limit import within_time_limit
from delivery.outbox import sends_email
from monitoring.content.values import read_id
from workplace.curation import issues
from workplace.curation.addresses import page_url
from workplace.curation.paper import paper_of
from workplace.curation.readers import confirmed_readers
from workplace.curation.versions import IssueChanged
from workplace.models import CollectionIssue


@project_view()
def issue(request: SignedInRequest, membership: Membership, issue_id: int) -> HttpResponse:
    """The editor of a draft for managers; for others, and once it is published, the issue as its readers see it."""
    found, may_edit = issue_of(membership, issue_id), membership.may(Role.MANAGER)
    if may_edit and not found.is_published and "preview" not in request.GET:
        return editor_page(request, membership, found)
    context = {"project": membership.project, "may_edit": may_edit, "issue": found, "collection": found.collection}
    context |= {"readers": confirmed_readers(found.collection).count(), "sends_email": sends_email()}
    context |= {"paper": paper_of(found, timezone.now()), "url": page_url(found.collection)}
    return render(request, "curation/preview.html", context)


@project_view(Role.MANAGER)
@within_time_limit
def issue_suggestions(request: SignedInRequest, membership: Membership, issue_id: int) -> HttpResponse:
    """The stories that a draft could have: for htmx, which loads them after the editor, their list only."""
    found = issue_of(membership, issue_id)
    context = {
        "project": membership.project,
        "issue": found,
        "stories": suggested_stories(found, timezone.now()),
        "mention_ids": [read_id(one) for one in request.GET.getlist("id")],
    }
    template = "curation/_suggestions.html" if request.htmx else "curation/suggestions.html"
    return render(request, template, context)


@project_view(Role.MANAGER)
@require_POST
def issue_new(request: SignedInRequest, membership: Membership, collection_id: int) -> HttpResponse:
    """POST to create the next draft, and open it."""
    try:
        draft = issues.create_issue(collection_of(membership, collection_id), request.user, timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("collection", membership.project_id, collection_id)
    return redirect("issue", membership.project_id, draft.pk)


@project_view(Role.MANAGER)
@require_POST
def issue_change(request: SignedInRequest, membership: Membership, issue_id: int) -> HttpResponse:
    """POST `title`, `intro` and `shows_gaps` with the `version` that the person saw; `act` publishes, unpublishes or
    deletes.

    A script posts what was entered as `auto`, and gets the new version, or the note about another person's change.
    """
    found, is_auto, now = issue_of(membership, issue_id), "auto" in request.POST, timezone.now()
    values = issue_values(request.POST)
    try:
        if values:
            found = issues.change_issue(found, read_id(request.POST.get("version", "")) or 0, now, **values)
        if is_auto:
            return JsonResponse({"version": found.version})
        messages.success(request, _act(request, found, now))
    except IssueChanged as changed:
        if is_auto:
            return conflict_for_script({"theirs": changed.issue})
        return editor_page(request, membership, changed.issue, entered=values)
    except ValidationError as error:
        if is_auto:
            return conflict_for_script({"problem": " ".join(error.messages)})
        messages.error(request, " ".join(error.messages))
    if request.POST.get("act") == "delete" and not issues.issues_of(membership.project).filter(pk=issue_id).exists():
        return redirect("collection", membership.project_id, found.collection_id)
    return redirect("issue", membership.project_id, issue_id)


def editor_page(
    request: SignedInRequest,
    membership: Membership,
    found: CollectionIssue,
    plan_form: PlanForm | None = None,
    item_problem: ItemProblem | None = None,
    **conflict: object,
) -> HttpResponse:
    """Return the editor; with `entered` or `item_conflict`, what another person stored is next to what was entered.

    `plan_form` has errors, `item_problem` those of an item with what was entered.
    """
    plan = plan_form or PlanForm.for_issue(found, request.user.zone)
    context = {"project": membership.project, "may_edit": True, "plan_form": plan}
    context |= {"readers": confirmed_readers(found.collection).count(), "sends_email": sends_email()}
    context |= editor(found, timezone.now(), item_problem=item_problem, **conflict)  # type: ignore[arg-type]
    is_wrong = plan_form or item_problem
    status = HTTPStatus.CONFLICT if conflict else HTTPStatus.BAD_REQUEST if is_wrong else HTTPStatus.OK
    return render(request, "curation/issue.html", context, status=status)


def conflict_for_script(context: dict[str, object]) -> HttpResponse:
    """Return the note about why nothing was saved. Its status is 200: browsers report others as errors."""
    return JsonResponse({"conflict": render_to_string("curation/_conflict.html", context)})


def _act(request: SignedInRequest, found: CollectionIssue, now: datetime) -> str:
    """Publish, unpublish or delete an issue if the person asked for it. Return what was done in words."""
    match request.POST.get("act", ""):
        case "publish":
            issues.publish(found, request.user, now)
            return _("Issue published.")
        case "unpublish":
            issues.unpublish(found, request.user, now)
            return _("Issue unpublished. It’s a draft again.")
        case "delete":
            issues.delete_issue(found, request.user)
            return _("Draft deleted.")
    return _("Draft saved.")


def issue_of(membership: Membership, issue_id: int) -> CollectionIssue:
    """Return an issue of the project. Raises Http404."""
    return get_object_or_404(issues.issues_of(membership.project), pk=issue_id)
