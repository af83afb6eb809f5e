"""Every change that a person makes to a report or its links, with its entry in the activity log.

Raises ValidationError by field. Called by the pages and the API.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.content.scrub import is_storable
from monitoring.insights.filters import MentionFilter
from reports.editions import make_edition, window_of
from reports.models import MAX_COMMENT, MAX_QUERY, MAX_TITLE, Report, ShareLink
from reports.periods import rolling_window
from reports.sections.registry import SECTIONS
from workplace.models import SavedView

MAX_REPORTS, MAX_LINKS = 100, 50  # of a project, of a report
MAX_DAYS = 731
# Those that every project has something for; people add the others.
DEFAULT_SECTIONS = [
    name
    for name in SECTIONS
    if name not in ("comment", "compare", "goals", "posts", "curation", "website", "team", "themes")
]
SHOWN_FIELDS = frozenset(
    {"title", "language", "period", "first_day", "last_day", "query", "view", "sections", "comment", "shows_logo"}
)
SCHEDULE_FIELDS = frozenset({"is_scheduled", "hour", "weekday", "month_day"})


def create_report(project: Project, user: User, **values: Any) -> Report:
    """Create a report; by default of the last week, with the usual sections, in the person's language and zone."""
    title = (_("Report on %(project)s") % {"project": project.name})[:MAX_TITLE]
    defaults = {"title": title, "language": user.language, "sections": DEFAULT_SECTIONS}
    report = Report(project=project, created_by=user, time_zone=user.zone.key)
    _assign(report, defaults | values)
    if report.is_scheduled:
        report.sent_until = _start_of_schedule(report, timezone.now())
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)  # one at a time: their number is limited
        if project.reports.count() >= MAX_REPORTS:
            text = ngettext(
                "A project can have %(count)s report.", "A project can have up to %(count)s reports.", MAX_REPORTS
            )
            raise ValidationError(text % {"count": MAX_REPORTS}, code="too_many")
        report.save()
        record(project, user, "report.created", report.title, report=report.pk)
    return report


def change_report(report: Report, user: User, **values: Any) -> Report:
    """Change a report. What it shows gets a new revision; turning the schedule on starts with the running period."""
    with transaction.atomic():
        report = Report.objects.select_for_update(of=("self",)).select_related("project", "view").get(pk=report.pk)
        before = {name: getattr(report, name) for name in SHOWN_FIELDS | SCHEDULE_FIELDS}
        _assign(report, values)
        changed = sorted(name for name, value in before.items() if getattr(report, name) != value)
        if not changed:
            return report
        report.revision += bool(SHOWN_FIELDS.intersection(changed))
        now = timezone.now()
        if report.is_scheduled and not (before["is_scheduled"] and before["period"] == report.period):
            report.sent_until = _start_of_schedule(report, now)
        report.changed_at = now
        report.save()
        record(report.project, user, "report.changed", report.title, report=report.pk, fields=changed)
    return report


def delete_report(report: Report, user: User) -> None:
    """Delete a report with its editions and links, which stop working."""
    with transaction.atomic():
        record(report.project, user, "report.deleted", report.title, report=report.pk)
        report.delete()


def create_link(report: Report, user: User, days: int | None, now: datetime) -> ShareLink:
    """Create a link that ends after `days`, never if None. One to fixed dates shows the report as it is now."""
    with transaction.atomic():
        report = Report.objects.select_for_update(of=("self",)).select_related("project", "view").get(pk=report.pk)
        if report.links.filter(revoked_at=None).count() >= MAX_LINKS:
            raise ValidationError({"days": [_("This report has too many links. Revoke some first.")]}, code="too_many")
        edition = None if report.is_rolling else make_edition(report, window_of(report, now), now)
        expires_at = now + timedelta(days=days) if days else None
        link = ShareLink.objects.create(
            report=report, edition=edition, created_by=user, created_at=now, expires_at=expires_at
        )
        record(report.project, user, "report.shared", report.title, report=report.pk, link=str(link.pk), days=days)
    return link


def revoke_link(link: ShareLink, user: User, now: datetime) -> None:
    """End a link. Safe to repeat."""
    with transaction.atomic():
        if ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now):
            report = link.report
            record(report.project, user, "report.link_revoked", report.title, report=report.pk, link=str(link.pk))


