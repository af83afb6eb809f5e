"""Evaluate every active rule: count its time windows, apply its condition, open or close its incident.

`evaluate_all(now)`, called by alerts/tasks.py every minute, reads only Postgres, so an outage of Redis or a late run
only delays alerts. One query counts for all rules that have the same window length and count either items or stories.
alerts/conditions/ decides, alerts/incidents.py writes. Counts use `Mention.found_at`; backlog and ignored mentions
never trigger a rule. A rule on a sentiment counts the mentions analyzed so far: one found seconds ago counts at the
next run, still within its time window.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.contrib.postgres.aggregates import BitOr
from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from alerts import incidents
from alerts.conditions.registry import evaluate
from alerts.models import Incident, Rule
from alerts.rules import settings_of
from monitoring.insights.breakdown import LABELS, count_tuples, label_bits
from monitoring.insights.dimensions import FOLD
from monitoring.insights.filters import MentionFilter

log = logging.getLogger(__name__)

# By keyword: the numbers in the previous and in the current time window, by the bits of their labels.
Windows = dict[int, tuple[Counter[int], Counter[int]]]
UNANALYZED = 1 << LABELS.index("pending")


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
    groups: dict[tuple[int, bool], list[Rule]] = {}
    for rule in rules:
        groups.setdefault((rule.window_s, rule.counts_stories), []).append(rule)
    series: dict[int, list[int]] = {}
    for (window_s, counts_stories), group in groups.items():
        count = _count_stories if counts_stories else _count_items
        counts = count({rule.keyword_id for rule in group}, timedelta(seconds=window_s), now)
        for rule in group:
            labels = _mask(labels_of(rule))
            before = labels | UNANALYZED if labels and rule.condition == Rule.Condition.INCREASE else labels
            previous, current = counts.get(rule.keyword_id, (Counter[int](), Counter[int]()))
            series[rule.pk] = [_total(previous, before), _total(current, labels)]
    return series


def _mask(labels: Iterable[str]) -> int:
    """Return the bits of labels, those of breakdown.label_bits."""
    return sum(1 << LABELS.index(label or "pending") for label in labels)


def _total(counts: Counter[int], labels: int) -> int:
    """Return how many have one of the labels; 0 for all."""
    return sum(count for bits, count in counts.items() if not labels or bits & labels)


def _count_items(keyword_ids: set[int], window: timedelta, now: datetime) -> Windows:
    """Return the counts of mentions of the previous and of the current window by label, for all projects."""
    both, is_current = _both_windows(window, now)
    groups = both.conditions().filter(keyword_id__in=keyword_ids).values("keyword_id", "sentiment")
    # Counting an indexed column allows an index-only scan (a test checks the plan).
    rows = groups.annotate(
        previous=Count("found_at", filter=~is_current), current=Count("found_at", filter=is_current)
    ).values_list("keyword_id", "sentiment", "previous", "current")
    counts: Windows = {}
    for keyword_id, label, previous, current in rows:
        earlier, later = counts.setdefault(keyword_id, (Counter(), Counter()))
        earlier[_mask([label])], later[_mask([label])] = previous, current
    return counts


def _count_stories(keyword_ids: set[int], window: timedelta, now: datetime) -> Windows:
    """Like _count_items, but a story counts once per window, with the labels of all its items in it."""
    both, is_current = _both_windows(window, now)
    mentions = both.conditions().filter(keyword_id__in=keyword_ids).annotate(row=both.row_key)
    rows = mentions.values("keyword_id", "row").annotate(
        previous=Coalesce(BitOr(label_bits(), filter=~is_current), 0),
        current=Coalesce(BitOr(label_bits(), filter=is_current), 0),
    )
    counts: Windows = {}
    for keyword_id, previous, current, count in count_tuples(rows.order_by(), "keyword_id, previous, current"):
        earlier, later = counts.setdefault(keyword_id, (Counter(), Counter()))
        earlier[previous] += count if previous else 0
        later[current] += count if current else 0
    return counts


def _both_windows(window: timedelta, now: datetime) -> tuple[MentionFilter, Q]:
    """Return the filter over both windows, and the condition that a mention is in the current one."""
    both = MentionFilter(project_id=0, since=now - 2 * window, until=now, by="found", stories=FOLD)
    return both, Q(found_at__gte=now - window)
