"""The pages of a report for people without an account: shared, mailed, as a PDF, confirmed and unsubscribed.

Signed or random addresses give access to them; they load nothing from elsewhere, and no search engine lists them.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rate_limit import count_request
from dashboards.outside_responses import unlisted
from dashboards.views.reports import pdf_response
from dashboards.views.time_limit import within_time_limit
from delivery import external_recipients
from reports import recipients
from reports.editions import current_edition
from reports.links import link_of
from reports.models import Edition
from reports.page import page_of_edition

PDFS_PER_MINUTE = 10  # per report: each takes seconds of a processor, and anyone may have the link


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
    count = count_request(f"shared-pdf:{edition.report_id}")
    if count.used > PDFS_PER_MINUTE:
        return _too_many(request, edition, reverse("shared_report", args=[signed]), count.left_s)
    return unlisted(pdf_response(page_of_edition(edition, edition.report.project)))


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
        return render(request, "reports/unsubscribe.html", {"recipient": None, "is_done": True})
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
        return unlisted(render(request, "reports/gone.html", status=404))
    page = page_of_edition(edition, edition.report.project)
    with translation.override(edition.language):
        return unlisted(render(request, "reports/shared.html", {"page": page, "pdf_url": pdf_url}))


def _too_many(request: HttpRequest, edition: Edition, report_url: str, wait_s: int) -> HttpResponse:
    with translation.override(edition.language):
        response = render(request, "reports/too_many.html", {"report_url": report_url}, status=429)
    response["Retry-After"] = str(wait_s)
    return unlisted(response)
