"""The time at which a draft is published: chosen and canceled by managers."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.issue_plan import PlanForm
from dashboards.views.issues import editor_page, issue_of
from workplace.curation import schedule


@project_view(Role.MANAGER)
@require_POST
def issue_plan(request: SignedInRequest, membership: Membership, issue_id: int) -> HttpResponse:
    """POST `plan-day`, `plan-at` and `plan-sends` to plan a draft, or `cancel`."""
    found, zone = issue_of(membership, issue_id), request.user.zone
    form = PlanForm.for_issue(found, zone, request.POST)
    try:
        if "cancel" in request.POST:
            schedule.cancel_plan(found, request.user)
            messages.success(request, _("Schedule canceled. The issue stays a draft."))
        elif form.is_valid():
            sends = form.cleaned_data.get("sends", False)
            schedule.plan(found, request.user, form.clock(zone), timezone.now(), sends=sends)
            messages.success(request, _("Issue scheduled."))
    except ValidationError as error:
        if found.is_published or "cancel" in request.POST:
            messages.error(request, " ".join(error.messages))
        else:
            form.add_errors(error.message_dict)
    if form.is_bound and "cancel" not in request.POST and form.errors:
        return editor_page(request, membership, found, plan_form=form)
    return redirect("issue", membership.project_id, issue_id)
