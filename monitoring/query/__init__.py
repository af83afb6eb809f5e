"""The query language: text -> tree -> matcher -> spans. Pure Python, no Django, no I/O.

In: the text of a query, and documents. Out: whether and where they match, or a `QueryError` with code and position.
Grammar and word rules are in docs/query-language.md. Called by matching/, query_tools/, services/ and the commands.
"""

from monitoring.query.compiled_query import Match, Query, compile_query
from monitoring.query.document import MAX_STARS, Doc, Span, stars
from monitoring.query.errors import QueryError
from monitoring.query.explain import Condition, explain
from monitoring.query.folding import fold
from monitoring.query.index import Index
from monitoring.query.meaning import SplitQuery, split_query
from monitoring.query.parser import parse
from monitoring.query.tokens import Token, search_text, tokenize
from monitoring.query.tree import And, AtLeast, Count, Near, Node, Not, Or, Term, to_text
from monitoring.query.tsquery import terms, to_tsquery

__all__ = [
    "MAX_STARS",
    "And",
    "AtLeast",
    "Condition",
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
    "SplitQuery",
    "Term",
    "Token",
    "compile_query",
    "explain",
    "fold",
    "parse",
    "search_text",
    "split_query",
    "stars",
    "terms",
    "to_text",
    "to_tsquery",
    "tokenize",
]
