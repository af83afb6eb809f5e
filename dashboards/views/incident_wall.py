"""The page of an incident for a wall, whose numbers refresh by themselves, and the report of an incident as a PDF."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from alerts.incident_log import MAX_WRITTEN
from alerts.incident_view import IncidentView
from alerts.models import Incident
from alerts.playbooks import playbook_of, statements_of
from dashboards.views.incidents import find_incident, find_lead
from reports.incident_report import incident_pdf as write_incident_pdf

LATEST = 12  # lines of the timeline


@project_view()
def incident_wall(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    """The live numbers, the playbook of the project, who does what, and the latest lines of the log."""
    incident = find_incident(membership.project, incident_id)
    if incident.joined_id:
        return redirect("incident_wall", membership.project_id, incident.joined_id)
    context = _live(request, membership, incident) | {
        "playbook": playbook_of(membership.project),
        "statements": statements_of(membership.project),
    }
    return render(request, "incidents/wall.html", context)


@project_view()
def incident_live(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    """The parts of the wall that refresh: its numbers, its log and its tasks."""
    incident = find_lead(membership.project, incident_id)
    context = _live(request, membership, incident) | {"is_refresh": True}
    return render(request, "incidents/_live.html", context)


@project_view()
def incident_pdf(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    """The report as a PDF, in the person's language and time zone."""
    incident = find_lead(membership.project, incident_id)
    view = IncidentView(incident, timezone.now(), request.user.zone, MAX_WRITTEN)
    content = write_incident_pdf(view, playbook_of(membership.project), statements_of(membership.project))
    name = f"vigie-incident-{view.incident.pk}.pdf"
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})


def _live(request: SignedInRequest, membership: Membership, incident: Incident) -> dict[str, object]:
    view = IncidentView(incident, timezone.now(), request.user.zone, LATEST)
    return {
        "project": membership.project,
        "incident": incident,
        "may_change": membership.may(Role.MANAGER),
        "view": view,
        "tally": view.summary.tally,
        "lines": view.newest_first[:LATEST],
    }
