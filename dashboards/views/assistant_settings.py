"""Whether a project uses the assistant, and what is sent where. Members read, admins change it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from assistant.endpoint import endpoint, is_configured, shown_host
from assistant.rules import is_allowed, set_allowed
from assistant.runs import RETENTION
from assistant.summaries import MAX_MENTIONS
from dashboards.forms.assistant import AssistantRulesForm


@project_view()
def assistant_settings(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the setting, POST changes it."""
    project, is_admin = membership.project, membership.role == Role.ADMIN
    if request.method == "POST" and not (is_admin and is_configured()):
        raise PermissionDenied
    form = AssistantRulesForm(request.POST or None, initial={"is_allowed": is_allowed(project)})
    form.fields["is_allowed"].disabled = not is_admin
    if request.method == "POST":
        allowed = "is_allowed" in request.POST
        set_allowed(project, request.user, allowed)
        messages.success(request, _("Assistant allowed.") if allowed else _("Assistant turned off."))
        return redirect("assistant_settings", project.pk)
    context = {
        "project": project,
        "form": form,
        "is_admin": is_admin,
        "is_configured": is_configured(),
        "host": shown_host(),
        "model": endpoint().model,
        "max_mentions": MAX_MENTIONS,
        "days": RETENTION.days,
    }
    return render(request, "project_settings/assistant.html", context)
