"""How a report leaves the project: share links, recipients, and the schedule. report_public.py has what they open."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.reports import schedule_values
from dashboards.views.reports import report_of
from dashboards.views.time_limit import within_time_limit
from monitoring.content.values import read_id
from reports import changes, recipients
from reports.models import ShareLink

LINK_DAYS = (7, 30, 90, 365)


@project_view(Role.MANAGER)
@require_POST
@within_time_limit
def report_link_new(request: SignedInRequest, membership: Membership, report_id: int) -> HttpResponse:
    """POST `days` until the link ends, 0 for never."""
    report, days = report_of(membership, report_id), read_id(request.POST.get("days", ""))
    if days not in (0, *LINK_DAYS):
        messages.error(request, _("Select when the link ends."))
        return redirect("report", membership.project_id, report_id)
    try:
        changes.create_link(report, request.user, days or None, timezone.now())
        messages.success(request, _("Link created. Anyone who has it can read the report."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("report", membership.project_id, report_id)


@project_view(Role.MANAGER)
@require_POST
def report_link_revoke(request: SignedInRequest, membership: Membership, report_id: int, link_id: str) -> HttpResponse:
    rows = ShareLink.objects.select_related("report__project")
    link = get_object_or_404(rows, pk=link_id, report=report_id, report__project=membership.project)
    changes.revoke_link(link, request.user, timezone.now())
    messages.success(request, _("Link revoked."))
    return redirect("report", membership.project_id, report_id)


@project_view(Role.MANAGER)
@require_POST
def report_schedule(request: SignedInRequest, membership: Membership, report_id: int) -> HttpResponse:
    try:
        changes.change_report(report_of(membership, report_id), request.user, **schedule_values(request.POST))
        messages.success(request, _("Saved."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("report", membership.project_id, report_id)


@project_view(Role.MANAGER)
@require_POST
def report_recipient_new(request: SignedInRequest, membership: Membership, report_id: int) -> HttpResponse:
    """POST `email`: a member's address, or another one, whose owner is asked to confirm."""
    report = report_of(membership, report_id)
    try:
        added = recipients.add_recipient(report, request.user, request.POST.get("email", ""), timezone.now())
        if added.external and not added.external.is_confirmed:
            text = _("%(email)s was asked to confirm, and receives nothing before.")
            messages.success(request, text % {"email": added.email})
        else:
            messages.success(request, _("Recipient added."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("report", membership.project_id, report_id)


@project_view(Role.MANAGER)
@require_POST
def report_recipient_delete(
    request: SignedInRequest, membership: Membership, report_id: int, recipient_id: int
) -> HttpResponse:
    rows = recipients.recipients_of(report_of(membership, report_id))
    recipients.remove_recipient(get_object_or_404(rows, pk=recipient_id), request.user)
    messages.success(request, _("Recipient removed."))
    return redirect("report", membership.project_id, report_id)
