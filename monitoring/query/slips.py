"""Reject queries that are valid but hardly mean what they say: NEAR5, lang:french, 'service client', title=panne.

Called by `parser.py` for queries that people write, with their terms. Saved queries skip this: a keyword that was
accepted once is never lost to a stricter check. Raises `QueryError` with a suggestion.
"""

import re
from typing import NamedTuple

from monitoring.query.errors import QueryError
from monitoring.query.folding import CLASS, STANDALONE, fold
from monitoring.query.known_values import is_known, likely
from monitoring.query.lexer import FIELDS
from monitoring.query.terms import MIN_PREFIX, value_of
from monitoring.query.tokens import analyze
from monitoring.query.tree import VALUE_FIELDS, And, Near, Node, Not, Term

# "near-field" and "nearby" are words; w/5 is NEAR/5 in other search languages, ~5 in Lucene's.
_NEAR = re.compile(r"(o?near)(?:[/\\].*|[~:_-]?\d.*)|(?:w|within|adj|around|pres|près)/\d+|~\d+", re.IGNORECASE)
_MIN = re.compile(r"min[/\\:_-]?(\d+)", re.IGNORECASE)
_NOTS = {"ANDNOT": "NOT", "AND-NOT": "NOT", "ETNON": "SAUF", "NON": "SAUF", "PAS": "SAUF"}
_AROUND = re.compile(r"\(\s*(\d{1,4})\s*\)")
_EITHER = re.compile(r"(?:AND|ET|and|et)/(?:OR|OU|or|ou)")
_EQUALS = re.compile(r"([^\W\d_]+)=+(.*)", re.DOTALL)
_BOOST = re.compile(r"(.*[^\W\d_])(?:\^\d.*|~\d*)", re.DOTALL)
_SINGLE_QUOTES = re.compile(r"(?<![^\s(:=-])['‘`]([^'’\"“”«»()]*\s[^'’\"“”«»()]*)['’](?![^\s)])")
_NUMBER = re.compile(r"\d{1,4}")
# Fields of which an item has one value.
_SINGLE_FIELDS = ("lang", "platform", "country", "kind", "rating")


class LocatedTerm(NamedTuple):
    """A term and its place in the text of the query, in characters."""

    term: Term
    start: int
    end: int


def reject_slips(text: str, terms: list[LocatedTerm], node: Node) -> None:
    """Raise QueryError for the first term, or pair of quotation marks, that is probably a slip."""
    _check_conjunctions(node, terms)
    for number, located in enumerate(terms):
        if located.term.field in VALUE_FIELDS:
            _check_value(located)
        elif located.term.quoted:
            _check_phrase(located)
        elif not located.term.field and not located.term.exact:
            _check_word(text, located, terms[number - 1].term if number else None)
    quoted = _SINGLE_QUOTES.search(text)
    if quoted and any(each.start <= quoted.start() < each.end for each in terms if not each.term.quoted):
        raise QueryError("single_quotes", quoted.start(), len(quoted[0]), f'"{quoted[1].strip()}"')


def _check_conjunctions(node: Node, terms: list[LocatedTerm]) -> None:
    """Reject two values that an item would have at the same time: lang:(fr en)."""
    if isinstance(node, Term):
        return
    children = (
        (node.left, node.right)
        if isinstance(node, Near)
        else (node.child,)
        if hasattr(node, "child")
        else node.children
    )
    if isinstance(node, And):
        first: dict[str, Term] = {}
        for child in children:
            if not isinstance(child, Term) or child.field not in _SINGLE_FIELDS:
                continue
            if child.field == "rating" and not value_of(child).isdigit():
                continue  # at least 2 and at most 4
            other = first.setdefault(child.field, child)
            mine, theirs = value_of(child), value_of(other)
            if not (mine.startswith(theirs) or theirs.startswith(mine)):
                at = next(each for each in reversed(terms) if each.term == child)
                raise _error("one_value", at, f"{child.field}:({theirs} OR {mine})", field=child.field)
    for child in children:
        if not isinstance(child, Not):
            _check_conjunctions(child, terms)


