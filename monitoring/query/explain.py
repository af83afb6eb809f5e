"""Explain why a query matches a document or not: the tree of its conditions, each with what it found.

In: a query and a document. Out: one `Condition` per node. Called by query_tools/explain.py for the page “Explain a
match” and its API call. Pure.
"""

import math
import time
from dataclasses import dataclass, replace

from monitoring.query.compiled_query import matched_spans, merge_spans
from monitoring.query.document import Doc, Span, View
from monitoring.query.matchers import PhraseMatcher, compile_near, compile_node
from monitoring.query.parser import parse
from monitoring.query.terms import word_slots
from monitoring.query.tree import VALUE_FIELDS, And, AtLeast, Count, Near, Node, Not, Or, Term, to_text

_KINDS = {And: "and", Or: "or", AtLeast: "min"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One part of a query: `kind` is one of term and or not near onear count min, `text` the condition as written,
    `met` whether the document meets it, `spans` what it found. A `not` is met if its only child is not.

    `number` is what the query requires: the distance of NEAR, the number of a count or of MIN. `found` is the actual
    value: the distance of the nearest pair (0: no pair), how often the counted operand occurs, how many entries of
    the list are met; for all other kinds the number of spans. `hint` says why a term is not met although something
    similar was found: "other_form" (without =), "elsewhere" (in another field), "apart" (its words, not adjacent).
    """

    kind: str
    text: str
    met: bool
    spans: tuple[Span, ...] = ()
    number: int = 0
    children: tuple["Condition", ...] = ()
    found: int = 0
    hint: str = ""
    field: str = ""


class _TimeUp(Exception):
    """The deadline has passed. Never leaves this module."""


@dataclass(frozen=True, slots=True)
class _Explainer:
    """Builds the conditions for one document until the deadline, a value of `time.monotonic`."""

    view: View
    deadline: float

    def condition(self, node: Node) -> Condition:
        if time.monotonic() >= self.deadline:
            raise _TimeUp
        if isinstance(node, Term):
            return self._term(node)
        if isinstance(node, Near):
            return self._near(node)
        if isinstance(node, Count):
            return self._count(node)
        if isinstance(node, Not):
            child = self.condition(node.child)
            return Condition("not", to_text(node), not child.met, children=(child,))
        return self._group(node)

    def _group(self, node: And | Or | AtLeast) -> Condition:
        children = tuple(map(self.condition, node.children))
        matching = [child for child in children if child.met]
        number = node.number if isinstance(node, AtLeast) else 0
        met = len(matching) >= (len(children) if isinstance(node, And) else number or 1)
        spans = merge_spans({span for child in matching for span in child.spans}) if met else ()
        found = len(matching) if number else len(spans)
        return Condition(_KINDS[type(node)], to_text(node), met, spans, number, children, found)

    def _term(self, term: Term) -> Condition:
        matcher = compile_node(term)
        met = matcher.matches(self.view)
        spans = matched_spans(matcher, self.view) if met else ()
        hint = "" if met else self._hint(term)
        return Condition("term", to_text(term), met, spans, found=len(spans), hint=hint, field=term.field)

    def _hint(self, term: Term) -> str:
        if term.field in VALUE_FIELDS:
            return ""
        if term.field in ("title", "text") and compile_node(replace(term, field="")).matches(self.view):
            return "elsewhere"
        if term.exact and compile_node(replace(term, exact=False)).matches(self.view):
            return "other_form"
        slots = word_slots(term)
        fields = (term.field,) if term.field else ("title", "text")
        apart = len(slots) > 1 and all(PhraseMatcher((slot,), fields).matches(self.view) for slot in slots)
        return "apart" if apart else ""

    def _near(self, node: Near) -> Condition:
        matcher = compile_near(node)
        met = matcher.matches(self.view)
        nearest_distance = matcher.nearest_distance(self.view)
        children = (self.condition(node.left), self.condition(node.right))
        spans = matched_spans(matcher, self.view) if met else ()
        kind = "onear" if node.ordered else "near"
        return Condition(kind, to_text(node), met, spans, node.distance, children, nearest_distance)

    def _count(self, node: Count) -> Condition:
        met = compile_node(node).matches(self.view)
        child = self.condition(node.child)
        # Overlapping spans are shown as one, so counting them would give too few.
        found = max(len(child.spans), node.number) if met else min(len(child.spans), node.number - 1)
        return Condition("count", to_text(node), met, child.spans if met else (), node.number, (child,), found)


def explain(query: str | Node, doc: Doc) -> Condition:
    """Return the conditions of a query for one document. Raise QueryError for an invalid text."""
    condition = explain_within(query, View(doc), math.inf)
    assert condition is not None
    return condition


def explain_within(query: str | Node, view: View, seconds: float) -> Condition | None:
    """Return the conditions, or None if that takes longer than `seconds` (thousands of conditions on tens of thousands
    of words). Raise QueryError for an invalid text.
    """
    deadline = time.monotonic() + seconds
    node = parse(query) if isinstance(query, str) else query
    try:
        return _Explainer(view, deadline).condition(node)
    except _TimeUp:
        return None
