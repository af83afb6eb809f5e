"""The pages of reports: the rows of the list, what the builder offers, and who sees a report.

In: reports. Out: frozen rows for templates/reports/. Called by dashboards/views/reports.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.formats import hour_words
from accounts.models import Project
from alerts.models import Digest
from reports.editions import window_of
from reports.links import share_url
from reports.models import Logo, Report, ReportRecipient, ShareLink
from reports.page import period_words
from reports.recipients import recipients_of
from reports.schedule import next_dates
from reports.sections.registry import SECTIONS
from workplace.models import SavedView

SHOWN_LINKS = 50


@dataclass(frozen=True)
class ReportRow:
    """A report in the list: its period in words, how many links are open, and when it is sent next."""

    report: Report
    period: str
    links: int
    next_at: datetime | None


@dataclass(frozen=True)
class SectionChoice:
    """A section in the builder."""

    name: str
    title: str
    is_chosen: bool


@dataclass(frozen=True)
class LinkRow:
    """A share link with its address; `state` is "open", "expired" or "revoked"."""

    link: ShareLink
    url: str
    state: str


@dataclass(frozen=True)
class RecipientRow:
    """A recipient; `state` says why nothing is sent to them, "" if they receive the report."""

    recipient: ReportRecipient
    state: str
    is_warning: bool = False


def report_rows(project: Project, now: datetime) -> list[ReportRow]:
    """Return the reports of a project, the newest first."""
    is_open = Q(links__revoked_at=None, links__pk__isnull=False)
    is_open &= Q(links__expires_at=None) | Q(links__expires_at__gt=now)
    counted = list(project.reports.annotate(open_links=Count("links", filter=is_open)).order_by("-pk"))
    dates = next_dates(counted, now)
    return [
        ReportRow(report, period_words(window_of(report, now), report), report.open_links, dates[report.pk])
        for report in counted
    ]


def builder(report: Report, order: Sequence[str] | None) -> dict[str, object]:
    """Return the choices that the form of a report offers. `order` is that of a posted form."""
    order = order or [*report.sections, *(name for name in SECTIONS if name not in report.sections)]
    return {
        "sections": [
            SectionChoice(name, str(SECTIONS[name].title), name in report.sections)
            for name in order
            if name in SECTIONS
        ],
        "periods": Report.Period.choices,
        "languages": settings.LANGUAGES,
        "views": SavedView.objects.filter(project=report.project_id, is_shared=True).order_by("name", "pk"),
        "has_logo": Logo.objects.filter(project=report.project_id).exists(),
    }


def sharing(report: Report, now: datetime) -> dict[str, object]:
    """Return the links, the recipients and the schedule of a report."""
    links = report.links.select_related("created_by", "edition").order_by("-created_at")[:SHOWN_LINKS]
    return {
        "links": [LinkRow(link, share_url(link), _link_state(link, now)) for link in links],
        "recipients": [_recipient_row(one) for one in recipients_of(report)],
        "next_at": next_dates([report], now)[report.pk],
        "hours": [(hour, hour_words(hour)) for hour in range(24)],
        "weekdays": Digest.Weekday.choices,
        "month_days": range(1, 32),
    }


def _link_state(link: ShareLink, now: datetime) -> str:
    if link.revoked_at:
        return "revoked"
    return "open" if link.is_open(now) else "expired"


def _recipient_row(recipient: ReportRecipient) -> RecipientRow:
    external = recipient.external
    if external is None or external.is_confirmed:
        return RecipientRow(recipient, _("Receives the report"))
    if external.stopped_at:
        return RecipientRow(recipient, _("Doesn’t want emails"), is_warning=True)
    return RecipientRow(recipient, _("Waiting for confirmation"), is_warning=True)
