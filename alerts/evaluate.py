"""Evaluate every due rule: count its windows, ask its condition, open or close its incident. Called by
alerts/tasks.py."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Q

from alerts import incidents
from alerts.conditions.volume import evaluate
from alerts.models import Incident, Rule
from alerts.rules import log, settings_of
from monitoring.insights.filters import MentionFilter


def evaluate_all(now: datetime) -> None:
    """Evaluate every rule; open, raise and close incidents. Rules and keywords that are paused open nothing."""
    ongoing = {incident.rule_id: incident for incident in Incident.objects.filter(closed_at=None)}
    awake = Q(is_paused=False, keyword__is_paused=False) | Q(pk__in=ongoing)
    rules = list(Rule.objects.filter(awake, project__deleted_at=None).select_related("keyword", "project"))
    series = count_windows(rules, now)
    for rule in rules:
        try:
            _evaluate(rule, series[rule.pk], ongoing.get(rule.pk), now)
        except Exception:
            log.exception("rule id=%s status=failed", rule.pk)
    Rule.objects.filter(pk__in=[rule.pk for rule in rules]).update(evaluated_at=now)


def count_windows(rules: Iterable[Rule], now: datetime) -> dict[int, list[int]]:
    """For each rule the mentions that it counts found in the window before and in the present one, by rule id."""
    return _series(rules, now, lambda rule: settings_of(rule).labels)


def count_unjudged(rules: Iterable[Rule], now: datetime) -> dict[int, int]:
    """For each rule on a sentiment, how many mentions of its present window are not judged yet, by rule id."""
    rules = [rule for rule in rules if rule.sentiment]
    return {rule_id: series[-1] for rule_id, series in _series(rules, now, lambda rule: ("",)).items()}


def _evaluate(rule: Rule, series: list[int], ongoing: Incident | None, now: datetime) -> None:
    verdict = evaluate(series, settings_of(rule), was_broken=ongoing is not None)
    if ongoing is None:
        if verdict.broken:
            incidents.open_incident(rule, settings_of(rule), verdict, now)
    elif rule.is_paused:
        incidents.close_quietly(ongoing, now)
    elif verdict.broken:
        incidents.raise_peak(ongoing, verdict)
    else:
        incidents.close_incident(ongoing, rule, now)


def _series(
    rules: Iterable[Rule], now: datetime, labels_of: Callable[[Rule], tuple[str, ...]]
) -> dict[int, list[int]]:
    """[before, now] by rule id, of the mentions with the labels that a rule asks for; no labels ask for all. Under a
    rule on an increase, what is not judged yet counts before, and not now.
    """
    by_window: dict[int, list[Rule]] = {}
    for rule in rules:
        by_window.setdefault(rule.window_s, []).append(rule)
    series: dict[int, list[int]] = {}
    for window_s, alike in by_window.items():
        counts = _counts({rule.keyword_id for rule in alike}, timedelta(seconds=window_s), now)
        for rule in alike:
            labels, found = labels_of(rule), counts.get(rule.keyword_id, {})
            # What is not judged yet may be of any label: it must not make the time before look calmer than it was.
            doubtful = {""} if rule.condition == Rule.Condition.INCREASE else set()
            series[rule.pk] = [
                sum(
                    before for label, (before, _now) in found.items() if not labels or label in doubtful.union(labels)
                ),
                sum(present for label, (_before, present) in found.items() if not labels or label in labels),
            ]
    return series


def _counts(keyword_ids: set[int], window: timedelta, now: datetime) -> dict[int, dict[str, tuple[int, int]]]:
    """(before, now) by label by keyword id, over all projects at once."""
    both = MentionFilter(project_id=0, since=now - 2 * window, until=now, by="found").conditions()
    present = Q(found_at__gte=now - window)
    rows = both.filter(keyword_id__in=keyword_ids).values_list("keyword_id", "sentiment")
    # A column of the index is counted, so that the rows themselves are not read.
    counted = rows.annotate(before=Count("found_at", filter=~present), present=Count("found_at", filter=present))
    counts: dict[int, dict[str, tuple[int, int]]] = {}
    for keyword_id, label, before, found in counted:
        counts.setdefault(keyword_id, {})[label] = (before, found)
    return counts
