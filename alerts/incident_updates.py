"""Emails about what people do in an incident: a comment that names a member, an incident or a task for a person.

In: an incident, an entry of its log, who did it and for whom. Out: messages in the outbox, one per entry and person.
Called by alerts/incident_people.py.
"""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.named_members import shown
from alerts.incident_messages import headline
from alerts.incident_models import IncidentEntry
from alerts.models import Incident
from delivery import outbox
from delivery.links import absolute
from delivery.message import Message
from delivery.models import Delivery

COMMENTED = gettext_noop("%(person)s mentioned you in a comment on an incident in “%(project)s”")
ASSIGNED = gettext_noop("%(person)s assigned you an incident in “%(project)s”")
TASK = gettext_noop("%(person)s assigned you a task in an incident in “%(project)s”")


def write_comment(incident: Incident, entry: IncidentEntry, by: User) -> None:
    """Write to the members who are named in a comment, except its author."""
    members = User.objects.filter(memberships__project_id=incident.rule.project_id, is_active=True)
    names = {one.pk: one.name for one in members.filter(pk__in=entry.mentioned)}
    for person in members.filter(pk__in=set(entry.mentioned) - {by.pk}).order_by("pk"):
        _write(incident, entry, by, person, COMMENTED, names)


def write_assigned(incident: Incident, entry: IncidentEntry, by: User, person: User) -> None:
    """Write to the person who has the incident now."""
    _write(incident, entry, by, person, ASSIGNED)


def write_task(incident: Incident, entry: IncidentEntry, by: User, person: User) -> None:
    """Write to the person who has a task now."""
    _write(incident, entry, by, person, TASK)


def _write(
    incident: Incident, entry: IncidentEntry, by: User, person: User, subject: str, names: dict[int, str] | None = None
) -> None:
    project = incident.rule.project
    with translation.override(person.language), timezone.override(person.zone):
        text = _(subject) % {"person": by.name, "project": project.name}
        context = {
            "sentence": text,
            "headline": headline(incident, incident.peak),
            "text": shown(entry.text, names or {}, _("former member")),
            "url": absolute(reverse("incident", args=[project.pk, incident.pk])),
        }
        body = render_to_string("emails/incident_update.txt", context)
    outbox.write(
        Message(
            key=f"incident:{incident.pk}:entry:{entry.pk}:{person.pk}",
            kind=Delivery.Kind.INCIDENT,
            recipient=person.email,
            subject=text,
            text=body,
            project=project,
            user=person,
        )
    )
