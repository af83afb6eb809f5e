"""Incidents: the episodes in which a rule is triggered. alerts/evaluate.py opens, updates and closes them; people
acknowledge them on dashboards/views/incidents.py.

Each change is a compare-and-set or a unique row, and writes its messages in the same transaction, so two concurrent
evaluations open one incident and write one message per recipient.
"""

from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Membership, Project, Role, User
from alerts.conditions.base import Settings, Verdict
from alerts.deletions import write
from alerts.incident_messages import render_closed, render_opened
from alerts.models import Incident, Rule
from delivery.message import Message, Rendered
from delivery.models import Delivery


def open_incident(rule: Rule, settings: Settings, verdict: Verdict, now: datetime) -> Incident | None:
    """Open an incident and write its messages. Return None if another evaluation was first (unique open incident)."""
    incident = Incident(
        rule=rule,
        opened_at=now,
        value=verdict.value,
        baseline=verdict.baseline,
        peak=verdict.value,
        peak_at=now,
        settings={**asdict(settings), "window_s": rule.window_s},
    )
    try:
        with transaction.atomic():
            incident.save(force_insert=True)
            failing = rule.project.sources.failing().count()
            for user in recipients_of(rule):
                _write_message(incident, user, "opened", render_opened(incident, user, failing))
    except IntegrityError:
        if Incident.objects.filter(rule=rule, closed_at=None).exists():
            return None
        raise
    return incident


def raise_peak(incident: Incident, verdict: Verdict, now: datetime) -> None:
    """Store the highest count since the incident opened, and when it was counted."""
    Incident.objects.filter(pk=incident.pk, peak__lt=verdict.value).update(peak=verdict.value, peak_at=now)


def close_incident(incident: Incident, rule: Rule, now: datetime) -> None:
    """Close an incident and write its messages, once, to the rule's current recipients."""
    with transaction.atomic():
        if not close_silently(incident, now):
            return
        incident.refresh_from_db()
        incident.rule = rule
        for user in recipients_of(rule):
            _write_message(incident, user, "closed", render_closed(incident, user))


def close_silently(incident: Incident, now: datetime) -> bool:
    """Close an incident without a message. Return False if it is closed already."""
    return bool(Incident.objects.filter(pk=incident.pk, closed_at=None).update(closed_at=now))


def acknowledge(incident: Incident, user: User) -> bool:
    """Acknowledge an incident. Return False if somebody has already acknowledged it."""
    with transaction.atomic():
        unacknowledged = Incident.objects.filter(pk=incident.pk, acknowledged_at=None)
        if not unacknowledged.update(acknowledged_at=timezone.now(), acknowledged_by=user):
            return False
        record(incident.rule.project, user, "incident.acknowledged", incident.rule.keyword, incident=incident.pk)
        return True


def recipients_of(rule: Rule) -> list[User]:
    """Return the selected recipients who are still active members; all managers and admins if none is left."""
    return recipients_by_rule(rule.project, [rule])[rule.pk]


def recipients_by_rule(project: Project, rules: list[Rule]) -> dict[int, list[User]]:
    """Return `recipients_of` by rule id for several rules of a project, in two queries."""
    members = list(
        Membership.objects.filter(project=project, user__is_active=True).select_related("user").order_by("user_id")
    )
    pairs = set(Rule.recipients.through.objects.filter(rule__in=rules).values_list("rule_id", "user_id"))
    team = [member.user for member in members if member.may(Role.MANAGER)]
    return {
        rule.pk: [member.user for member in members if (rule.pk, member.user_id) in pairs] or team for rule in rules
    }


def incidents_of(project: Project, *, is_open: bool, limit: int | None = None) -> list[Incident]:
    """Return a project's open or closed incidents, newest first."""
    rows = Incident.objects.filter(rule__project=project, closed_at__isnull=is_open)
    return list(
        rows.select_related("rule__keyword", "rule__project", "acknowledged_by").order_by("-opened_at")[:limit]
    )


def _write_message(incident: Incident, user: User, event: str, rendered: Rendered) -> None:
    """Write one message to the outbox. The closing email replies to the opening one, so mailboxes group them."""
    opening = Delivery.objects.filter(key=_key(incident, "opened", user)).values_list("message_id", flat=True).first()
    headers = {"In-Reply-To": opening, "References": opening} if opening else {}
    write(
        Message(
            key=_key(incident, event, user),
            kind=Delivery.Kind.INCIDENT,
            recipient=user.email,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            headers=rendered.headers | headers,
            project=incident.rule.project,
            user=user,
            passages=rendered.passages,
        )
    )


def _key(incident: Incident, event: str, user: User) -> str:
    return f"incident:{incident.pk}:{event}:{user.pk}"