def _error(code: str, at: LocatedTerm, suggestion: str = "", **params: str | int) -> QueryError:
    return QueryError(code, at.start, at.end - at.start, suggestion, **params)


def _check_value(at: LocatedTerm) -> None:
    field, value = at.term.field, value_of(at.term)
    if "*" in value or (field != "site" and "?" in value):
        bare = value.replace("*", "").replace("?", "").strip(".")
        meant = bare if bare and is_known(field, bare) else likely(field, bare)
        raise _error("value_wildcard", at, f"{field}:{meant}" if meant else "", field=field)
    # Quotation marks say that it is meant: a host of one label, a platform of the items that `match` reads.
    if at.term.quoted or is_known(field, value):
        return
    meant = f"url:{at.term.text.strip()}" if field == "site" else likely(field, value)
    if meant and field != "site":
        meant = f"{field}:{meant}"
    raise _error(f"unknown_{field}", at, meant, value=at.term.text.strip())


def _check_phrase(at: LocatedTerm) -> None:
    """Check each asterisk of a phrase, which counts only at the end of a word that is long enough."""
    text = at.term.text
    if "*" not in text:
        return
    if at.term.exact:
        raise _error("wildcard_exact", at)
    alone = re.fullmatch(r"(.*\S)\s+\*(?:\s+\*)*\s+(\S.*)", text)
    if alone and "*" not in alone[1] + alone[2]:
        distance = text.count("*") + 1
        raise _error("wildcard_alone", at, f'"{alone[1]}" ONEAR/{distance} "{alone[2]}"')
    words = {token.end: token for token in analyze(text).tokens}
    for star in (i for i, char in enumerate(text) if char == "*"):
        word = words.get(star)
        if word is None or CLASS[text[star + 1 : star + 2] or " "] in "Uwdms*":
            raise _error("wildcard_place", at)
        if any(CLASS[char] == STANDALONE for char in word.norm):
            raise _error("wildcard_script", at)
        if len(word.norm) < MIN_PREFIX:
            raise _error("wildcard_short", at, minimum=MIN_PREFIX)


def _check_word(text: str, at: LocatedTerm, before: Term | None) -> None:
    word = at.term.text
    if _NEAR.fullmatch(word):
        number = _NUMBER.search(word)
        distance = min(max(int(number[0]), 1), 1000) if number else 5
        name = "ONEAR" if fold(word).startswith("onear") else "NEAR"
        raise _error("looks_like_operator", at, f"{name}/{distance}", text=word)
    minimum = _MIN.fullmatch(word)
    if minimum and text[at.end :].lstrip().startswith("("):
        raise _error("looks_like_operator", at, f"MIN/{minimum[1]}(a, b, c)", text=word)
    if word in _NOTS and before:
        raise _error("looks_like_operator", at, _NOTS[word], text=word)
    if word == "AROUND" and (around := _AROUND.match(text, at.end)):
        raise _error("looks_like_operator", at, f"NEAR/{around[1]}", text=word)
    if _EITHER.fullmatch(word):
        raise _error("looks_like_operator", at, "OR", text=word)
    equals = _EQUALS.fullmatch(word)
    if equals and fold(equals[1]) in FIELDS:
        raise _error("field_colon", at, f"{FIELDS[fold(equals[1])]}:{equals[2]}", field=equals[1])
    if word.startswith(":") and before and fold(before.text) in FIELDS:
        raise _error("field_colon", at, f"{FIELDS[fold(before.text)]}{word}", field=before.text)
    if word.startswith("!") and len(word) > 1:
        raise _error("looks_like_operator", at, f"-{word.lstrip('!')}", text=word)
    if boost := _BOOST.fullmatch(word):
        raise _error("looks_like_operator", at, boost[1], text=word)
