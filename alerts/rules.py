"""Alert rules: every change that people make, each with its entry in the activity log, and how a rule is described.

Called by dashboards/views/rules.py; alerts/evaluate.py evaluates rules and uses `settings_of`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from alerts.conditions.base import Clause, Settings
from alerts.conditions.limits import Limits
from alerts.incident_closing import close_silently
from alerts.measures.registry import MEASURES
from alerts.messages import rule_sentence
from alerts.models import Incident, Rule
from alerts.scope import EPOCH, Scope, scope_of, scopes_of
from delivery.models import Destination
from monitoring.insights.filters import MentionFilter

# The fields that say which mentions a rule on each mention is about.
SELECTING = (
    *("keyword_id", "view_id", "query", "measure", "parameter", "sentiment", "with_uncertain", "counts_stories"),
    "condition",
)


def filter_of_clause(
    scope: Scope, settings: Settings, number: int, window_s: int, until: datetime, zone: tzinfo
) -> MentionFilter | None:
    """Return the mentions that a clause counts in the time window that ends at `until`; None if it counts none."""
    clause = settings.clauses[number]
    measure = MEASURES[clause.measure]
    selection = measure.selection(clause, settings)
    if selection is None:
        return None
    if not measure.has_window:
        return scope.filter(EPOCH, until, zone).replace(by="published", **selection)
    f = scope.filter(until - timedelta(seconds=window_s), until, zone)
    if f.sentiments and selection.get("sentiments"):
        # Both the filter and the measure select: what neither has is a list of nothing, which no filter says.
        selection["sentiments"] = tuple(set(f.sentiments) & set(selection["sentiments"])) or selection["sentiments"]
    return f.replace(**{name: value for name, value in selection.items() if value or not getattr(f, name)})


def settings_of(rule: Rule) -> Settings:
    """Return the rule's settings in the form that conditions read."""
    return Settings(
        condition=rule.condition,
        measure=rule.measure,
        parameter=rule.parameter,
        threshold=rule.threshold or 0,
        percent=rule.percent or 0,
        change=rule.change or 0,
        minimum=rule.minimum,
        sensitivity=rule.sensitivity,
        recovery=rule.recovery,
        tests_chance=rule.tests_chance,
        sentiment=rule.sentiment,
        with_uncertain=rule.with_uncertain,
        counts_stories=rule.counts_stories,
        counts_authors=rule.counts_authors,
        also=tuple(Clause.from_json(one) for one in rule.also),
        joined_by=rule.joined_by,
        hold=rule.hold,
    )


def limits_of(rule: Rule) -> Limits:
    """Return the limits of the rule's incidents."""
    return Limits(rule.cooldown_s, rule.max_per_day)


def sentence_of(rule: Rule) -> str:
    """Return the rule as a sentence, in the active language."""
    return rule_sentence(scope_of(rule).name, settings_of(rule), rule.window_s)


def sentences_of(rules: Iterable[Rule]) -> dict[int, str]:
    """Return several rules as sentences by their id, in at most one query."""
    rules = list(rules)
    scopes = scopes_of(rules)
    return {rule.pk: rule_sentence(scopes[rule.pk].name, settings_of(rule), rule.window_s) for rule in rules}


def chosen_by_rule(rule_ids: Iterable[int]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return the ids of the chosen recipients and channels by rule id, in two queries."""
    ids, found = list(rule_ids), []
    for through, column in (
        (Rule.recipients.through, "user_id"),
        (Rule.destinations.through, "destination_id"),
    ):
        chosen: dict[int, list[int]] = {}
        rows = through.objects.filter(rule_id__in=ids).order_by(column)
        for rule_id, pk in rows.values_list("rule_id", column):
            chosen.setdefault(rule_id, []).append(pk)
        found.append(chosen)
    return found[0], found[1]


def save_rule(rule: Rule, user: User, recipients: Iterable[User], destinations: Iterable[Destination] = ()) -> Rule:
    """Create or update a rule with the people and channels that it alerts."""
    is_new = rule.pk is None
    if is_new:
        rule.created_by = user
    rule.held = 0
    with transaction.atomic():
        if stored := Rule.objects.select_for_update().filter(pk=rule.pk).first():
            _keep_state(rule, stored)
        rule.save()
        rule.recipients.set(recipients)
        rule.destinations.set(destinations)
        action = "rule.created" if is_new else "rule.changed"
        record(rule.project, user, action, sentence_of(rule), window_s=rule.window_s, **settings_of(rule).to_json())
    return rule


def _keep_state(rule: Rule, stored: Rule) -> None:
    """Set what an edit does not change, as it is stored now: evaluations may have changed it since."""
    now = timezone.now()
    had_expired = stored.expires_on is not None and stored.expires_on < now.date()
    is_same = all(getattr(rule, name) == getattr(stored, name) for name in SELECTING)
    # Mentions that only the changed rule asks for are not new.
    rule.told_until = stored.told_until if is_same and not had_expired else now
    rule.evaluated_at, rule.is_paused = stored.evaluated_at, stored.is_paused


def pause_rule(rule: Rule, user: User, paused: bool) -> None:
    """Pause or resume a rule. Pausing closes its open incident without a message: nothing is evaluated any more."""
    with transaction.atomic():
        if not Rule.objects.filter(pk=rule.pk, is_paused=not paused).update(
            is_paused=paused, held=0, told_until=timezone.now()
        ):
            return
        if paused and (incident := Incident.objects.filter(rule=rule, closed_at=None).first()):
            close_silently(incident, timezone.now(), paused=True)
        record(rule.project, user, "rule.paused" if paused else "rule.resumed", sentence_of(rule))


def delete_rule(rule: Rule, user: User) -> None:
    """Delete a rule with its incidents. Messages already sent stay in the delivery log."""
    with transaction.atomic():
        record(rule.project, user, "rule.deleted", sentence_of(rule))
        rule.delete()


def rule_of(project: Project, rule_id: int) -> Rule:
    """Return a rule of a project. Raise Http404."""
    return get_object_or_404(Rule.objects.select_related("keyword", "project", "view"), pk=rule_id, project=project)


def rules_of(project: Project) -> list[Rule]:
    """Return a project's rules, by keyword name, those on several keywords last."""
    return list(
        Rule.objects.filter(project=project)
        .select_related("keyword", "project", "view")
        .prefetch_related("destinations")
        .order_by("keyword__name", "pk")
    )
