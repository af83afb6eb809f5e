"""The API's reports: list, create, change, delete and render them; their share links and recipients.

Members read reports; managers change them, and see links and recipients, through reports/changes.py and
reports/recipients.py. Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.problems import InvalidField
from api.schemas import UNSET, Body, Items, Text
from monitoring.insights.time_limit import time_limit
from reports import changes, recipients
from reports.links import share_url
from reports.models import Report, ReportRecipient, ShareLink
from reports.page import page_of_report
from reports.report_pdf import report_pdf
from reports.schedule import next_dates
from reports.sections.registry import SECTIONS
from workplace.models import SavedView

router = Router(tags=["reports"])
RENDERED = {"json": "application/json", "html": "text/html; charset=utf-8", "pdf": "application/pdf"}

if TYPE_CHECKING:
    SectionName = str  # mypy accepts no Literal of computed values
    PeriodName = str
    LanguageCode = str
    FormatName = str
else:
    SectionName = Literal[tuple(SECTIONS)]
    PeriodName = Literal[tuple(Report.Period.values)]
    LanguageCode = Literal[tuple(code for code, _name in settings.LANGUAGES)]
    FormatName = Literal[tuple(RENDERED)]


class ReportIn(Body):
    title: Text = UNSET
    language: LanguageCode = UNSET
    period: PeriodName = UNSET
    first_day: date | None = Field(UNSET, description="of fixed dates")
    last_day: date | None = Field(UNSET, description="of fixed dates, included")
    query: Text = Field(UNSET, description="the query string of a list of mentions; its period does not matter")
    view: int | None = Field(UNSET, description="the ID of a saved view that is shared, instead of `query`")
    sections: list[SectionName] = UNSET
    comment: Text = Field(UNSET, description="Markdown")
    shows_logo: bool = UNSET
    is_scheduled: bool = UNSET
    hour: int = UNSET
    weekday: int = Field(UNSET, description="0 is Monday")
    month_day: int = UNSET


class ReportOut(Schema):
    id: int
    title: str
    language: str
    time_zone: str
    period: str
    first_day: date | None
    last_day: date | None
    query: str
    view: int | None = Field(alias="view_id")
    sections: list[str]
    comment: str
    shows_logo: bool
    is_scheduled: bool
    hour: int
    weekday: int
    month_day: int
    next_at: datetime | None = Field(description="when it is sent next; null without recipients")
    created_at: datetime
    changed_at: datetime


class LinkIn(Body):
    days: int | None = Field(30, ge=1, le=3650, description="until the link ends; null for never")


class LinkOut(Schema):
    id: UUID
    url: str | None = Field(description="null for a link that has ended")
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @staticmethod
    def resolve_url(link: ShareLink) -> str | None:
        return share_url(link) if link.is_open(timezone.now()) else None


class RecipientIn(Body):
    email: Text


class RecipientOut(Schema):
    id: int
    email: str
    is_member: bool
    is_confirmed: bool = Field(description="false for an address that gets nothing yet, or any more")

    @staticmethod
    def resolve_is_member(recipient: ReportRecipient) -> bool:
        return recipient.user is not None

    @staticmethod
    def resolve_is_confirmed(recipient: ReportRecipient) -> bool:
        return recipient.external is None or recipient.external.is_confirmed


@router.get("/projects/{int:project_id}/reports", response=Items[ReportOut])
def list_reports(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List the reports, the newest first. A project has at most 100."""
    project = membership_of(request.user, project_id).project
    return {"items": _shown(list(project.reports.order_by("-pk")))}


