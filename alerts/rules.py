"""Rules: what people set, and what beat finds by them every minute.

`evaluate_all(now)` reads Postgres alone, one query for all the rules of a window length, so a lost Redis or a late
tick costs its delay and nothing else. detection.py decides, incidents.py opens and closes. The clock of the counts is
`Mention.found_at`; what was old when it was found (backlog), and what is ignored, never fires. A rule on a sentiment
counts what is judged by now: what was found seconds ago counts at the next tick, still within its window.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta, tzinfo

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.audit import record
from accounts.models import Project, User
from alerts import incidents
from alerts.detection import Settings, evaluate
from alerts.models import Incident, Rule
from alerts.wording import rule_sentence
from monitoring.insights.filters import MentionFilter

log = logging.getLogger(__name__)


def evaluate_all(now: datetime) -> None:
    """Evaluate every rule; open, raise and close incidents. Rules and topics that are paused open nothing."""
    ongoing = {incident.rule_id: incident for incident in Incident.objects.filter(closed_at=None)}
    awake = Q(is_paused=False, topic__is_paused=False) | Q(pk__in=ongoing)
    rules = list(Rule.objects.filter(awake, project__deleted_at=None).select_related("topic", "project"))
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


def filter_of_window(rule: Rule, now: datetime, zone: tzinfo) -> MentionFilter:
    """The mentions in a rule's present window, for the list that its number leads to."""
    since = now - timedelta(seconds=rule.window_s)
    return MentionFilter(
        project_id=rule.project_id,
        topics=(rule.topic_id,),
        sentiments=settings_of(rule).labels,
        since=since,
        until=now,
        by="found",
        zone=zone,
    )


def settings_of(rule: Rule) -> Settings:
    return Settings(
        rule.condition, rule.threshold or 0, rule.percent or 0, rule.minimum, rule.sentiment, rule.with_unsure
    )


def sentence_of(rule: Rule) -> str:
    return rule_sentence(rule.topic.name, settings_of(rule), rule.window_s)


def save_rule(rule: Rule, user: User, recipients: Iterable[User]) -> Rule:
    """Store a new or changed rule with its recipients."""
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
    """Stop or take up evaluating. Pausing closes an open incident without a word: nobody watches it any more."""
    with transaction.atomic():
        if not Rule.objects.filter(pk=rule.pk, is_paused=not paused).update(is_paused=paused):
            return
        if paused:
            Incident.objects.filter(rule=rule, closed_at=None).update(closed_at=timezone.now())
        record(rule.project, user, "rule.paused" if paused else "rule.resumed", sentence_of(rule))


def delete_rule(rule: Rule, user: User) -> None:
    """Delete a rule with its incidents; what was mailed stays in the outbox."""
    with transaction.atomic():
        record(rule.project, user, "rule.deleted", sentence_of(rule))
        rule.delete()


def rules_of(project: Project) -> list[Rule]:
    return list(Rule.objects.filter(project=project).select_related("topic", "project").order_by("topic__name", "pk"))


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
        counts = _counts({rule.topic_id for rule in alike}, timedelta(seconds=window_s), now)
        for rule in alike:
            labels, found = labels_of(rule), counts.get(rule.topic_id, {})
            # What is not judged yet may be of any label: it must not make the time before look calmer than it was.
            doubtful = {""} if rule.condition == Rule.Condition.INCREASE else set()
            series[rule.pk] = [
                sum(
                    before for label, (before, _now) in found.items() if not labels or label in doubtful.union(labels)
                ),
                sum(present for label, (_before, present) in found.items() if not labels or label in labels),
            ]
    return series


def _counts(topic_ids: set[int], window: timedelta, now: datetime) -> dict[int, dict[str, tuple[int, int]]]:
    """(before, now) by label by topic id, over all projects at once."""
    both = MentionFilter(project_id=0, since=now - 2 * window, until=now, by="found").conditions()
    present = Q(found_at__gte=now - window)
    rows = both.filter(topic_id__in=topic_ids).values_list("topic_id", "sentiment")
    # A column of the index is counted, so that the rows themselves are not read.
    counted = rows.annotate(before=Count("found_at", filter=~present), present=Count("found_at", filter=present))
    counts: dict[int, dict[str, tuple[int, int]]] = {}
    for topic_id, label, before, found in counted:
        counts.setdefault(topic_id, {})[label] = (before, found)
    return counts
