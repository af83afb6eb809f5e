"""The response target of a project: working hours, holidays and escalation. Members read, admins change."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from accounts.time_zones import zone_of
from dashboards.forms.response_target import ResponseTargetForm
from workplace import response_targets
from workplace.working_hours import add_working_time


@project_view()
def response_settings(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the target, POST changes it."""
    project, is_admin = membership.project, membership.role == Role.ADMIN
    if request.method == "POST" and not is_admin:
        raise PermissionDenied
    stored = response_targets.target_of(project)
    is_suggested = stored.is_untouched and is_admin
    target = response_targets.suggested_target(project, request.user) if is_suggested else stored
    form = ResponseTargetForm(request.POST or None, target=target, may_change=is_admin)
    if request.method == "POST" and form.is_valid():
        response_targets.set_target(project, request.user, **form.values())
        messages.success(request, _("Response target saved."))
        return redirect("response_settings", project.pk)
    duration = stored.duration
    context = {
        "project": project,
        "form": form,
        "is_admin": is_admin,
        "has_target": duration is not None,
        "due_if_found_now": duration and add_working_time(stored.working_hours, timezone.now(), duration),
        "zone": zone_of(stored.time_zone),
    }
    return render(request, "project_settings/response.html", context)
