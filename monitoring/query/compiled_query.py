"""One query against one document: text or tree in, a `Query` out, whose `match` returns whether and where it matches.

Called by `index.py`, by searches and by previews.
"""

from dataclasses import dataclass

from monitoring.query.document import Doc, Span, View
from monitoring.query.highlights import Highlights
from monitoring.query.matchers import Matcher, compile_node
from monitoring.query.parser import parse
from monitoring.query.tree import Node


@dataclass(frozen=True, slots=True)
class Match:
    """The spans that a query found: (field, start, end) in the original text, sorted, without overlaps."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A query, compiled: its tree and the matcher of that tree."""

    node: Node
    matcher: Matcher

    def match(self, doc: Doc | View) -> Match | None:
        """Return the match in a document, or None. Pass a View to test several queries: it tokenizes only once."""
        view = doc if isinstance(doc, View) else View(doc)
        return Match(matched_spans(self.matcher, view)) if self.matcher.matches(view) else None


def compile_query(query: str | Node, *, saved: bool = False) -> Query:
    """Compile a text or a tree. Raise QueryError for an invalid text; a `saved` one may contain slips."""
    node = parse(query, saved=saved) if isinstance(query, str) else query
    return Query(node, compile_node(node))


# People read the title first.
_ORDER = {"title": 0, "text": 1, "author": 2, "url": 3}


def merge_spans(spans: set[Span]) -> tuple[Span, ...]:
    """Return the spans in reading order, overlapping ones merged."""
    if len(spans) < 2:
        return tuple(spans)
    merged: list[Span] = []
    for field, start, end in sorted(spans, key=lambda span: (_ORDER[span[0]], span[1], span[2])):
        if merged and merged[-1][0] == field and start < merged[-1][2]:
            if end > merged[-1][2]:
                merged[-1] = (field, merged[-1][1], end)
        else:
            merged.append((field, start, end))
    return tuple(merged)


def matched_spans(matcher: Matcher, view: View) -> tuple[Span, ...]:
    """Return everything that a matching query found in a document."""
    highlights = Highlights(view)
    matcher.highlight(view, highlights)
    return merge_spans(highlights.spans())
