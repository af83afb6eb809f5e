"""One query against one document: text or tree in, a `Query` out, whose `match` says whether and where."""

from dataclasses import dataclass

from monitoring.query.document import Doc, Span, View
from monitoring.query.highlights import Marks
from monitoring.query.matchers import Check, compile_node
from monitoring.query.parser import parse
from monitoring.query.tree import Node


@dataclass(frozen=True, slots=True)
class Match:
    """Where a query was found: (field, start, end) in the original text, sorted, none overlapping another."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Query:
    node: Node
    check: Check

    def match(self, doc: Doc | View) -> Match | None:
        """Several queries about one document read it once, given as a View."""
        view = doc if isinstance(doc, View) else View(doc)
        return Match(spans_of(self.check, view)) if self.check.holds(view) else None


def compile_query(query: str | Node) -> Query:
    """Raises QueryError where `query` is a text that cannot be read."""
    node = parse(query) if isinstance(query, str) else query
    return Query(node, compile_node(node))


# People read the title first.
_ORDER = {"title": 0, "text": 1, "author": 2, "url": 3}


def merged(spans: set[Span]) -> tuple[Span, ...]:
    """The spans in the order of reading, with those that overlap made one."""
    if len(spans) < 2:
        return tuple(spans)
    found: list[Span] = []
    for field, start, end in sorted(spans, key=lambda span: (_ORDER[span[0]], span[1], span[2])):
        if found and found[-1][0] == field and start < found[-1][2]:
            if end > found[-1][2]:
                found[-1] = (field, found[-1][1], end)
        else:
            found.append((field, start, end))
    return tuple(found)


def spans_of(check: Check, view: View) -> tuple[Span, ...]:
    """Everything a query that holds has found."""
    marks = Marks(view)
    check.collect(view, marks)
    return merged(marks.spans())
