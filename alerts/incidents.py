"""Incidents: the episodes in which a rule is triggered. alerts/evaluate.py opens, updates and closes them; what people
do about them is in alerts/incident_people.py.

Each change is a compare-and-set or a unique row, and writes its messages in the same transaction, so two concurrent
evaluations open one incident and write one message per recipient. The messages of an incident that joined another one
have the keys of that one: nobody gets two about the same items.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from math import isfinite

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from accounts.activity_log import record
from accounts.models import Membership, Project, Role, User
from alerts.conditions.base import Settings, Verdict
from alerts.conditions.severity import CRITICAL, highest, lower_than, severity
from alerts.deletions import write
from alerts.incident_closing import close_silently as close_silently
from alerts.incident_counts import counts_of
from alerts.incident_evidence import theme_of
from alerts.incident_filters import clause_at_opening, filter_of_incident, filter_of_peak, is_falling, subject_of
from alerts.incident_joining import incident_to_join, is_calm_without, lead_of, locked_lead, rows_of
from alerts.incident_keys import message_key, notice_key
from alerts.incident_log import Kind, log
from alerts.incident_messages import render_closed, render_opened
from alerts.incident_notices import closed_notice, opened_notice
from alerts.incident_summary import summary_of
from alerts.models import Incident, Rule
from alerts.playbooks import add_tasks_of_playbook
from alerts.quiet_hours import hold_incident
from alerts.rule_channels import awake, channels_of, owners_of, rules_with_channel
from alerts.scope import scope_of
from delivery.message import Message, Rendered, to_destination
from delivery.models import Delivery, Destination
from delivery.notice import Notice
from monitoring.models import Mention

# Mentions get their sentiment seconds after they were found, so the severity of a new peak is measured again.
ANALYZED_LATER = timedelta(minutes=15)


def open_incident(rule: Rule, settings: Settings, verdict: Verdict, now: datetime) -> Incident | None:
    """Open an incident, or join an open one about the same items, and write the messages.

    Return None if another evaluation was first (unique open incident), or a person has just resolved the last incident
    and the count has not risen since.
    """
    if _was_resolved_by_hand(rule, verdict, now):
        return None
    scope = scope_of(rule)
    about = {"window_s": rule.window_s, "query": scope.query, "subject": scope.name, "clause": verdict.clause}
    incident = Incident(
        rule=rule,
        opened_at=now,
        value=round(verdict.value),
        baseline=round(verdict.baseline),
        peak=round(verdict.value),
        peak_at=now,
        limit=verdict.limit if isfinite(verdict.limit) else None,
        settings={**settings.to_json(), **about},
    )
    try:
        with transaction.atomic():
            incident.save(force_insert=True)
            _join_or_start(incident, now)
            failing, theme = rule.project.sources.failing().count(), theme_of(incident, filter_of_peak(incident))
            users, channels = recipients_of(rule), channels_of(rule)
            quiet = hold_incident(incident, rule, [*users, *owners_of(channels)], "opened", now)
            for user in (one for one in users if one.pk not in quiet):
                _write_message(incident, user, "opened", render_opened(incident, user, failing, theme))
            for destination in awake(channels, quiet):
                _write_notice(incident, destination, "opened", opened_notice(incident, destination, failing, theme))
    except IntegrityError:
        if Incident.objects.filter(rule=rule, closed_at=None).exists():
            return None
        raise
    return incident


def raise_peak(incident: Incident, verdict: Verdict, now: datetime) -> None:
    """Store the highest value since the incident opened, the lowest of what falls, and when it was counted.

    The log gets an entry each time when the count has doubled since the opening, and when the severity rises.
    """
    value, has_fallen = round(verdict.of_clause(clause_at_opening(incident)).value), is_falling(incident)
    is_peak = value < incident.peak if has_fallen else value > incident.peak
    if not is_peak and (has_fallen or now - (incident.peak_at or now) >= ANALYZED_LATER):
        return  # as in most evaluations: nothing to write, so no transaction
    beyond = {"peak__gt" if has_fallen else "peak__lt": value}
    with transaction.atomic():
        if incident.joined_id:
            locked_lead(incident)  # before the row itself: closing locks them in this order
        if not (is_peak and Incident.objects.filter(pk=incident.pk, **beyond).update(peak=value, peak_at=now)):
            if not has_fallen and now - (incident.peak_at or now) < ANALYZED_LATER:
                _raise_severity(incident, now)
            return
        before, incident.peak, incident.peak_at = incident.peak, value, now
        if has_fallen:
            return
        if (times := _doublings(incident, incident.peak)) > _doublings(incident, before):
            log(incident, Kind.DOUBLED, at=now, row=incident.pk, times=2**times, count=incident.peak)
        _raise_severity(incident, now)


def set_calm_since(incident: Incident, calm_since: datetime | None) -> None:
    """Store since when the evaluations find an incident resolved; None if they don't."""
    if incident.calm_since != calm_since:
        Incident.objects.filter(pk=incident.pk).update(calm_since=calm_since)


