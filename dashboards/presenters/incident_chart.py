"""The chart of an incident: bars as long as the rule's time window, one of which is the window with the peak.

So the highest bar of the incident shows the number of its title, and its link lists as many mentions. Called by
dashboards/views/incidents.py.
"""

from datetime import datetime, timedelta

from django.urls import reverse

from alerts.models import Incident
from dashboards import charts
from dashboards.presenters.coverage import coverage
from dashboards.presenters.volume_chart import VolumeChart, volume_chart
from monitoring.insights import volume
from monitoring.insights.filters import MentionFilter

# The time that the chart shows before an incident, to compare with.
LEAD = timedelta(days=1)
LEAD_WINDOWS = 6
MAX_BARS = 200  # a week-long incident of a rule with 15 minutes has 700


def incident_chart(incident: Incident, peak: MentionFilter, now: datetime) -> VolumeChart:
    """Return the mentions by the time they were found, from well before the incident to its end."""
    starts = window_starts(incident, peak, incident.closed_at or now)
    until = min(starts[-1] + (peak.until - peak.since), incident.closed_at or now)
    shown = peak.replace(since=starts[0], until=max(until, peak.until))
    url = reverse("mentions", args=[incident.rule.project_id])
    colors = charts.keyword_colors([incident.rule.keyword_id])
    series = volume.volume(shown, bucket=volume.WINDOW, starts=starts)
    return volume_chart(shown, series, url, colors, coverage(incident.rule.project).marked)


def window_starts(incident: Incident, peak: MentionFilter, until: datetime) -> list[datetime]:
    """Return the starts of consecutive windows, with the one of the peak among them."""
    window = peak.until - peak.since
    before = -(-max(LEAD, LEAD_WINDOWS * window) // window) + (peak.until - incident.opened_at) // window
    after = max(-((peak.until - until) // window), 0)
    before, after = min(before, 3 * MAX_BARS // 4), min(after, MAX_BARS // 4)
    return [peak.since + number * window for number in range(-before, after + 1)]
