"""A problem in a boolean query, with the position to point at in the form."""

from dataclasses import dataclass

from monitoring.messages.query_errors import explain_error
from monitoring.query import QueryError, parse


@dataclass(frozen=True)
class Caret:
    """The line of a query with the mistake: what stands before it, the wrong place (at least one character), after."""

    before: str
    wrong: str
    after: str

    @property
    def pointer(self) -> str:
        """The line to stand below: carets under the wrong place."""
        return " " * len(self.before) + "^" * len(self.wrong)


@dataclass(frozen=True)
class QueryProblem:
    message: str
    caret: Caret


def query_problem(query: str) -> QueryProblem | None:
    """What is wrong with a query, in the reader's language and at its place; None where it can be read."""
    try:
        parse(query)
    except QueryError as error:
        return QueryProblem(explain_error(error), caret(query, error.position, error.length))
    return None


def caret(query: str, position: int, length: int) -> Caret:
    start = query.rfind("\n", 0, position) + 1
    line = query[start:].split("\n", 1)[0].replace("\t", " ").rstrip("\r")
    place = min(position - start, len(line))
    end = max(place + length, place + 1)
    return Caret(line[:place], line[place:end] or " ", line[end:])