@router.post("/projects/{int:project_id}/reports", response={201: ReportOut})
def create_report(request: SignedInRequest, project_id: int, report: ReportIn) -> Status:
    """Create a report: by default of the last week, with all sections, in your language and time zone."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    made = changes.create_report(project, request.user, **_values(project_id, report))
    return Status(201, _shown([made])[0])


@router.get("/projects/{int:project_id}/reports/{int:report_id}", response=ReportOut)
def get_report(request: SignedInRequest, project_id: int, report_id: int) -> dict[str, object]:
    """Return the settings of a report."""
    return _shown([_report(request, project_id, report_id, Role.VIEWER)])[0]


@router.patch("/projects/{int:project_id}/reports/{int:report_id}", response=ReportOut)
def change_report(request: SignedInRequest, project_id: int, report_id: int, report: ReportIn) -> dict[str, object]:
    """Change the fields that are sent."""
    found = _report(request, project_id, report_id)
    return _shown([changes.change_report(found, request.user, **_values(project_id, report))])[0]


@router.delete("/projects/{int:project_id}/reports/{int:report_id}", response={204: None})
def delete_report(request: SignedInRequest, project_id: int, report_id: int) -> Status:
    """Delete a report. Its links stop working."""
    changes.delete_report(_report(request, project_id, report_id), request.user)
    return Status(204, None)


@router.get("/projects/{int:project_id}/reports/{int:report_id}/render", response={200: Any})
@time_limit()
def render_report(
    request: SignedInRequest, project_id: int, report_id: int, format: FormatName = "json"
) -> HttpResponse | dict[str, object]:
    """Return the report as it is now: its sections as JSON, a fragment of HTML, or a PDF."""
    report = _report(request, project_id, report_id, Role.VIEWER)
    page = page_of_report(report, timezone.now())
    if format == "json":
        shown = ("title", "project", "language", "period", "made")
        return {**{name: getattr(page, name) for name in shown}, "sections": [asdict(one) for one in page.sections]}
    if format == "pdf":
        return HttpResponse(report_pdf(page), content_type=RENDERED["pdf"])
    with translation.override(page.language):
        html = render_to_string("reports/_report.html", {"page": page})
    return HttpResponse(html, content_type=RENDERED["html"])


@router.get("/projects/{int:project_id}/reports/{int:report_id}/links", response=Items[LinkOut])
def list_links(request: SignedInRequest, project_id: int, report_id: int) -> dict[str, object]:
    """List the share links of a report, the newest first."""
    return {"items": _report(request, project_id, report_id).links.order_by("-created_at")[:200]}


@router.post("/projects/{int:project_id}/reports/{int:report_id}/links", response={201: LinkOut})
@time_limit()
def create_link(request: SignedInRequest, project_id: int, report_id: int, link: LinkIn) -> Status:
    """Create a share link. One to fixed dates shows the report as it is now."""
    report = _report(request, project_id, report_id)
    return Status(201, changes.create_link(report, request.user, link.days, timezone.now()))


@router.delete("/projects/{int:project_id}/reports/{int:report_id}/links/{uuid:link_id}", response={204: None})
def revoke_link(request: SignedInRequest, project_id: int, report_id: int, link_id: UUID) -> Status:
    """Revoke a share link."""
    links = _report(request, project_id, report_id).links.select_related("report__project")
    changes.revoke_link(get_object_or_404(links, pk=link_id), request.user, timezone.now())
    return Status(204, None)


@router.get("/projects/{int:project_id}/reports/{int:report_id}/recipients", response=Items[RecipientOut])
def list_recipients(request: SignedInRequest, project_id: int, report_id: int) -> dict[str, object]:
    """List who receives a scheduled report."""
    return {"items": recipients.recipients_of(_report(request, project_id, report_id))}


@router.post("/projects/{int:project_id}/reports/{int:report_id}/recipients", response={201: RecipientOut})
def add_recipient(request: SignedInRequest, project_id: int, report_id: int, recipient: RecipientIn) -> Status:
    """Add an email address. Its owner is asked to confirm, unless they are a member."""
    report = _report(request, project_id, report_id)
    return Status(201, recipients.add_recipient(report, request.user, recipient.email, timezone.now()))


@router.delete(
    "/projects/{int:project_id}/reports/{int:report_id}/recipients/{int:recipient_id}", response={204: None}
)
def remove_recipient(request: SignedInRequest, project_id: int, report_id: int, recipient_id: int) -> Status:
    """Remove a recipient."""
    rows = recipients.recipients_of(_report(request, project_id, report_id)).select_related("report__project")
    recipients.remove_recipient(get_object_or_404(rows, pk=recipient_id), request.user)
    return Status(204, None)


def _report(request: SignedInRequest, project_id: int, report_id: int, role: str = Role.MANAGER) -> Report:
    """Return a report of the project; raise as membership_of, or Http404."""
    project = membership_of(request.user, project_id, role).project
    return get_object_or_404(Report.objects.select_related("project", "view"), project=project, pk=report_id)


def _shown(reports: list[Report]) -> list[dict[str, object]]:
    """Return the settings of reports, and when each is sent next."""
    dates = next_dates(reports, timezone.now())
    names = [field.alias or name for name, field in ReportOut.model_fields.items() if name != "next_at"]
    return [{**{name: getattr(report, name) for name in names}, "next_at": dates[report.pk]} for report in reports]


def _values(project_id: int, report: ReportIn) -> dict[str, Any]:
    """Return the fields that were sent, the view as a row. Raises InvalidField for an unknown one."""
    values = report.dict(exclude_unset=True)
    if (pk := values.get("view")) is not None:
        values["view"] = SavedView.objects.filter(project=project_id, is_shared=True, pk=pk).first()
        if values["view"] is None:
            raise InvalidField("view", _("Select a saved view that is shared with the project."), "unknown")
    return values
