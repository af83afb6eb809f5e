"""The chart of an incident: bars as long as the rule's time window, one of which is the window with the peak.

So the highest bar of the incident shows the number of its title, and its link lists as many mentions. Called by
dashboards/views/incidents.py.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.conditions.base import ABOVE, BELOW, MENTIONS
from alerts.incident_view import IncidentView
from alerts.incident_windows import windows_of_incident
from dashboards import charts
from dashboards.presenters.coverage import coverage
from dashboards.presenters.volume_chart import VolumeChart, volume_chart


def incident_chart(view: IncidentView) -> VolumeChart:
    """Return the mentions by the time they were found, from well before the incident to its end."""
    shown, series = windows_of_incident(view.incident, view.peak, view.now)
    project = view.incident.rule.project
    url = reverse("mentions", args=[project.pk])
    colors = charts.keyword_colors(shown.scope)
    chart = volume_chart(shown, series, url, colors, coverage(project).marked)
    return replace(chart, config=chart.config | _signs(view, series.starts))


def _signs(view: IncidentView, starts: Sequence[datetime]) -> dict[str, object]:
    """Return the mark of the window in which the incident opened, and the limit of the rule, in words."""
    incident = view.incident
    opened = bisect_left(starts, incident.opened_at) - 1
    marks = [{"at": max(opened, 0), "text": _("opened"), "sign": ""}]
    is_fixed = incident.settings["condition"] in (ABOVE, BELOW)
    counts = incident.settings["measure"] == MENTIONS and is_fixed and incident.limit is not None
    return {"marks": marks, "limit": incident.limit if counts else None, "limitName": _("limit of the rule")}
