"""One summary of what is still true when the quiet hours of a person end.

Called every minute by tasks.py. The message is written in the transaction that deletes the held alerts, so each is
sent once; two workers lock different people.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.lost_session import drop_lost_session
from accounts.models import Project, User
from alerts.each_mention import filter_of_mentions
from alerts.incident_joining import lead_of
from alerts.incident_messages import headline
from alerts.messages import rule_sentence
from alerts.models import HeldAlert, Incident, QuietHours
from alerts.quiet_hours import in_force
from alerts.rules import settings_of
from alerts.scope import scope_of
from delivery import outbox
from delivery.links import absolute
from delivery.message import Message
from delivery.models import Delivery
from monitoring.insights import mentions

log = logging.getLogger(__name__)
RELATED = (
    *("rule__project", "rule__keyword", "rule__view", "incident__rule__project", "incident__rule__keyword"),
    *("incident__joined__rule__project", "incident__joined__rule__keyword"),
)
Event = HeldAlert.Event


@dataclass(frozen=True)
class Line:
    """A line of the summary: a sentence and where it leads."""

    text: str
    url: str


def send_held(now: datetime) -> None:
    """Write the summaries of people whose quiet hours are over."""
    users = User.objects.filter(pk__in=HeldAlert.objects.values("user_id"), is_active=True)
    hours = {one.user_id: one for one in QuietHours.objects.filter(user__in=users)}
    for user in users:
        try:
            if user.pk not in hours or not in_force(hours[user.pk], user, now):
                _send(user, now)
        except Exception:  # one person's failure never stops the others
            log.exception("event=held_alerts user=%s status=failed", user.pk)
            drop_lost_session()


def _send(user: User, now: datetime) -> None:
    with transaction.atomic():
        held = HeldAlert.objects.filter(user=user).select_for_update(skip_locked=True, of=("self",)).order_by("pk")
        by_project: dict[int, list[HeldAlert]] = {}
        for one in held.select_related(*RELATED):
            by_project.setdefault(one.rule.project_id, []).append(one)
        for rows in by_project.values():
            _write(user, rows[0].rule.project, rows, now)
            HeldAlert.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _write(user: User, project: Project, rows: list[HeldAlert], now: datetime) -> None:
    """Write the summary of one project; none if nothing of it is still true."""
    with translation.override(user.language), timezone.override(user.zone):
        begun = [row.incident for row in rows if row.event == Event.OPENED]
        opened = [_line(lead) for lead in _leads(one for one in begun if one and one.closed_at is None)]
        closed = [_line(lead) for lead in _leads(row.incident for row in rows if row.event == Event.CLOSED)]
        found = [line for row in rows if row.event == Event.MENTIONS for line in _mentions(row, user, now)]
        if not (opened or closed or found):
            return
        context = {"project": project, "opened": opened, "closed": closed, "found": found, "subject": _subject(opened)}
        outbox.write(
            Message(
                key=f"held:{rows[-1].pk}:{user.pk}",
                kind=Delivery.Kind.INCIDENT,
                recipient=user.email,
                subject=f"{project.name} · {_subject(opened)}",
                text=render_to_string("emails/held.txt", context | {"account_url": absolute(reverse("account"))}),
                project=project,
                user=user,
            )
        )


def _subject(opened: list[Line]) -> str:
    if not opened:
        return _("Alerts of your quiet hours")
    text = ngettext("%(count)s incident is open", "%(count)s incidents are open", len(opened))
    return text % {"count": number(len(opened))}


def _leads(incidents: Iterable[Incident | None]) -> list[Incident]:
    """Return the incidents that pages are about, each once: several rules may be part of it."""
    return list(dict.fromkeys(lead_of(incident) for incident in incidents if incident))


def _line(incident: Incident) -> Line:
    return Line(
        headline(incident, incident.peak), absolute(reverse("incident", args=[incident.rule.project_id, incident.pk]))
    )


def _mentions(row: HeldAlert, user: User, now: datetime) -> Iterable[Line]:
    """Yield the line of a rule on each mention, if its mentions are still there; later ones get a message."""
    rule, scope = row.rule, scope_of(row.rule)
    f = filter_of_mentions(rule, scope, row.since, row.until or rule.told_until or now, user.zone)
    count = mentions.count(f).value if f else 0
    if f and count:
        text = ngettext("%(count)s new mention", "%(count)s new mentions", count) % {"count": number(count)}
        url = absolute(f"{reverse('mentions', args=[rule.project_id])}?{f.to_query()}")
        yield Line(f"{text} · {rule_sentence(scope.name, settings_of(rule), rule.window_s)}", url)
