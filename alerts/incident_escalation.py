"""Tell more people about incidents that nobody has acknowledged in time: each incident once.

Called every minute by tasks.py. The playbook of a project says after how many minutes, and to whom. An incident is
marked in the transaction that writes its messages, so two workers write them once.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, QuerySet, Value
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.lost_session import drop_lost_session
from accounts.models import Project, Role, User
from alerts.incident_links import ACKNOWLEDGE, link_url, may_change
from alerts.incident_log import Kind, log
from alerts.incident_messages import headline, sentence_at_opening
from alerts.models import Incident, Playbook
from delivery import outbox
from delivery.links import absolute
from delivery.message import Message
from delivery.models import Delivery

log_lines = logging.getLogger(__name__)


def escalate_incidents(now: datetime) -> None:
    """Escalate the open incidents that are due."""
    minutes = F("rule__project__playbook__escalate_after") * Value(timedelta(minutes=1))
    due = ExpressionWrapper(F("opened_at") + ExpressionWrapper(minutes, DurationField()), DateTimeField())
    waiting = (
        _waiting()
        .filter(rule__project__deleted_at=None)
        .exclude(rule__project__playbook__escalate_after=None)
        .annotate(due=due)
    )
    for pk in list(waiting.filter(due__lte=now).order_by("pk").values_list("pk", flat=True)):
        try:
            _escalate(pk, now)
        except Exception:  # one incident's failure never stops the others
            log_lines.exception("event=incident_escalation id=%s status=failed", pk)
            drop_lost_session()


def people_of(playbook: Playbook, project: Project) -> list[User]:
    """Return whom an incident is escalated to: the chosen members who still are, or all admins."""
    members = User.objects.filter(memberships__project=project, is_active=True).order_by("pk")
    chosen = list(members.filter(pk__in=playbook.escalate_to.values("pk")))
    return chosen or list(members.filter(memberships__project=project, memberships__role=Role.ADMIN).distinct())


def _waiting() -> QuerySet[Incident]:
    """Return the incidents that nobody has acknowledged. No joins: `_escalate` updates them as a compare-and-set, and
    Postgres checks only the row itself again after waiting for another transaction.
    """
    return Incident.objects.filter(closed_at=None, acknowledged_at=None, escalated_at=None, joined=None)


@transaction.atomic
def _escalate(pk: int, now: datetime) -> None:
    if not _waiting().filter(pk=pk).update(escalated_at=now):
        return
    incident = Incident.objects.select_related("rule__keyword", "rule__project__playbook").get(pk=pk)
    people = people_of(incident.rule.project.playbook, incident.rule.project)
    log(incident, Kind.ESCALATED, at=now, people=[one.pk for one in people])
    for user in people:
        outbox.write(_message(incident, user, now))


def _message(incident: Incident, user: User, now: datetime) -> Message:
    project, minutes = incident.rule.project, int((now - incident.opened_at).total_seconds() // 60)
    with translation.override(user.language), timezone.override(user.zone):
        counted = headline(incident, incident.peak)
        text = ngettext(
            "Nobody has acknowledged this incident for %(count)s minute.",
            "Nobody has acknowledged this incident for %(count)s minutes.",
            minutes,
        )
        context = {
            "text": text % {"count": number(minutes)},
            "headline": counted,
            "sentence": sentence_at_opening(incident),
            "acknowledge_url": link_url(ACKNOWLEDGE, incident, user) if may_change(incident, user) else "",
            "url": absolute(reverse("incident", args=[project.pk, incident.pk])),
            "settings_url": absolute(reverse("playbook", args=[project.pk])),
        }
        return Message(
            key=f"incident:{incident.pk}:escalated:{user.pk}",
            kind=Delivery.Kind.ESCALATION,
            recipient=user.email,
            subject=_("Not acknowledged · %s") % counted,
            text=render_to_string("emails/incident_escalation.txt", context),
            project=project,
            user=user,
        )
