"""Incidents: the open and the past ones, each with its mentions and its chart, and acknowledging one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from alerts import incidents as alert_incidents
from alerts.incident_messages import filter_of_incident, filter_of_peak, headline, sentence_at_opening
from alerts.models import Incident, Rule
from dashboards.presenters.incident_chart import incident_chart
from dashboards.presenters.mention_rows import shown_with_work
from monitoring.insights import mentions

PAST = 50
LATEST = 5


@project_view()
def incidents(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project = membership.project
    context = {
        "project": project,
        "may_change": membership.may(Role.MANAGER),
        "open": [_row(incident) for incident in alert_incidents.incidents_of(project, is_open=True)],
        "past": [_row(incident) for incident in alert_incidents.incidents_of(project, is_open=False, limit=PAST)],
        "has_rules": Rule.objects.filter(project=project).exists(),
        "failing": project.sources.failing().order_by("title", "pk"),
    }
    return render(request, "alerts/incidents.html", context)


@project_view()
def incident(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    shown = _incident(membership, incident_id)
    now, zone = timezone.now(), request.user.zone
    peak = filter_of_peak(shown, zone)
    failing = membership.project.sources.failing().order_by("title", "pk")
    context = {
        "project": membership.project,
        "line": _row(shown),
        "may_acknowledge": membership.may(Role.MANAGER) and shown.acknowledged_at is None,
        "failing": failing if shown.closed_at is None else [],
        "mentions_query": peak.to_query(),
        "mentions_count": mentions.count(peak).value,
        "incident_query": filter_of_incident(shown, now, zone).to_query(),
        "published_before": peak.mentions().filter(published__lt=peak.since).count(),
        "rows": shown_with_work(mentions.page(peak, size=LATEST).rows, timezone.now()),
        "volume_chart": incident_chart(shown, peak, now),
    }
    return render(request, "alerts/incident.html", context)


@project_view(Role.MANAGER)
@require_POST
def incident_acknowledge(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    """POST to acknowledge an incident."""
    if alert_incidents.acknowledge(_incident(membership, incident_id), request.user):
        messages.success(
            request, _("Acknowledged. The incident resolves automatically once volume is back to normal.")
        )
    return redirect("incident", membership.project_id, incident_id)


def _incident(membership: Membership, incident_id: int) -> Incident:
    rows = Incident.objects.select_related("rule__keyword", "rule__project", "acknowledged_by")
    return get_object_or_404(rows, pk=incident_id, rule__project=membership.project)


def _row(incident: Incident) -> dict[str, object]:
    """Return an incident with its rule as it was when it opened, and its peak in words."""
    observed = headline(incident, incident.peak)
    return {"incident": incident, "sentence": sentence_at_opening(incident), "observed": observed}
