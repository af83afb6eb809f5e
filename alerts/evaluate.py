"""Evaluate every active rule: count its time windows, apply its condition, open or close its incident.

`evaluate_all(now)`, called by alerts/tasks.py every minute, reads only Postgres, with one query per window length, so
an outage of Redis or a late run only delays alerts. alerts/conditions/ decides, alerts/incidents.py writes. Counts use
`Mention.found_at`; backlog and ignored mentions never trigger a rule. A rule on a sentiment counts the mentions
analyzed so far: one found seconds ago counts at the next run, still within its time window.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Q

from alerts import incidents
from alerts.conditions.registry import evaluate
from alerts.models import Incident, Rule
from alerts.rules import settings_of
from monitoring.insights.filters import MentionFilter

log = logging.getLogger(__name__)


def evaluate_all(now: datetime) -> None:
    """Evaluate every rule; open, update and close incidents. Paused rules and paused keywords open none."""
    open_incidents = {incident.rule_id: incident for incident in Incident.objects.filter(closed_at=None)}
    is_active = Q(is_paused=False, keyword__is_paused=False) | Q(pk__in=open_incidents)
    rules = list(Rule.objects.filter(is_active, project__deleted_at=None).select_related("keyword", "project"))
    series = count_windows(rules, now)
    for rule in rules:
        try:
            _evaluate(rule, series[rule.pk], open_incidents.get(rule.pk), now)
        except Exception:  # one rule's failure never stops the others
            log.exception("event=rule id=%s status=failed", rule.pk)
    Rule.objects.filter(pk__in=[rule.pk for rule in rules]).update(evaluated_at=now)


def count_windows(rules: Iterable[Rule], now: datetime) -> dict[int, list[int]]:
    """Return by rule id the counted mentions of [previous period, current time window]."""
    return _series(rules, now, lambda rule: settings_of(rule).labels)


def count_unanalyzed(rules: Iterable[Rule], now: datetime) -> dict[int, int]:
    """Return by id of each rule on a sentiment how many mentions of its time window are not analyzed yet."""
    rules = [rule for rule in rules if rule.sentiment]
    return {rule_id: series[-1] for rule_id, series in _series(rules, now, lambda rule: ("",)).items()}


def _evaluate(rule: Rule, series: list[int], incident: Incident | None, now: datetime) -> None:
    verdict = evaluate(series, settings_of(rule))
    if incident is None:
        if verdict.triggered:
            incidents.open_incident(rule, settings_of(rule), verdict, now)
    elif rule.is_paused:
        incidents.close_silently(incident, now)
    elif verdict.resolved:
        incidents.close_incident(incident, rule, now)
    else:
        incidents.raise_peak(incident, verdict, now)


def _series(
    rules: Iterable[Rule], now: datetime, labels_of: Callable[[Rule], tuple[str, ...]]
) -> dict[int, list[int]]:
    """Return [previous, current] counts by rule id, for the labels of each rule; no labels count all mentions.

    A mention that is not analyzed yet may get any label. Under an increase rule it counts in the previous period, not
    in the current one, so missing labels never make the baseline too low.
    """
    by_window: dict[int, list[Rule]] = {}
    for rule in rules:
        by_window.setdefault(rule.window_s, []).append(rule)
    series: dict[int, list[int]] = {}
    for window_s, group in by_window.items():
        counts = _counts({rule.keyword_id for rule in group}, timedelta(seconds=window_s), now)
        for rule in group:
            labels, by_label = labels_of(rule), counts.get(rule.keyword_id, {})
            unanalyzed = {""} if rule.condition == Rule.Condition.INCREASE else set()
            series[rule.pk] = [
                sum(
                    previous
                    for label, (previous, _) in by_label.items()
                    if not labels or label in unanalyzed.union(labels)
                ),
                sum(current for label, (_, current) in by_label.items() if not labels or label in labels),
            ]
    return series


def _counts(keyword_ids: set[int], window: timedelta, now: datetime) -> dict[int, dict[str, tuple[int, int]]]:
    """Return (previous, current) counts by label by keyword id, for all projects in one query."""
    both = MentionFilter(project_id=0, since=now - 2 * window, until=now, by="found").conditions()
    is_current = Q(found_at__gte=now - window)
    groups = both.filter(keyword_id__in=keyword_ids).values("keyword_id", "sentiment")
    # Counting an indexed column allows an index-only scan (a test checks the plan).
    rows = groups.annotate(
        previous=Count("found_at", filter=~is_current), current=Count("found_at", filter=is_current)
    ).values_list("keyword_id", "sentiment", "previous", "current")
    counts: dict[int, dict[str, tuple[int, int]]] = {}
    for keyword_id, label, previous, current in rows:
        counts.setdefault(keyword_id, {})[label] = (previous, current)
    return counts
