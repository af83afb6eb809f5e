"""The rows of the rules page: each rule as a sentence with its present value, its state, and whom it alerts."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from accounts.formats import number
from accounts.models import Project
from alerts import evaluate
from alerts.counting import Counted, count_rules
from alerts.incidents import open_by_rule, recipients_by_rule
from alerts.measures.registry import MEASURES
from alerts.messages import rule_sentence
from alerts.models import Rule
from alerts.rules import filter_of_clause
from alerts.usefulness import precision_by_rule


def rule_rows(project: Project, rules: Sequence[Rule], now: datetime, zone: tzinfo) -> list[dict[str, Any]]:
    """Return a row for each rule of a project."""
    counted = count_rules(rules, now)
    recipients, precision = recipients_by_rule(project, list(rules)), precision_by_rule(project)
    ongoing = open_by_rule(rules)
    return [
        {
            **_measured(counted[rule.pk], now, zone),
            "rule": rule,
            "incident_id": ongoing.get(rule.pk),
            "precision": precision.get(rule.pk),
            "recipients": recipients[rule.pk],
            "channels": rule.destinations.all(),
            "is_expired": bool(rule.expires_on and rule.expires_on < now.date()),
        }
        for rule in rules
    ]


def _measured(counted: Counted, now: datetime, zone: tzinfo) -> dict[str, Any]:
    """Return the sentence of a rule, the value of its first clause, and the list behind it."""
    rule, settings, value = counted.rule, counted.settings, counted.history.current.listed
    measure = MEASURES[settings.measure]
    is_plain = measure.counts_rows and not measure.is_share
    listed = filter_of_clause(counted.scope, settings, 0, rule.window_s, now, zone)
    return {
        "sentence": rule_sentence(counted.scope.name, settings, rule.window_s),
        "value": number(value) if is_plain else measure.amount(value, settings, settings),
        "is_unknown": evaluate.shown_verdict(counted.history, settings).is_unknown,
        "is_empty": counted.scope.is_empty,
        "is_inactive": not counted.scope.is_active,
        "unanalyzed": counted.unanalyzed,
        "query": listed.to_query() if listed else "",
    }
