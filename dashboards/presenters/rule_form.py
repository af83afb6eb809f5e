"""The parts of the rule form other than fields: its sentences, open parts, and the conditions that fit a measure."""

import json
from typing import Any

from alerts.forms import RuleForm
from alerts.measures.registry import MEASURES
from alerts.models import Rule
from alerts.rules import sentence_of
from dashboards.presenters.rule_sentence import FURTHER, SENTENCE, sentence_parts

# The fields of each part that is folded until something in it is set.
PARTS = {
    "filter": ("query", "counts_authors"),
    "limits": ("is_critical", "hold", "recovery", "cooldown_s", "max_per_day", "expires_on"),
}


def form_parts(form: RuleForm) -> dict[str, Any]:
    """Return what the template needs in addition to the form."""
    rule = form.instance
    fitting = {name: list(measure.conditions) for name, measure in MEASURES.items()}
    open_parts = {part: any(_is_set(form, name) for name in names) for part, names in PARTS.items()}
    open_parts["filter"] |= not form["counts_stories"].value()
    open_parts["limits"] |= not form["tests_chance"].value()
    open_parts["clauses"] = bool(rule.also) or any(clause.errors for clause in form.clauses)
    return {
        "parts": sentence_parts(SENTENCE, form),
        "clauses": [(clause, sentence_parts(FURTHER, clause)) for clause in form.clauses],
        "sentence": whole_sentence(rule) if rule.pk and not form.is_bound else "",
        "conditions": json.dumps(fitting),
        "open": open_parts,
    }


def whole_sentence(rule: Rule) -> str:
    """Return a rule as a sentence; empty if the main condition of its form already says all of it."""
    says_more = rule.also or rule.hold > 1 or rule.counts_authors or not rule.counts_stories or rule.query
    return sentence_of(rule) if says_more else ""


def _is_set(form: RuleForm, name: str) -> bool:
    """Return whether a field has an error or a value other than the default."""
    value, default = form[name].value(), form._meta.model._meta.get_field(name).get_default()
    return name in form.errors or (value is not None and str(value) not in ("", str(default)))
