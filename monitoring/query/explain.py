"""Why a query matched a document, or did not: the tree of its clauses, each with what it found.

In: a query and a document. Out: one `Clause` a node. Called by the page and the API call that answer "why?".
"""

import math
import time
from dataclasses import dataclass, replace

from monitoring.query.compiled_query import merged, spans_of
from monitoring.query.document import Doc, Span, View
from monitoring.query.matchers import Phrase, compile_node
from monitoring.query.parser import parse
from monitoring.query.terms import word_slots
from monitoring.query.tree import VALUE_FIELDS, And, AtLeast, Count, Near, Node, Not, Or, Term, to_text

_KINDS = {And: "and", Or: "or", AtLeast: "min"}


@dataclass(frozen=True, slots=True)
class Clause:
    """`kind` is one of term and or not near onear count min; `text` is the clause as it is written; `spans` what it
    found. A `not` holds where its only child fails.

    `number` is what is asked: the distance of NEAR, the number of a count or of MIN; `found` is what there is instead:
    how far apart the nearest pair stands (0: none), how often the counted occurs, how many of the list hold; for all
    others the number of spans. `hint` tells what a term that fails would have found: "other_form" (without =),
    "elsewhere" (without its `field`), "apart" (its words, not side by side).
    """

    kind: str
    text: str
    held: bool
    spans: tuple[Span, ...] = ()
    number: int = 0
    children: tuple["Clause", ...] = ()
    found: int = 0
    hint: str = ""
    field: str = ""


class _OutOfTime(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Explainer:
    view: View
    latest: float

    def clause(self, node: Node) -> Clause:
        if time.monotonic() >= self.latest:
            raise _OutOfTime
        if isinstance(node, Term):
            return self._term(node)
        if isinstance(node, Near):
            return self._near(node)
        if isinstance(node, Count):
            return self._count(node)
        if isinstance(node, Not):
            child = self.clause(node.child)
            return Clause("not", to_text(node), not child.held, children=(child,))
        return self._group(node)

    def _group(self, node: And | Or | AtLeast) -> Clause:
        children = tuple(map(self.clause, node.children))
        holding = [child for child in children if child.held]
        number = node.number if isinstance(node, AtLeast) else 0
        held = len(holding) >= (len(children) if isinstance(node, And) else number or 1)
        spans = merged({span for child in holding for span in child.spans}) if held else ()
        found = len(holding) if number else len(spans)
        return Clause(_KINDS[type(node)], to_text(node), held, spans, number, children, found)

    def _term(self, term: Term) -> Clause:
        check = compile_node(term)
        held = check.holds(self.view)
        spans = spans_of(check, self.view) if held else ()
        hint = "" if held else self._hint(term)
        return Clause("term", to_text(term), held, spans, found=len(spans), hint=hint, field=term.field)

    def _hint(self, term: Term) -> str:
        if term.field in VALUE_FIELDS:
            return ""
        if term.field in ("title", "text") and compile_node(replace(term, field="")).holds(self.view):
            return "elsewhere"
        if term.exact and compile_node(replace(term, exact=False)).holds(self.view):
            return "other_form"
        slots = word_slots(term)
        fields = (term.field,) if term.field else ("title", "text")
        apart = len(slots) > 1 and all(Phrase((slot,), fields).holds(self.view) for slot in slots)
        return "apart" if apart else ""

    def _near(self, node: Near) -> Clause:
        check = compile_node(node)
        held = check.holds(self.view)
        nearest = check.nearest(self.view)
        children = (self.clause(node.left), self.clause(node.right))
        spans = spans_of(check, self.view) if held else ()
        kind = "onear" if node.ordered else "near"
        return Clause(kind, to_text(node), held, spans, node.distance, children, nearest)

    def _count(self, node: Count) -> Clause:
        held = compile_node(node).holds(self.view)
        child = self.clause(node.child)
        # Spans that overlap are shown as one, and would be counted as one.
        found = max(len(child.spans), node.number) if held else min(len(child.spans), node.number - 1)
        return Clause("count", to_text(node), held, child.spans if held else (), node.number, (child,), found)


def explain(query: str | Node, doc: Doc) -> Clause:
    """Every clause of a query asked of one document. Raises QueryError where `query` is a text that cannot be read."""
    clause = explain_within(query, View(doc), math.inf)
    assert clause is not None
    return clause


def explain_within(query: str | Node, view: View, seconds: float) -> Clause | None:
    """The same, or None where it would take longer: thousands of clauses about tens of thousands of words. `view` is
    the document, read once for all the queries that it is asked about.
    """
    latest = time.monotonic() + seconds
    node = parse(query) if isinstance(query, str) else query
    try:
        return _Explainer(view, latest).clause(node)
    except _OutOfTime:
        return None
