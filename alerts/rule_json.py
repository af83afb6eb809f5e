"""A rule as a plain structure, for programs: what it is about, its conditions, and its limits. Used by the API."""

from typing import Any
from urllib.parse import urlencode

from alerts.clause_form import UNUSED, used_numbers
from alerts.conditions.base import Clause
from alerts.measures.registry import MEASURES
from alerts.models import Rule
from alerts.rules import settings_of
from alerts.scope import split_query

SCALARS = (
    *("joined_by", "window_s", "sentiment", "with_uncertain", "counts_stories", "counts_authors", "recovery"),
    *("tests_chance", "hold", "is_critical", "cooldown_s", "max_per_day", "expires_on"),
)
NUMBERS = ("measure", "condition", "parameter", "threshold", "percent", "change", "minimum", "sensitivity")


def rule_json(rule: Rule) -> dict[str, Any]:
    """Return a rule without the people and channels that it alerts."""
    keywords, pairs = split_query(rule.query)
    return {
        **{name: getattr(rule, name) for name in SCALARS},
        "keywords": [rule.keyword_id] if rule.keyword_id else keywords,
        "view": rule.view_id,
        "filter": urlencode(pairs),
        "conditions": [_clause_json(clause) for clause in settings_of(rule).clauses],
        "is_paused": rule.is_paused,
        "created_at": rule.created_at,
        "evaluated_at": rule.evaluated_at,
    }


def _clause_json(clause: Clause) -> dict[str, Any]:
    """Return a condition; numbers that it does not read are None."""
    used = used_numbers(MEASURES[clause.measure], clause.condition) | {"minimum"}
    return {name: None if name in UNUSED.keys() - used else getattr(clause, name) for name in NUMBERS}
