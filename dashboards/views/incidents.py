"""Incidents: the open and the past ones, each with its mentions and its chart, and acknowledging one."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from alerts import incidents as alert_incidents
from alerts.incident_messages import filter_of_incident, headline, sentence_at_opening
from alerts.models import Incident, Rule
from dashboards import charts
from dashboards.presenters.coverage import coverage
from dashboards.presenters.mention_rows import shown_mentions
from dashboards.presenters.volume_chart import VolumeChart, volume_chart
from monitoring.insights import mentions, volume
from monitoring.insights.filters import MentionFilter

PAST = 50
LATEST = 5
# The time that the chart shows before an incident, to compare with.
LEAD = timedelta(days=1)
LEAD_WINDOWS = 6


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
    found = filter_of_incident(shown, timezone.now(), request.user.zone)
    failing = membership.project.sources.failing().order_by("title", "pk")
    context = {
        "project": membership.project,
        "line": _row(shown),
        "may_acknowledge": membership.may(Role.MANAGER) and shown.acknowledged_at is None,
        "failing": failing if shown.closed_at is None else [],
        "mentions_query": found.to_query(),
        "mentions_count": mentions.count(found),
        "published_before": found.mentions().filter(published__lt=found.since).count(),
        "rows": shown_mentions(mentions.page(found, size=LATEST).rows),
        "volume_chart": _volume_chart(found, shown),
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


def _volume_chart(found: MentionFilter, shown: Incident) -> VolumeChart:
    """Return the keyword's mentions by the time they were found, from well before the incident to its end."""
    lead = max(LEAD, LEAD_WINDOWS * timedelta(seconds=shown.settings["window_s"]))
    wide = found.replace(since=shown.opened_at - lead)
    url = reverse("mentions", args=[shown.rule.project_id])
    colors = charts.keyword_colors([shown.rule.keyword_id])
    return volume_chart(wide, volume.volume(wide), url, colors, coverage(shown.rule.project).marked)


def _row(incident: Incident) -> dict[str, object]:
    """Return an incident with its rule as it was when it opened, and its peak in words."""
    observed = headline(incident, incident.peak)
    return {"incident": incident, "sentence": sentence_at_opening(incident), "observed": observed}
