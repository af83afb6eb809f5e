"""Evaluate every active rule: count its time windows, apply its condition, open or close its incident.

`evaluate_all(now)`, called by alerts/tasks.py every minute, reads only Postgres, so an outage of Redis or a late run
only delays alerts. alerts/counting.py counts for all rules together, alerts/conditions/ decides, alerts/incidents.py
writes. A rule on a sentiment counts the mentions analyzed so far: one found seconds ago counts at the next run, still
within its time window.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.lost_session import drop_lost_session
from alerts import incidents
from alerts.conditions.base import EACH, History, Settings, Verdict
from alerts.conditions.episodes import Change, Episode, step
from alerts.conditions.limits import may_open
from alerts.conditions.registry import evaluate
from alerts.counting import Counted, count_rules
from alerts.models import Incident, Rule
from alerts.rules import limits_of

log = logging.getLogger(__name__)
# Earlier incidents of a rule that its limits can be about: cool-downs are shorter.
REMEMBERED = timedelta(days=8)


def evaluate_all(now: datetime) -> None:
    """Evaluate every rule; open, update and close incidents.

    Paused and expired rules, and those whose keywords are all paused, open none.
    """
    rows = Incident.objects.filter(closed_at=None).select_related("joined")
    open_incidents = {incident.rule_id: incident for incident in rows}
    rules = _rules(now, open_incidents)
    found = count_rules(rules, now, ongoing=open_incidents)
    for rule in rules:
        try:
            _evaluate(found[rule.pk], open_incidents.get(rule.pk), now)
        except Exception:  # one rule's failure never stops the others, not even that of the database session
            log.exception("event=rule id=%s status=failed", rule.pk)
            drop_lost_session()
    Rule.objects.filter(pk__in=[rule.pk for rule in rules]).update(evaluated_at=now)


def _rules(now: datetime, open_incidents: Iterable[int]) -> list[Rule]:
    """Return the rules to evaluate: the active ones that open incidents, and those with an open one."""
    is_active = Q(keyword=None) | Q(keyword__is_paused=False)
    active = Rule.objects.running(now).filter(is_active).exclude(condition=EACH)
    rules = active | Rule.objects.filter(pk__in=list(open_incidents), project__deleted_at=None)
    # Many rules have the same keyword and project: each of those is one object, which a join would repeat.
    # In their order: the oldest of several that are triggered together opens the incident that the others join.
    return list(rules.order_by("pk").prefetch_related("keyword", "project", "view"))


def shown_verdict(history: History, settings: Settings) -> Verdict:
    """Evaluate a history, and return the verdict with the numbers that people see."""
    verdict = evaluate(history, settings)
    listed = [one.current.listed for one in (history, *history.also)]
    parts = tuple(replace(part, value=value) for part, value in zip(verdict.parts, listed, strict=False))
    return replace(verdict, value=listed[verdict.clause], parts=parts)


def _evaluate(counted: Counted, incident: Incident | None, now: datetime) -> None:
    rule, settings = counted.rule, counted.settings
    if incident:
        incident.rule = rule  # with its keyword and its project, which are read already
    if incident and (rule.is_paused or rule.condition == EACH):
        incidents.close_silently(incident, now, paused=rule.is_paused)
        return
    if incident is None and not counted.scope.is_active:
        return
    verdict = shown_verdict(counted.history, settings)
    calm_since = incident.calm_since if incident else None
    before = Episode(is_open=incident is not None, calm_since=calm_since, held=rule.held)
    is_allowed = incident is not None or not verdict.triggered or _may_open(rule, now)
    after, change = step(before, verdict, now, hold=settings.hold, may_open=is_allowed)
    if settings.hold > 1 and after.held != rule.held:
        Rule.objects.filter(pk=rule.pk).update(held=after.held)
    if change is Change.OPEN:
        incidents.open_incident(rule, settings, verdict, now)
    elif incident and change is Change.CLOSE:
        incidents.close_incident(incident, rule, now)
    elif incident:
        incidents.set_calm_since(incident, after.calm_since)
        incidents.raise_peak(incident, verdict, now)


def _may_open(rule: Rule, now: datetime) -> bool:
    """Return whether the limits of a triggered rule allow an incident; queried only if it has limits."""
    limits = limits_of(rule)
    opened: list[datetime] = []
    if limits.is_needed:
        recent = Incident.objects.filter(rule=rule, opened_at__gt=now - REMEMBERED)
        opened = list(recent.values_list("opened_at", flat=True))
    return may_open(limits, opened, now)