def preview_of(report: Report, values: dict[str, Any]) -> Report:
    """Return the report with changes that are not saved. Raises ValidationError."""
    _assign(report, values)
    return report


def _start_of_schedule(report: Report, now: datetime) -> datetime:
    """Return the start of the running week or month: the first email is about that."""
    return rolling_window(report.period, now, report.zone).end


def _assign(report: Report, values: dict[str, Any]) -> None:
    """Set the fields of a report and check them together."""
    for name, value in values.items():
        setattr(report, name, value)
    errors: dict[str, list[str]] = {}
    for name, problem in (
        ("title", _title_problem(report)),
        ("language", _language_problem(report)),
        *_period_problems(report),
        ("query", _query_problem(report)),
        ("view", _view_problem(report.project, report.view)),
        ("sections", _sections_problem(report.sections)),
        ("comment", _comment_problem(report.comment)),
        *_schedule_problems(report),
    ):
        if problem:
            errors.setdefault(name, []).append(problem)
    if errors:
        raise ValidationError(errors)


def _title_problem(report: Report) -> str:
    report.title = " ".join(report.title.split())
    if not report.title:
        return _("Enter a title.")
    if len(report.title) > MAX_TITLE:
        return _("The title is too long. Use at most 120 characters.")
    return "" if is_storable(report.title) else _("This contains an invalid character.")


def _language_problem(report: Report) -> str:
    known = [code for code, _name in Report._meta.get_field("language").choices or ()]
    return "" if report.language in known else _("Select a language.")


def _period_problems(report: Report) -> list[tuple[str, str]]:
    if report.period not in Report.Period.values:
        return [("period", _("Select a period."))]
    if report.is_rolling:
        report.first_day = report.last_day = None
        return []
    if report.first_day is None:
        return [("first_day", _("Enter a start date."))]
    if report.last_day is None:
        return [("last_day", _("Enter an end date."))]
    if report.last_day < report.first_day:
        return [("last_day", _("The end date is before the start date."))]
    if (report.last_day - report.first_day).days >= MAX_DAYS or not 1990 <= report.first_day.year <= 2100:
        return [("last_day", _("A report covers two years at most. Choose a shorter period."))]
    return []


def _query_problem(report: Report) -> str:
    """Return what of the query cannot be used; its period doesn't matter, so it is left out."""
    if len(report.query) > MAX_QUERY:
        return _("This value is too long.")
    if not is_storable(report.query):
        return _("This contains an invalid character.")
    params = QueryDict(report.query, mutable=True)
    for name in ("period", "from", "to", "by"):
        params.pop(name, None)
    report.query = params.urlencode()
    f = MentionFilter.from_query(report.project, params, timezone.now(), report.zone)
    return f.problems[0].message if f.problems else ""


def _view_problem(project: Project, view: SavedView | None) -> str:
    if view and (view.project_id != project.pk or not view.is_shared):
        return _("Select a saved view that is shared with the project.")
    return ""


def _sections_problem(sections: list[str]) -> str:
    if not sections:
        return _("Select at least one section.")
    if unknown := [name for name in sections if name not in SECTIONS]:
        return _("Unknown value: “%(value)s”.") % {"value": str(unknown[0])[:100]}
    return _("Each section can be used once.") if len(set(sections)) < len(sections) else ""


def _comment_problem(comment: str) -> str:
    if len(comment) > MAX_COMMENT:
        return _("The comment is too long. Use at most 10,000 characters.")
    return "" if is_storable(comment) else _("This contains an invalid character.")


def _schedule_problems(report: Report) -> list[tuple[str, str]]:
    if report.is_scheduled and not report.is_rolling:
        return [("is_scheduled", _("Only a report of the last week or month can be sent regularly."))]
    bounds = (("hour", 0, 23), ("weekday", 0, 6), ("month_day", 1, 31))
    return [
        (name, _("Enter a number from %(low)s to %(high)s.") % {"low": low, "high": high})
        for name, low, high in bounds
        if not low <= getattr(report, name) <= high
    ]
