"""Close the incident of a rule that is no longer evaluated. Called by alerts/rules.py and alerts/evaluate.py."""

from datetime import datetime

from django.db import transaction

from alerts.conditions.episodes import CALM
from alerts.incident_log import Kind, log
from alerts.models import Incident


def close_silently(incident: Incident, now: datetime, *, paused: bool) -> bool:
    """Close the incident of a rule that was paused, or else changed to alert at each mention, without a message.

    Return False if it is closed or other rules keep it open: then the rule counts as back to normal, and the incident
    closes with the last of the others.
    """
    with transaction.atomic():
        lead = Incident.objects.select_for_update().get(pk=incident.joined_id or incident.pk)
        is_joined = lead.pk != incident.pk
        if not is_joined and Incident.objects.filter(joined=lead, closed_at=None).exists():
            Incident.objects.filter(pk=lead.pk, closed_at=None).update(calm_since=now - CALM)
            return False
        if not Incident.objects.filter(pk=incident.pk, closed_at=None).update(closed_at=now):
            return False
        if not is_joined:
            log(lead, Kind.RESOLVED, at=now, paused=paused, changed=not paused)
        return True
