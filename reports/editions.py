"""Make reports: a report and a window in, its sections out; or stored as an edition that does not change any more.

An edition of a rolling report is made once per period and revision, however many people open its link at that moment.
Called by the pages, the share links and the API, and by reports/schedule.py.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation

from delivery.message import Window
from monitoring.ingest.deletions import lock_and_find_deleted
from reports.blocks import Items, Section, from_json, to_json
from reports.models import Edition, Report
from reports.periods import fixed_window, rolling_window
from reports.reader import Reader
from reports.redaction import without_items
from reports.sections.registry import SECTIONS


def window_of(report: Report, now: datetime) -> Window:
    """Return the period that a report covers now."""
    if report.first_day and report.last_day and not report.is_rolling:
        return fixed_window(report.first_day, report.last_day, report.zone)
    return rolling_window(report.period, now, report.zone)


def query_of(report: Report) -> str:
    """Return the query string of the mentions: that of the saved view as long as it is shared."""
    return report.view.query if report.view and report.view.is_shared else report.query


def read_sections(report: Report, window: Window, now: datetime) -> list[Section]:
    """Return the sections in the language and the time zone of the report, without those that are empty."""
    reader = Reader(
        project=report.project,
        window=window,
        zone=report.zone,
        now=now,
        query=query_of(report),
        person_id=report.created_by_id,
        comment=report.comment,
    )
    with translation.override(report.language), timezone.override(report.zone):
        sections = [
            Section(name, str(SECTIONS[name].title), tuple(SECTIONS[name].read(reader)))
            for name in report.sections
            if name in SECTIONS
        ]
    return [section for section in sections if section.blocks]


@transaction.atomic
def make_edition(report: Report, window: Window, now: datetime) -> Edition:
    """Store a report as it is now, without items that were deleted since they were read."""
    sections = read_sections(report, window, now)
    content = to_json(sections)
    if deleted := lock_and_find_deleted(_documents(sections)):
        without_items(content, deleted, report.language)
    return Edition.objects.create(
        report=report,
        revision=report.revision,
        start=window.start,
        end=window.end,
        title=report.title,
        language=report.language,
        time_zone=report.time_zone,
        shows_logo=report.shows_logo,
        content=content,
        made_at=now,
    )


@transaction.atomic
def current_edition(report: Report, now: datetime) -> Edition:
    """Return the edition of the newest full period; make it if nobody has yet."""
    report = Report.objects.select_for_update(of=("self",)).select_related("project", "view").get(pk=report.pk)
    window = window_of(report, now)
    same = report.editions.filter(revision=report.revision, start=window.start, end=window.end)
    return same.order_by("pk").first() or make_edition(report, window, now)


def sections_of(edition: Edition) -> list[Section]:
    """Return the stored sections."""
    return from_json(edition.content)


def _documents(sections: list[Section]) -> set[int]:
    lists = [block for section in sections for block in section.blocks if isinstance(block, Items)]
    return {item.document for block in lists for item in block.items}
