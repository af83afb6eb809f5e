"""One issue of a collection: its editor and preview, its sections, publishing and unpublishing."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.curation import editor, suggested_stories
from dashboards.views.curation import collection_of
from dashboards.views.time_limit import within_time_limit
from delivery.outbox import sends_email
from monitoring.content.values import read_id
from workplace.curation import issues
from workplace.curation.addresses import page_url
from workplace.curation.paper import paper_of
from workplace.curation.readers import confirmed_readers
from workplace.models import CollectionIssue


@project_view()
def issue(request: SignedInRequest, membership: Membership, issue_id: int) -> HttpResponse:
    """The editor of a draft for managers; for others, and once it is published, the issue as its readers see it."""
    found, may_edit = issue_of(membership, issue_id), membership.may(Role.MANAGER)
    context = {"project": membership.project, "may_edit": may_edit, "issue": found, "collection": found.collection}
    context |= {"readers": confirmed_readers(found.collection).count(), "sends_email": sends_email()}
    if may_edit and not found.is_published and "preview" not in request.GET:
        return render(request, "curation/issue.html", context | editor(found, timezone.now()))
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
    """POST `title`, `intro` and `shows_gaps`; `act` publishes, unpublishes or deletes.

    A script posts what was entered as `auto`, and gets no page back.
    """
    found, act, now = issue_of(membership, issue_id), request.POST.get("act", ""), timezone.now()
    values: dict[str, object] = {name: request.POST[name] for name in ("title", "intro") if name in request.POST}
    if values:
        values["shows_gaps"] = "shows_gaps" in request.POST
    try:
        if values:
            issues.change_issue(found, now, **values)
        if act == "publish":
            issues.publish(found, request.user, now)
            messages.success(request, _("Issue published."))
        elif act == "unpublish":
            issues.unpublish(found, request.user, now)
            messages.success(request, _("Issue unpublished. It’s a draft again."))
        elif act == "delete":
            issues.delete_issue(found, request.user)
            messages.success(request, _("Draft deleted."))
            return redirect("collection", membership.project_id, found.collection_id)
        elif "auto" not in request.POST:
            messages.success(request, _("Draft saved."))
    except ValidationError as error:
        if "auto" in request.POST:
            return HttpResponse(" ".join(error.messages), status=422, content_type="text/plain; charset=utf-8")
        messages.error(request, " ".join(error.messages))
    if "auto" in request.POST:
        return HttpResponse(status=204)
    return redirect("issue", membership.project_id, issue_id)


def issue_of(membership: Membership, issue_id: int) -> CollectionIssue:
    """Return an issue of the project. Raises Http404."""
    return get_object_or_404(issues.issues_of(membership.project), pk=issue_id)