def close_incident(incident: Incident, rule: Rule, now: datetime) -> None:
    """Close an incident and write its messages, once, to the current recipients of its rules.

    As long as another rule of it is not back to normal, it stays open: the next evaluation tries again. A row that is
    still open after its incident was closed is closed without a message, so its rule can trigger again.
    """
    with transaction.atomic():
        lead = locked_lead(incident)
        if lead.closed_at:
            Incident.objects.filter(pk=incident.pk, closed_at=None).update(closed_at=now)
            return
        rows = rows_of(lead)
        if not is_calm_without(rows, incident, now):
            return
        ongoing = [row for row in rows if row.closed_at is None]
        Incident.objects.filter(pk__in=[row.pk for row in ongoing]).update(closed_at=now)
        lead = next(row for row in rows if row.pk == lead.pk)
        lead.closed_at = now
        log(lead, Kind.CALM, at=max((row.calm_since for row in ongoing if row.calm_since), default=now))
        log(lead, Kind.RESOLVED, at=now)
        write_closed(lead, [row.rule for row in ongoing], now)


def resolve(incident: Incident, user: User, now: datetime) -> bool:
    """Close an incident by hand, with those that joined it, and write its messages. Return False if it is closed.

    Its rules stay on: `open_incident` opens no new one for the same mentions.
    """
    with transaction.atomic():
        lead = Incident.objects.select_for_update().get(pk=incident.pk)
        ongoing = [row for row in rows_of(lead) if row.closed_at is None]
        if lead.closed_at:
            return False
        closed = Incident.objects.filter(pk__in=[row.pk for row in ongoing])
        closed.update(closed_at=now, closed_by=user)
        lead = next(row for row in ongoing if row.pk == lead.pk)
        lead.closed_at, lead.closed_by = now, user
        record(lead.rule.project, user, "incident.resolved", subject_of(lead), incident=lead.pk)
        log(lead, Kind.RESOLVED, user, at=now)
        write_closed(lead, [row.rule for row in ongoing], now)
        return True


def write_closed(lead: Incident, rules: Iterable[Rule], now: datetime) -> None:
    """Write the last messages of an incident to the recipients of its rules: the keys allow one each."""
    summary = summary_of(lead, filter_of_incident(lead, now), now)
    count, theme = counts_of([lead])[lead.pk], theme_of(lead, filter_of_peak(lead))
    for rule in rules:
        users, channels = recipients_of(rule), channels_of(rule)
        quiet = hold_incident(lead, rule, [*users, *owners_of(channels)], "closed", now)
        for user in (one for one in users if one.pk not in quiet):
            _write_message(lead, user, "closed", render_closed(lead, user, summary, count, theme))
        for destination in awake(channels, quiet):
            _write_notice(lead, destination, "closed", closed_notice(lead, destination, summary, count))


def recipients_of(rule: Rule) -> list[User]:
    """Return the selected recipients who are still active members.

    If none is left, and no selected channel is on, return all managers and admins.
    """
    return recipients_by_rule(rule.project, [rule])[rule.pk]


