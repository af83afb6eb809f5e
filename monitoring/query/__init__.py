"""The query language: text -> tree -> matcher -> spans. Pure Python, no Django, no I/O.

In: what a person typed, and documents. Out: whether and where they match, or a `QueryError` with a code and a place.
The grammar and every decision about words are in docs/query-language.md.
"""

from monitoring.query.compiled_query import Match, Query, compile_query
from monitoring.query.document import Doc, Span
from monitoring.query.errors import QueryError
from monitoring.query.explain import Clause, explain
from monitoring.query.folding import fold
from monitoring.query.index import Index
from monitoring.query.parser import parse
from monitoring.query.tokens import Token, search_text, tokenise
from monitoring.query.tree import And, AtLeast, Count, Near, Node, Not, Or, Term, to_text
from monitoring.query.tsquery import terms, to_tsquery

__all__ = [
    "And",
    "AtLeast",
    "Clause",
    "Count",
    "Doc",
    "Index",
    "Match",
    "Near",
    "Node",
    "Not",
    "Or",
    "Query",
    "QueryError",
    "Span",
    "Term",
    "Token",
    "compile_query",
    "explain",
    "fold",
    "parse",
    "search_text",
    "terms",
    "to_text",
    "to_tsquery",
    "tokenise",
]
