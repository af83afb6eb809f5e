"""Split a search into the phrase to find by meaning, ~"late delivery", and the boolean query that narrows it. Pure.

In: the text of a search. Out: a `SplitQuery`, or a `QueryError` with the position of the error. Only searches and
filters split their text: the parser rejects such a phrase, since a keyword decides about each item by its words.
"""

from dataclasses import dataclass

from monitoring.query.errors import QueryError
from monitoring.query.lexer import Lexeme, Scanner
from monitoring.query.parser import parse
from monitoring.query.tokens import tokenize

MAX_PHRASE_LENGTH = 300  # characters; the encoder reads about as many
# Next to one of these, a phrase would not simply narrow the search.
_BEFORE = {"-", "not", "or", "near", "field", "=", "count", "min", "("}
_AFTER = {"or", "near"}


@dataclass(frozen=True, slots=True)
class SplitQuery:
    """`phrase` is what is searched by meaning, `words` the boolean query; "" where the search has none."""

    phrase: str
    words: str


def split_query(text: str) -> SplitQuery:
    """Return the parts of a search, with the same positions in `words`. Raise QueryError if it is malformed."""
    phrase, words = _split(text)
    if not phrase or words:
        parse(words, narrows=bool(phrase))
    return SplitQuery(phrase, words)


def _split(text: str) -> tuple[str, str]:
    if "~" not in text:
        return "", text
    lexemes = _lexemes(text)
    places = [place for place, lexeme in enumerate(lexemes) if lexeme.kind == "meaning"]
    if not places:
        return "", text
    lexeme = lexemes[places[0]]
    if len(places) > 1:
        raise _error("meaning_twice", lexemes[places[1]])
    _check_place(lexemes, places[0])
    if len(lexeme.text) > MAX_PHRASE_LENGTH:
        length = lexeme.end - lexeme.start
        raise QueryError("meaning_too_long", lexeme.start, length, limit=MAX_PHRASE_LENGTH)
    if not tokenize(lexeme.text):
        raise _error("empty_phrase", lexeme)
    cut = [lexeme]
    before, after = lexemes[places[0] - 1 : places[0]], lexemes[places[0] + 1]
    if before and before[0].kind == "and":
        cut.append(before[0])
    elif after.kind == "and":
        cut.append(after)
    for one in cut:
        text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    return lexeme.text, text if text.strip() else ""


def _lexemes(text: str) -> list[Lexeme]:
    """Return the lexemes of a text; the last one is its end."""
    scanner = Scanner(text)
    lexemes = [scanner.next()]
    while lexemes[-1].kind != "end":
        lexemes.append(scanner.next())
    return lexemes


def _check_place(lexemes: list[Lexeme], place: int) -> None:
    """Raise QueryError unless the phrase and the rest of the search are joined by AND."""
    depth, is_choice = 0, False
    for number, lexeme in enumerate(lexemes):
        depth += (lexeme.kind == "(") - (lexeme.kind == ")")
        if number == place and depth > 0:
            raise _error("meaning_place", lexeme)
        is_choice |= lexeme.kind == "or" and depth <= 0
    neighbors = {lexemes[place - 1].kind} if place else set()
    if is_choice or neighbors & _BEFORE or lexemes[place + 1].kind in _AFTER:
        raise _error("meaning_place", lexemes[place])


def _error(code: str, lexeme: Lexeme) -> QueryError:
    return QueryError(code, lexeme.start, lexeme.end - lexeme.start)