def recipients_by_rule(project: Project, rules: list[Rule]) -> dict[int, list[User]]:
    """Return `recipients_of` by rule id for several rules of a project, in three queries."""
    members = list(
        Membership.objects.filter(project=project, user__is_active=True).select_related("user").order_by("user_id")
    )
    pairs = set(Rule.recipients.through.objects.filter(rule__in=rules).values_list("rule_id", "user_id"))
    team = [member.user for member in members if member.may(Role.MANAGER)]
    with_channel = rules_with_channel(rules, members)
    selected = {rule.pk: [member.user for member in members if (rule.pk, member.user_id) in pairs] for rule in rules}
    return {pk: users or ([] if pk in with_channel else team) for pk, users in selected.items()}


def open_by_rule(rules: Collection[Rule]) -> dict[int, int]:
    """Return the id of the open incident by rule id; that of the leading one if it joined another."""
    rows = Incident.objects.filter(rule__in=rules, closed_at=None)
    return dict(rows.values_list("rule_id", Coalesce("joined_id", "pk")))


def _was_resolved_by_hand(rule: Rule, verdict: Verdict, now: datetime) -> bool:
    """Return whether the time window still has mentions that a person has resolved, and no more of them."""
    last = Incident.objects.filter(rule=rule).exclude(closed_by=None).order_by("-closed_at").first()
    if last is None or last.closed_at is None or now - last.closed_at >= timedelta(seconds=rule.window_s):
        return False
    if is_falling(last):
        return verdict.value >= last.peak
    return verdict.value <= last.peak


def _join_or_start(incident: Incident, now: datetime) -> None:
    """Make a new incident part of an open one, or start its log and its tasks."""
    incident.joined = incident_to_join(incident, now)
    incident.severity = _measured(incident)
    incident.save(update_fields=["joined", "severity"])
    if incident.joined:
        log(incident, Kind.JOINED, at=now, row=incident.pk, count=incident.value)
        _raise_severity(incident, now)
    else:
        log(incident, Kind.OPENED, at=now, severity=incident.severity, count=incident.value)
        add_tasks_of_playbook(incident, now)


def _measured(incident: Incident) -> str:
    """Return the severity of the present peak; that of a critical rule is critical."""
    if incident.rule.is_critical:
        return CRITICAL
    if incident.limit is None or is_falling(incident):
        return incident.severity
    counts = (
        filter_of_peak(incident)
        .mentions()
        .aggregate(
            analyzed=Count("pk", filter=~Q(sentiment="")),
            negative=Count("pk", filter=Q(sentiment=Mention.Sentiment.NEGATIVE)),
        )
    )
    return severity(incident.peak, incident.limit, counts["negative"], counts["analyzed"])


def _raise_severity(incident: Incident, now: datetime) -> None:
    """Store the severity of the present peak if it is the highest so far, of the whole incident, too.

    Another evaluation may have raised it meanwhile: it never falls.
    """
    level = highest(incident.severity, _measured(incident))
    lower = lower_than(level)
    for row in dict.fromkeys((incident, lead_of(incident))):
        is_lower = row.severity in lower
        if is_lower and Incident.objects.filter(pk=row.pk, severity__in=lower).update(severity=level):
            row.severity = level
            if row.joined_id is None:
                log(row, Kind.SEVERITY, at=now, severity=level)


def _doublings(incident: Incident, count: int) -> int:
    """Return how many times the count has doubled since the opening."""
    return max((count // max(incident.value, 1)).bit_length() - 1, 0)


def _write_message(incident: Incident, user: User, event: str, rendered: Rendered) -> None:
    """Write one message to the outbox. The closing email replies to the opening one, so mailboxes group them."""
    incident = lead_of(incident)
    opening = (
        Delivery.objects.filter(key=message_key(incident, "opened", user)).values_list("message_id", flat=True).first()
    )
    headers = {"In-Reply-To": opening, "References": opening} if opening else {}
    write(
        Message(
            key=message_key(incident, event, user),
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


def _write_notice(incident: Incident, destination: Destination, event: str, notice: Notice) -> None:
    """Write one message to a channel to the outbox."""
    write(to_destination(notice_key(incident, event), Delivery.Kind.INCIDENT, destination, notice))
