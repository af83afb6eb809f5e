"""Why a query matched a document, or did not: the tree of its clauses, each with what it found.

In: a query and a document. Out: one `Clause` a node. Called by the page and the API call that answer "why?".
"""

from dataclasses import dataclass

from monitoring.query.compile import compile_node
from monitoring.query.document import Doc, Span, View
from monitoring.query.matcher import spans_of
from monitoring.query.parser import parse
from monitoring.query.tree import And, AtLeast, Count, Near, Node, Not, Or, Term, to_text

_KINDS = {And: "and", Or: "or", Not: "not", Near: "near", Count: "count", AtLeast: "min", Term: "term"}


@dataclass(frozen=True, slots=True)
class Clause:
    """`kind` is one of term and or not near count min; `text` the clause as it is written; `spans` what it found.

    A `not` holds where its only child fails. `number` is the distance of NEAR, the number of a count or of MIN.
    """

    kind: str
    text: str
    held: bool
    spans: tuple[Span, ...] = ()
    number: int = 0
    children: tuple["Clause", ...] = ()


def _clause(node: Node, view: View) -> Clause:
    check = compile_node(node)
    held = check.holds(view)
    if isinstance(node, Near):
        children: tuple[Node, ...] = (node.left, node.right)
    elif isinstance(node, Not | Count):
        children = (node.child,)
    else:
        children = () if isinstance(node, Term) else node.children
    number = node.distance if isinstance(node, Near) else getattr(node, "number", 0)
    spans = spans_of(check, view) if held else ()
    return Clause(
        _KINDS[type(node)], to_text(node), held, spans, number, tuple(_clause(child, view) for child in children)
    )


def explain(query: str | Node, doc: Doc) -> Clause:
    """Every clause of a query asked of one document. Raises QueryError where `query` is a text that cannot be read."""
    return _clause(parse(query) if isinstance(query, str) else query, View(doc))
