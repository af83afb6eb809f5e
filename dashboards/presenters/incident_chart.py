"""The chart of an incident: bars as long as the rule's time window, one of which is the window with the peak.

So the highest bar of the incident shows the number of its title, and its link lists as many mentions. Called by
dashboards/views/incidents.py.
"""

from django.urls import reverse

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
    return volume_chart(shown, series, url, colors, coverage(project).marked)
