"""The time before and during an incident in windows as long as the rule's, one of which is the window with the peak.

So the highest window of a chart shows the number of the title. Called by the chart of the page and that of the PDF.
"""

from datetime import datetime, timedelta

from alerts.models import Incident
from monitoring.insights import volume
from monitoring.insights.filters import MentionFilter

# The time that a chart shows before an incident, to compare with.
LEAD = timedelta(days=1)
LEAD_WINDOWS = 6
MAX_BARS = 200  # a week-long incident of a rule with 15 minutes has 700


def windows_of_incident(incident: Incident, peak: MentionFilter, now: datetime) -> tuple[MentionFilter, volume.Series]:
    """Return the mentions by the time they were found, from well before the incident to its end, with their filter."""
    starts = window_starts(incident, peak, incident.closed_at or now)
    until = min(starts[-1] + (peak.until - peak.since), incident.closed_at or now)
    shown = peak.replace(since=starts[0], until=max(until, peak.until))
    return shown, volume.volume(shown, bucket=volume.WINDOW, starts=starts)


def window_starts(incident: Incident, peak: MentionFilter, until: datetime) -> list[datetime]:
    """Return the starts of consecutive windows, with the one of the peak among them."""
    window = peak.until - peak.since
    before = -(-max(LEAD, LEAD_WINDOWS * window) // window) + (peak.until - incident.opened_at) // window
    after = max(-((peak.until - until) // window), 0)
    before, after = min(before, 3 * MAX_BARS // 4), min(after, MAX_BARS // 4)
    return [peak.since + number * window for number in range(-before, after + 1)]
