"""The incidents of a project: one, the open ones, and all page by page. Called by the pages and the API."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Project
from alerts.conditions.severity import LEVELS
from alerts.models import Incident
from monitoring.insights.cursors import read_cursor, write_cursor

OPEN, RESOLVED = "open", "resolved"


@dataclass(frozen=True)
class IncidentPage:
    """One page; `next_cursor` is an opaque text for the following one, None on the last."""

    rows: list[Incident]
    next_cursor: str | None


def incidents_of(project: Project) -> QuerySet[Incident]:
    """Return the incidents of a project with their people, those that joined another one included."""
    rows = Incident.objects.filter(rule__project=project)
    return rows.select_related("rule__keyword", "rule__project", "acknowledged_by", "assignee", "closed_by")


def leads_of(project: Project) -> QuerySet[Incident]:
    """Return the incidents that no other one leads: those that joined another one are part of it."""
    return incidents_of(project).filter(joined=None)


def open_incidents(project: Project) -> list[Incident]:
    """Return a project's open incidents, the most severe first, and of those the newest."""
    found = leads_of(project).filter(closed_at=None).order_by("-opened_at", "-pk")
    return sorted(found, key=lambda incident: LEVELS.index(incident.severity), reverse=True)


def incident_page(project: Project, state: str, cursor: str | None, size: int) -> IncidentPage:
    """Return incidents that no other one leads; `state` is OPEN, RESOLVED or "" for all.

    An invalid cursor gives the first page. Incidents that open meanwhile move no other one.
    """
    rows = leads_of(project)
    if state:
        rows = rows.filter(closed_at__isnull=state == OPEN)
    position: tuple[datetime, int] | None = read_cursor(cursor)[0]
    if position:
        opened_at, pk = position
        rows = rows.filter(Q(opened_at__lt=opened_at) | Q(opened_at=opened_at, pk__lt=pk))
    found = list(rows.order_by("-opened_at", "-pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return IncidentPage(found[:size], write_cursor((last.opened_at, last.pk)) if last else None)
