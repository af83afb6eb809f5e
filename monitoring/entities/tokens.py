"""Cut a text into sentences of words, numbers, handles and hashtags, with what their capital letters say. Pure.

In: a text. Out: sentences. A colon, a quotation mark, an emoji or a URL starts a new one, too: the capital letter
after it says as little as one after a full stop. Called by spans.py.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from monitoring.entities.words import ABBREVIATIONS
from monitoring.query.folding import APOSTROPHES, fold_run
from monitoring.query.tokens import CLITICS, ELISIONS, blank_markup

WORD, NUMBER, HANDLE, HASHTAG = "word", "number", "handle", "hashtag"

_APOSTROPHE = f"[{re.escape(APOSTROPHES)}]"
_URL = re.compile(r"(?:https?|ftp)://\S+|www\.\S+|\S+@\S+\.\w+", re.IGNORECASE)
_TOKEN = re.compile(
    r"(?P<handle>(?<![\w@])@\w+(?:[.-]\w+)*)"
    r"|(?P<hashtag>(?<![\w#&])#\w+)"
    rf"|(?P<word>[^\W\d_]\w*(?:(?:{_APOSTROPHE}|[-&/.+](?=\w))\w+)*\+?)"
    r"|(?P<number>\d+(?:[.,]\d+)*\w*)"
)
_END = re.compile(r"[.!?…:;\n\r•|–—«»“”\"\[\]>*\u2600-\u27bf\U0001f000-\U0001faff]|\s-\s")
_SPACES = frozenset(("", " ", "\u00a0", "\u202f"))
_POSSESSIVE = re.compile(rf"{_APOSTROPHE}s?$")
_POSSESSIVE_GAP = re.compile(rf"{_APOSTROPHE}s? ")
_CUT = re.compile(_APOSTROPHE)
_NEGATIONS = ("n't", "n’t")  # "Don't" is no name, in spite of its capital letter
_PRONOUNS = frozenset(("I", "A", "À", "Y", "Ô", "O"))
_HASHTAG_PARTS = re.compile(r"[^\W\d_][^\W\dA-Z_]*|\d+")


class Token(NamedTuple):
    """A token as written, and folded. `is_capital`: it may be part of a name."""

    kind: str
    text: str
    norm: str
    is_capital: bool
    start: int
    end: int


def sentences(text: str) -> Iterator[list[Token]]:
    """Yield the tokens of each sentence."""
    plain = _URL.sub(lambda found: "\n" * len(found[0]), blank_markup(text))
    sentence: list[Token] = []
    end = 0
    for found in _TOKEN.finditer(plain):
        gap = plain[end : found.start()]
        if sentence and gap not in _SPACES and _END.search(gap) and not _is_abbreviated(sentence[-1], gap):
            yield sentence
            sentence = []
        end = found.end()
        sentence += _tokens(str(found.lastgroup), found[0], found.start())
    if sentence:
        yield sentence


def are_side_by_side(text: str, before: Token, after: Token) -> bool:
    """Return whether at most a space, an apostrophe, "&" or the full stop of an abbreviation is between two words.

    A possessive separates them unless a common word follows: "Women's Day", but "Sony's PlayStation" is two names.
    """
    gap = text[before.end : after.start]
    return gap in _SPACES or gap == " & " or gap in APOSTROPHES or _is_abbreviated(before, gap)


def has_possessive(text: str, before: Token, after: Token) -> bool:
    """Return whether a possessive ending is between two words."""
    return bool(_POSSESSIVE_GAP.fullmatch(text[before.end : after.start]))


def parts_of_hashtag(hashtag: Token) -> tuple[Token, ...]:
    """Return the words of a hashtag, which its capital letters separate."""
    return tuple(
        Token(WORD, part[0], fold_run(part[0]), True, hashtag.start + part.start(), hashtag.start + part.end())
        for part in _HASHTAG_PARTS.finditer(hashtag.text)
    )


def _is_abbreviated(last: Token, gap: str) -> bool:
    is_initial = len(last.text) == 1 and last.text.isupper()
    return gap.strip() == "." and (is_initial or last.norm in ABBREVIATIONS)


def _tokens(kind: str, text: str, start: int) -> Iterator[Token]:
    """Yield a token; a word with an elided one before its apostrophe is two: "l'EPFL"."""
    if kind != WORD:
        yield Token(kind, text, text, False, start, start + len(text))
        return
    if text.islower() and text.isascii() and text.isalpha():
        yield Token(kind, text, text, False, start, start + len(text))
        return
    if cut := _CUT.search(text):
        first, rest = fold_run(text[: cut.start()]), fold_run(text[cut.end() :])
        if first in ELISIONS:
            yield Token(kind, text[: cut.start()], first, text[: cut.start()] == "L", start, start + cut.start())
            start, text = start + cut.end(), text[cut.end() :]
        elif rest in CLITICS - {"s"} or text.lower().endswith(_NEGATIONS):
            yield Token(kind, text, first + rest, False, start, start + len(text))
            return
        text = _POSSESSIVE.sub("", text)
    if text:
        yield Token(kind, text, fold_run(text), _is_capital(text), start, start + len(text))


def _is_capital(text: str) -> bool:
    """Return whether a word has a capital letter, also inside: "Paris", "iPhone"."""
    return text != text.lower() and text not in _PRONOUNS
