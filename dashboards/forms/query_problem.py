"""The error in a boolean query, with the line and the position to point at.

In: a query. Out: a QueryProblem for templates/components/_query_problem.html. Called by the forms and by the Mentions
and Search pages.
"""

from dataclasses import dataclass

from monitoring.insights.filter_parser import MAX_VALUE_LENGTH
from monitoring.insights.meaning import split, unavailable
from monitoring.messages.query_errors import explain_error
from monitoring.query import QueryError, parse, split_query


@dataclass(frozen=True)
class Caret:
    """The line with the error, in three parts: before it, the wrong part (at least one character), and after it."""

    before: str
    wrong: str
    after: str

    @property
    def pointer(self) -> str:
        """The line to show below in the same font: carets under the wrong part."""
        return " " * len(self.before) + "^" * len(self.wrong)


@dataclass(frozen=True)
class QueryProblem:
    """The error in a query: a sentence in the active language, and its position."""

    message: str
    caret: Caret


def query_problem(query: str, *, saved: bool = False) -> QueryProblem | None:
    """Return the error in a query; None if it can be parsed. A `saved` one may contain slips."""
    try:
        parse(query, saved=saved)
    except QueryError as error:
        return QueryProblem(explain_error(error), caret(query, error.position, error.length))
    return None


def search_problem(query: str) -> QueryProblem | None:
    """Return the error in a search, which can have a phrase to find by meaning; None if it can be parsed."""
    try:
        split_query(query)
    except QueryError as error:
        return QueryProblem(explain_error(error), caret(query, error.position, error.length))
    return None


def search_problems(q: str) -> dict[str, object]:
    """Return why a search over all content finds nothing, for its template; every value is false if it can."""
    if not q or len(q) > MAX_VALUE_LENGTH:
        return {"too_long": bool(q)}
    return {"problem": search_problem(q), "unavailable": unavailable() if split(q).phrase else ""}


def caret(query: str, position: int, length: int) -> Caret:
    """Return the line of a query at `position`, split around the `length` characters of the error."""
    start = query.rfind("\n", 0, position) + 1
    line = query[start:].split("\n", 1)[0].replace("\t", " ").rstrip("\r")
    first = min(position - start, len(line))
    end = max(first + length, first + 1)
    return Caret(line[:first], line[first:end] or " ", line[end:])
