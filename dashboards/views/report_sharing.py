"""How a report leaves the project: share links, recipients, the schedule, and the pages for people without account.

Signed or random addresses give access to those; they load nothing from elsewhere, and no search engine lists them.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.reports import schedule_values
from dashboards.views.reports import pdf_response, report_of
from dashboards.views.time_limit import within_time_limit
from delivery import external_recipients
from monitoring.content.values import read_id
from reports import changes, recipients
from reports.editions import current_edition
from reports.links import link_of
from reports.models import Edition, ShareLink
from reports.page import page_of_edition

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


@require_safe
@within_time_limit
def shared_report(request: HttpRequest, signed: str) -> HttpResponse:
    """The page of a share link; the same answer for a link that is wrong, has ended or was revoked."""
    return _public(request, _edition_of(signed), pdf_url=reverse("shared_report_file", args=[signed]))


@require_safe
@within_time_limit
def shared_report_file(request: HttpRequest, signed: str) -> HttpResponse:
    """The page of a share link as a PDF, under the same rules."""
    edition = _edition_of(signed)
    if edition is None:
        return _public(request, None)
    return _unlisted(pdf_response(page_of_edition(edition, edition.report.project)))


@require_safe
def mailed_report(request: HttpRequest, signed: str) -> HttpResponse:
    """A report that was sent by email, for as long as its recipient receives the report."""
    return _public(request, recipients.edition_of_link(signed))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def report_unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """GET shows a button, since mail scanners open links; POST, by the button or by a mail program (RFC 8058),
    unsubscribes. The signature in the link replaces signing in.
    """
    recipient = recipients.recipient_of_link(signed)
    if recipient is None:
        return render(request, "reports/unsubscribe.html", {"recipient": None, "is_done": request.method == "POST"})
    if request.method == "POST":
        recipients.unsubscribe(recipient, timezone.now())
    language = recipient.user.language if recipient.user else recipient.report.language
    with translation.override(language):
        context = {"recipient": recipient, "is_done": request.method == "POST"}
        return render(request, "reports/unsubscribe.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_recipient(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks; POST with `answer` confirms or declines."""
    now = timezone.now()
    recipient, answer = external_recipients.recipient_of_token(token, now), request.POST.get("answer", "")
    if recipient and answer in ("yes", "no"):
        act = external_recipients.confirm if answer == "yes" else external_recipients.decline
        recipient = act(token, now)
    with translation.override(recipient.language if recipient else translation.get_language()):
        context = {"recipient": recipient, "answer": answer if recipient else ""}
        status = 200 if recipient else 404
        return render(request, "reports/confirm.html", context, status=status)


def _edition_of(signed: str) -> Edition | None:
    """Return what a share link shows now; None for a link that is wrong, has ended or was revoked."""
    link, now = link_of(signed), timezone.now()
    if link is None or not link.is_open(now):
        return None
    return link.edition or current_edition(link.report, now)


def _public(request: HttpRequest, edition: Edition | None, pdf_url: str = "") -> HttpResponse:
    if edition is None:
        return _unlisted(render(request, "reports/gone.html", status=404))
    page = page_of_edition(edition, edition.report.project)
    with translation.override(edition.language):
        return _unlisted(render(request, "reports/shared.html", {"page": page, "pdf_url": pdf_url}))


def _unlisted(response: HttpResponse) -> HttpResponse:
    """Return a response that browsers and proxies don't keep, and search engines don't list."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response
