"""The reports of a project: their list, the page of one, its PDF, and the builder with its preview."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.reports import order_of, report_values
from dashboards.presenters.reports import builder, report_rows, sharing
from dashboards.views.time_limit import within_time_limit
from delivery.outbox import sends_email
from reports import changes
from reports.logos import remove_logo, set_logo
from reports.models import Logo, Report
from reports.page import ReportPage, page_of_report
from reports.report_pdf import report_pdf
from workplace.images import MAX_BYTES


@project_view()
def reports(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project = membership.project
    context = {
        "project": project,
        "rows": report_rows(project, timezone.now()),
        "may_edit": membership.may(Role.MANAGER),
        "logo": Logo.objects.filter(project=project).first(),
    }
    return render(request, "reports/reports.html", context)


@project_view(Role.MANAGER)
@require_POST
def report_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST to create a report of the last week with the usual sections, and open it in the builder."""
    try:
        report = changes.create_report(membership.project, request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("reports", membership.project_id)
    return redirect("report_edit", membership.project_id, report.pk)


@project_view()
@within_time_limit
def report(request: SignedInRequest, membership: Membership, report_id: int) -> HttpResponse:
    """The report as it is now, its links, and who receives it."""
    found, now = report_of(membership, report_id), timezone.now()
    may_edit = membership.may(Role.MANAGER)
    context = {
        "project": membership.project,
        "report": found,
        "page": page_of_report(found, now),
        "may_edit": may_edit,
        "sends_email": sends_email(),
        **(sharing(found, now) if may_edit else {}),
    }
    return render(request, "reports/report.html", context)


@project_view()
@within_time_limit
def report_file(request: SignedInRequest, membership: Membership, report_id: int) -> HttpResponse:
    """The report as it is now, as a PDF."""
    found = report_of(membership, report_id)
    return pdf_response(page_of_report(found, timezone.now()))


@project_view(Role.MANAGER)
@within_time_limit
def report_edit(request: SignedInRequest, membership: Membership, report_id: int) -> HttpResponse:
    """The builder. A button that moves a section changes the form only, for browsers without JavaScript."""
    found, now = report_of(membership, report_id), timezone.now()
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        values, errors = report_values(membership.project, request.POST)
        try:
            changes.preview_of(found, values)  # also what is wrong: the form shows it again
            if not errors and "move" not in request.POST:
                changes.change_report(found, request.user, **values)
                messages.success(request, _("Report saved."))
                return redirect("report", membership.project_id, found.pk)
        except ValidationError as error:
            errors = error.message_dict | errors
    context = {
        "project": membership.project,
        "report": found,
        "errors": errors,
        "page": page_of_report(report_of(membership, report_id) if errors else found, now),
        **builder(found, order_of(request.POST) if request.method == "POST" else None),
    }
    return render(request, "reports/edit.html", context, status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK)


@project_view(Role.MANAGER)
@require_POST
@within_time_limit
def report_preview(request: SignedInRequest, membership: Membership, report_id: int) -> HttpResponse:
    """POST the form of the builder for the report as it would be; nothing is saved."""
    values, errors = report_values(membership.project, request.POST)
    try:
        found = changes.preview_of(report_of(membership, report_id), values)
    except ValidationError as error:
        errors = error.message_dict | errors
    page = None if errors else page_of_report(found, timezone.now())
    return render(request, "reports/_preview.html", {"page": page, "errors": errors, "project": membership.project})


@project_view(Role.MANAGER)
@require_POST
def report_delete(request: SignedInRequest, membership: Membership, report_id: int) -> HttpResponse:
    changes.delete_report(report_of(membership, report_id), request.user)
    messages.success(request, _("Report deleted."))
    return redirect("reports", membership.project_id)


@project_view()
def logo(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The logo of the project, for its members."""
    found = get_object_or_404(Logo, project=membership.project)
    return HttpResponse(bytes(found.png), content_type="image/png", headers={"Cache-Control": "private, no-cache"})


@project_view(Role.MANAGER)
@require_POST
def logo_change(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST an image as `logo`, or `delete`."""
    if "delete" in request.POST:
        remove_logo(membership.project, request.user)
        messages.success(request, _("Logo deleted."))
        return redirect("reports", membership.project_id)
    upload = request.FILES.get("logo")
    try:
        if upload is None:
            raise ValidationError(_("Select an image file."))
        set_logo(membership.project, request.user, upload.read(MAX_BYTES + 1))
        messages.success(request, _("Logo saved."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("reports", membership.project_id)


def pdf_response(page: ReportPage) -> HttpResponse:
    """Return a report as a PDF to download."""
    response = HttpResponse(report_pdf(page), content_type="application/pdf")
    name = f"{slugify(page.title) or 'report'}.pdf"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def report_of(membership: Membership, report_id: int) -> Report:
    """Return a report of the project. Raises Http404."""
    rows = Report.objects.select_related("project", "view").filter(project=membership.project)
    return get_object_or_404(rows, pk=report_id)
