"""The log of an incident: one entry for everything that Vigie or a person did, in the same transaction.

In: an incident and what happened. Out: entries, oldest first. An incident that joined another one has no log of its
own. Sentences are written by alerts/incident_timeline.py.
"""

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from alerts.incident_models import IncidentEntry
from alerts.models import Incident

Kind = IncidentEntry.Kind
MAX_ENTRIES = 500  # the newest ones: a page has no more
MAX_WRITTEN = 2000  # of a PDF, whose making takes memory


def log(
    incident: Incident,
    kind: str,
    user: User | None = None,
    *,
    at: datetime | None = None,
    text: str = "",
    mentioned: list[int] | None = None,
    **data: object,
) -> IncidentEntry:
    """Add an entry to the log of an incident, or of the one that it joined."""
    return IncidentEntry.objects.create(
        incident_id=incident.joined_id or incident.pk,
        kind=kind,
        user=user,
        at=at or timezone.now(),
        text=text,
        mentioned=mentioned or [],
        data=data,
    )


def entries_of(incident: Incident, limit: int = MAX_ENTRIES) -> list[IncidentEntry]:
    """Return the newest entries with their people, oldest first."""
    rows = IncidentEntry.objects.filter(incident=incident).select_related("user").order_by("-at", "-pk")
    return list(reversed(rows[:limit]))
