"""Alert rules: every change that people make, each with its entry in the activity log, and how a rule is described.

Called by dashboards/views/rules.py; alerts/evaluate.py evaluates rules and uses `settings_of`.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta, tzinfo

from django.db import transaction
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from alerts.conditions.base import Settings
from alerts.messages import rule_sentence
from alerts.models import Incident, Rule
from monitoring.insights.dimensions import FOLD
from monitoring.insights.filters import MentionFilter


def filter_of_window(rule: Rule, now: datetime, zone: tzinfo) -> MentionFilter:
    """Return the mentions in a rule's current time window, for the list that its count links to."""
    since = now - timedelta(seconds=rule.window_s)
    return MentionFilter(
        project_id=rule.project_id,
        keywords=(rule.keyword_id,),
        sentiments=settings_of(rule).labels,
        stories=FOLD if rule.counts_stories else "",
        since=since,
        until=now,
        by="found",
        zone=zone,
    )


def settings_of(rule: Rule) -> Settings:
    """Return the rule's settings in the form that conditions read."""
    return Settings(
        condition=rule.condition,
        threshold=rule.threshold or 0,
        percent=rule.percent or 0,
        minimum=rule.minimum,
        sentiment=rule.sentiment,
        with_uncertain=rule.with_uncertain,
        counts_stories=rule.counts_stories,
    )


def sentence_of(rule: Rule) -> str:
    """Return the rule as a sentence, in the active language."""
    return rule_sentence(rule.keyword.name, settings_of(rule), rule.window_s)


def save_rule(rule: Rule, user: User, recipients: Iterable[User]) -> Rule:
    """Create or update a rule with its recipients."""
    is_new = rule.pk is None
    if is_new:
        rule.created_by = user
    with transaction.atomic():
        rule.save()
        rule.recipients.set(recipients)
        action = "rule.created" if is_new else "rule.changed"
        record(rule.project, user, action, sentence_of(rule), window_s=rule.window_s, **asdict(settings_of(rule)))
    return rule


def pause_rule(rule: Rule, user: User, paused: bool) -> None:
    """Pause or resume a rule. Pausing closes its open incident without a message: nothing is evaluated any more."""
    with transaction.atomic():
        if not Rule.objects.filter(pk=rule.pk, is_paused=not paused).update(is_paused=paused):
            return
        if paused:
            Incident.objects.filter(rule=rule, closed_at=None).update(closed_at=timezone.now())
        record(rule.project, user, "rule.paused" if paused else "rule.resumed", sentence_of(rule))


def delete_rule(rule: Rule, user: User) -> None:
    """Delete a rule with its incidents. Messages already sent stay in the delivery log."""
    with transaction.atomic():
        record(rule.project, user, "rule.deleted", sentence_of(rule))
        rule.delete()


def rules_of(project: Project) -> list[Rule]:
    """Return a project's rules, by keyword name."""
    return list(
        Rule.objects.filter(project=project).select_related("keyword", "project").order_by("keyword__name", "pk")
    )
