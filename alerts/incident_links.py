"""The links of an incident's emails that change it without signing in: acknowledge, useful, false alarm.

A link is signed for one person, one incident and one change, and expires. It opens a page with a button, since mail
scanners open links: dashboards/views/incident_links.py.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.urls import reverse

from accounts.access import manager_of
from accounts.models import Membership, User
from alerts.models import Incident
from delivery.links import absolute

ACKNOWLEDGE = "acknowledge"
KINDS = (ACKNOWLEDGE, *Incident.Usefulness.values)
LIFETIME = timedelta(days=14)
_SALT = "alerts.incident_link"


@dataclass(frozen=True)
class IncidentLink:
    """The change that a link may make. The membership is the person's, and allows it now."""

    kind: str
    membership: Membership
    incident: Incident


def may_change(incident: Incident, user: User) -> bool:
    """Return whether a person may change the incidents of the project."""
    return manager_of(incident.rule.project_id, user.pk) is not None


def link_url(kind: str, incident: Incident, user: User) -> str:
    pk = incident.joined_id or incident.pk
    return absolute(reverse("incident_link", args=[signing.dumps([kind, user.pk, pk], salt=_SALT)]))


def link_of_token(token: str) -> IncidentLink | None:
    """Return what a link may do. None if the signature is invalid or expired, the incident is gone, or the person may
    no longer change it.
    """
    try:
        kind, user_id, incident_id = signing.loads(token, salt=_SALT, max_age=LIFETIME)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    incidents = Incident.objects.select_related("rule__keyword", "rule__project", "acknowledged_by")
    incident = incidents.filter(pk=incident_id, joined=None, rule__project__deleted_at=None).first()
    if incident is None or kind not in KINDS:
        return None
    membership = manager_of(incident.rule.project_id, user_id)
    return IncidentLink(kind, membership, incident) if membership else None
