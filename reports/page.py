"""The content of the page of a report: an edition, or sections that were just read, with period and logo.

Called by the builder's preview, the page of a report, the share links, the emails and the PDF.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.formats import clock, date_range, long_date
from accounts.models import Project
from delivery.message import Window
from reports.blocks import Section
from reports.editions import read_sections, sections_of, window_of
from reports.models import Edition, Logo, Report


@dataclass(frozen=True)
class ReportPage:
    """A report to show: `period` and `made` are in words; `png` is the logo, empty without one."""

    title: str
    project: str
    language: str
    period: str
    made: str
    png: bytes
    sections: list[Section]

    @property
    def logo(self) -> str:
        """The logo as a data: URL, so nothing else is loaded; "" without one."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}" if self.png else ""


def page_of_edition(edition: Edition, project: Project) -> ReportPage:
    """Return the page of a stored edition."""
    with translation.override(edition.language), timezone.override(edition.zone):
        return ReportPage(
            title=edition.title,
            project=project.name,
            language=edition.language,
            period=period_words(Window(edition.start, edition.end), edition),
            made=_made(edition.made_at),
            png=_logo(project) if edition.shows_logo else b"",
            sections=sections_of(edition),
        )


def page_of_report(report: Report, now: datetime) -> ReportPage:
    """Return the page of a report as it is now."""
    window = window_of(report, now)
    sections = read_sections(report, window, now)
    with translation.override(report.language), timezone.override(report.zone):
        return ReportPage(
            title=report.title,
            project=report.project.name,
            language=report.language,
            period=period_words(window, report),
            made=_made(now),
            png=_logo(report.project) if report.shows_logo else b"",
            sections=sections,
        )


def period_words(window: Window, of: Edition | Report) -> str:
    """Return the first and the last day, in the active language and the report's time zone."""
    first = window.start.astimezone(of.zone).date()
    last = (window.end.astimezone(of.zone) - timedelta(microseconds=1)).date()
    return date_range(first, last)


def _logo(project: Project) -> bytes:
    return bytes(Logo.objects.filter(project=project).values_list("png", flat=True).first() or b"")


def _made(now: datetime) -> str:
    local = timezone.localtime(now)
    return _("%(date)s, %(time)s") % {"date": long_date(local.date()), "time": clock(local.time())}
