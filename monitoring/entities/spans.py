"""Find the runs of capitalized words in a text, and say how sure it is that each is a name. Pure.

In: a text. Out: spans of it. A run inside a sentence is sure; one at the start of a sentence, in a title with capitals
or in a text in capitals is not: names.py decides by the other texts. A hashtag is never sure, a handle always.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitoring.entities.tokens import (
    HANDLE,
    HASHTAG,
    NUMBER,
    WORD,
    Token,
    are_side_by_side,
    has_possessive,
    parts_of_hashtag,
    sentences,
)
from monitoring.entities.words import ARTICLES, LINKS, NOT_NAMES, TITLES

MAX_WORDS = 6
MAX_LINKS = 2  # "Notre-Dame de la Garde"
# Words of a sentence in capitals, and long words of a title in which most have one.
MIN_SHOUTED, SHOUTED_SHARE = 3, 0.6
MIN_TITLE, TITLE_SHARE, LONG = 4, 0.7, 4

_CAMEL = re.compile(r"[a-zà-öø-ÿ][A-ZÀ-ÖØ-Þ]")  # no sentence starts so
_MODEL = re.compile(r"\d{1,3}[a-zA-Z]{0,2}$|\d{4}[a-zA-Z]{1,2}$")  # "iPhone 15", "Galaxy S 20FE"; 2026 is a year


@dataclass(frozen=True, slots=True)
class Span:
    """A run of capitalized words. `is_first`: a sentence starts with it. `kind` is that of its token if it has one."""

    words: tuple[Token, ...]
    is_sure: bool
    is_first: bool = False
    kind: str = WORD


class Spans(NamedTuple):
    """The runs of a text, and its words in lower case in their order, with "" for what is between them."""

    runs: list[Span]
    lower: list[str]


def spans_of(text: str) -> Spans:
    """Return the runs of capitalized words of a text, its handles and hashtags, and its words in lower case."""
    runs: list[Span] = []
    lower: list[str] = []
    for sentence in sentences(text):
        lower += [token.norm if token.kind == WORD and not token.is_capital else "" for token in sentence]
        lower.append("")
        if not all(lower[-len(sentence) - 1 : -1]):
            runs += _tags(sentence)
            runs += _runs(text, sentence)
    return Spans(runs, lower)


def _tags(sentence: Sequence[Token]) -> Iterator[Span]:
    for token in sentence:
        if token.kind == HANDLE:
            yield Span((token,), is_sure=True, kind=HANDLE)
        elif token.kind == HASHTAG and (parts := parts_of_hashtag(token)):
            yield Span(parts, is_sure=False, kind=HASHTAG)


def _runs(text: str, sentence: Sequence[Token]) -> Iterator[Span]:
    """Yield the runs of words with a capital letter, with the small words between them and a number after them."""
    is_plain = not _is_shouted(sentence) and not _is_title(sentence)
    at = 0
    while at < len(sentence):
        if not sentence[at].is_capital:
            at += 1
            continue
        end = at + 1
        while size := _continuation(text, sentence, end):
            end += size
        if end < len(sentence) and _is_model(text, sentence[end - 1], sentence[end]):
            end += 1
        is_first = at == 0 or sentence[at - 1].kind in (HANDLE, HASHTAG)
        if span := _trimmed(sentence[at:end], is_plain=is_plain, is_first=is_first):
            yield span
        at = end


def _continuation(text: str, sentence: Sequence[Token], at: int) -> int:
    """Return how many tokens from a place on continue a run: a capitalized word, with small ones before it."""
    for size in range(1, MAX_LINKS + 2):
        place = at + size - 1
        if place >= len(sentence):
            return 0
        before, token = sentence[place - 1], sentence[place]
        is_possessive = size == 1 and token.norm in NOT_NAMES and has_possessive(text, before, token)
        if token.kind != WORD or not (is_possessive or are_side_by_side(text, before, token)):
            return 0
        if token.is_capital:
            return size
        if token.norm not in LINKS:
            return 0
    return 0


def _is_model(text: str, before: Token, token: Token) -> bool:
    return token.kind == NUMBER and bool(_MODEL.match(token.text)) and are_side_by_side(text, before, token)


def _is_shouted(sentence: Sequence[Token]) -> bool:
    words = [token for token in sentence if token.kind == WORD and len(token.text) > 1]
    loud = sum(token.text.isupper() for token in words)
    return loud >= MIN_SHOUTED and loud >= SHOUTED_SHARE * len(words)


def _is_title(sentence: Sequence[Token]) -> bool:
    words = [token for token in sentence if token.kind == WORD and len(token.text) >= LONG]
    return len(words) >= MIN_TITLE and sum(token.is_capital for token in words) >= TITLE_SHARE * len(words)


def _trimmed(run: Sequence[Token], *, is_plain: bool, is_first: bool) -> Span | None:
    """Return a run without the words at its start that are no part of a name: "Merci", "President"."""
    words = list(run)
    while words and not _may_start(words, is_first=is_first):
        words, is_first = words[1:], False
    if len(words) > MAX_WORDS or all(word.norm in NOT_NAMES for word in words):
        return None
    is_camel = any(_CAMEL.search(word.text) for word in words)
    has_later = any(word.is_capital for word in words[1:])
    return Span(tuple(words), is_sure=is_camel or (is_plain and (not is_first or has_later)), is_first=is_first)


def _may_start(words: Sequence[Token], *, is_first: bool) -> bool:
    first = words[0]
    if not first.is_capital or first.norm in TITLES:
        return False
    is_article = first.norm in ARTICLES and len(words) > 1 and words[1].is_capital
    return is_article or not (is_first and first.norm in NOT_NAMES)
