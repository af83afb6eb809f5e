"""Incidents: the open and the past ones, and the page of one with its evidence, its timeline and who does what.

dashboards/views/incident_actions.py changes them.
"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, Role
from alerts.incident_counts import with_counts
from alerts.incident_list import RESOLVED, incident_page, incidents_of, leads_of, open_incidents
from alerts.incident_messages import headline, sentence_at_opening
from alerts.incident_people import assignees_of
from alerts.incident_view import IncidentView
from alerts.models import Incident, Rule
from alerts.watch import late_since
from assistant.subjects import subject_of_incident
from dashboards.presenters.assistant import summary_box
from dashboards.presenters.incident_chart import incident_chart
from dashboards.presenters.incident_people import choices
from dashboards.presenters.mention_rows import shown_with_work
from monitoring.insights import mentions

PAST = 50
LATEST = 5


@project_view()
def incidents(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project = membership.project
    open_ones = open_incidents(project)
    page = incident_page(project, RESOLVED, request.GET.get("cursor"), PAST)
    rows = [_row(incident, count) for incident, count in with_counts([*open_ones, *page.rows])]
    context = {
        "project": project,
        "may_change": membership.may(Role.MANAGER),
        "open": rows[: len(open_ones)],
        "past": rows[len(open_ones) :],
        "waiting": [row for row, incident in zip(rows, open_ones, strict=False) if incident.acknowledged_at is None],
        "next_cursor": page.next_cursor,
        "has_rules": Rule.objects.filter(project=project).exists(),
        "failing": project.sources.failing().order_by("title", "pk"),
        "late_since": late_since(timezone.now()),
    }
    return render(request, "incidents/incidents.html", context)


@project_view()
def incident(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    shown = find_incident(membership.project, incident_id)
    if shown.joined_id:
        return redirect("incident", membership.project_id, shown.joined_id)
    now, zone = timezone.now(), request.user.zone
    view = IncidentView(shown, now, zone)
    failing = membership.project.sources.failing().order_by("title", "pk")
    may_change = membership.may(Role.MANAGER)
    context = {
        "project": membership.project,
        "incident": shown,
        "view": view,
        "may_change": may_change,
        "failing": failing if shown.closed_at is None else [],
        "published_before": view.peak.mentions().filter(published__lt=view.peak.since).count(),
        "rows": shown_with_work(mentions.page(view.peak, size=LATEST).rows, now),
        "top_posts": shown_with_work(view.top_posts, now),
        "volume_chart": incident_chart(view),
        "members": assignees_of(membership.project) if may_change else [],
        "names": choices(membership) if may_change else [],
        "assistant": summary_box(membership, subject_of_incident(shown)),
    }
    return render(request, "incidents/incident.html", context)


def find_incident(project: Project, incident_id: int) -> Incident:
    """Return an incident of a project with its people, or raise Http404."""
    return get_object_or_404(incidents_of(project), pk=incident_id)


def find_lead(project: Project, incident_id: int) -> Incident:
    """Return an incident that no other one leads, with its people, or raise Http404."""
    return get_object_or_404(leads_of(project), pk=incident_id)


def _row(incident: Incident, count: int) -> dict[str, object]:
    """Return an incident with its rule as it was when it opened, and its number in words."""
    observed = headline(incident, count)
    return {"incident": incident, "sentence": sentence_at_opening(incident), "observed": observed, "count": count}
