"""Texts in, one array of folded characters and one of tokens out, for a whole batch at once.

features.py calls it. Nothing loops over characters in Python: a batch is one array, and every step is a numpy
operation over all of it (60 times as fast as a tokenizer that goes text by text).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

# What is looked at of a long text: its opening and its end, where opinions stand. It bounds the time a text can take.
HEAD, TAIL = 1500, 500

# Every Unicode letter and emoji in use lies below; what lies above is one unknown symbol.
TABLE_SIZE = 0x20000
UNKNOWN = 0xFFFD

DROP, SPACE, WORD, ELISION, PUNCTUATION, SYMBOL, END = range(7)

_REPLACED = re.compile(r"https?(?:://\S*|(?=\s))|www\.\S+|(?<!\w)@\w+|\[NAME\]|<3+|&(?:amp|lt|gt|quot|nbsp|#39);")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " ", "&#39;": "'"}
_APOSTROPHES = "'’‘ʼ´`"
# Arabic letters that people write either way, and French and Turkish letters that lower() makes two of.
_SAME = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "İ": "i"} | dict.fromkeys(_APOSTROPHES, "'"))


@dataclass(frozen=True)
class Batch:
    """The characters and tokens of all texts, one after another.

    `letters`: lower-case code points with accents, `plain`: the same without, `document`: the text of each.
    `kinds`, `starts`, `ends`, `owner`: of each token its class, first character, the one after its last, its text.
    `shouting`: of each text the share of its letters that are capitals.
    """

    size: int
    letters: np.ndarray
    plain: np.ndarray
    document: np.ndarray
    kinds: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    owner: np.ndarray
    shouting: np.ndarray


def batch(texts: Sequence[str]) -> Batch:
    tables = _tables()
    joined = "\n" + "\n".join(map(_window, texts)) + "\n"
    joined = _REPLACED.sub(_replacement, joined)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = np.where(codes < TABLE_SIZE, codes, UNKNOWN)
    kind = tables.kind[codes]
    letters = tables.lower[codes]
    keep = kind != DROP
    # A letter thrice or more ("soooo") counts as twice, and space on space as one.
    thrice = (letters[2:] == letters[1:-1]) & (letters[1:-1] == letters[:-2])
    keep[2:] &= ~(thrice & (kind[2:] != END) & (kind[1:-1] != END))
    space = kind == SPACE
    keep[1:] &= ~(space[1:] & space[:-1])
    capital = tables.capital[codes]
    codes, kind, letters, capital = codes[keep], kind[keep], letters[keep], capital[keep]
    document = np.cumsum(kind == END, dtype=np.int32) - 1
    size = len(texts)
    cased = np.bincount(document, capital > 0, size + 1)[:size]
    upper = np.bincount(document, capital == 2, size + 1)[:size]
    return Batch(
        size, letters, tables.plain[letters], document, *_tokens(kind, document), upper / np.maximum(cased, 1.0)
    )


def _window(text: str) -> str:
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + " " + text[-TAIL:]
    return text.replace("\n", " ")


def _replacement(match: re.Match[str]) -> str:
    found = match[0]
    if found[0] in "@[":
        return "@user"
    if found[0] == "<":
        return "♥"
    return _ENTITIES.get(found, "http")


def _tokens(kind: np.ndarray, document: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Runs of one class are a token, a symbol is one by itself, an elision ends the word it belongs to (n'|est)."""
    same = kind.copy()
    same[same == ELISION] = WORD
    first = np.ones(len(kind), bool)
    first[1:] = (same[1:] != same[:-1]) | (kind[:-1] == ELISION) | (same[1:] == SYMBOL)
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(kind))
    real = (same[starts] != SPACE) & (same[starts] != END)
    starts, ends = starts[real], ends[real]
    return same[starts], starts, ends, document[starts]


@dataclass(frozen=True)
class _Tables:
    kind: np.ndarray
    lower: np.ndarray
    plain: np.ndarray
    capital: np.ndarray


@cache
def _tables() -> _Tables:
    """What each code point is, computed once a process (80 ms)."""
    kind = np.empty(TABLE_SIZE, np.uint8)
    lower = np.arange(TABLE_SIZE, dtype=np.uint32)
    plain = np.arange(TABLE_SIZE, dtype=np.uint32)
    capital = np.zeros(TABLE_SIZE, np.uint8)
    for code in range(TABLE_SIZE):
        character = chr(code)
        category = unicodedata.category(character)
        kind[code] = _kind(code, category)
        if category == "Nd":
            lower[code] = plain[code] = ord("0")
        elif category[0] == "L":
            small = character.lower().translate(_SAME)[0]
            lower[code] = ord(small)
            base = unicodedata.normalize("NFD", small)[0]
            plain[code] = ord(base) if base.isalpha() and code < 0x530 else lower[code]
            capital[code] = 2 if category == "Lu" else category == "Ll"
        elif kind[code] == SPACE:
            lower[code] = plain[code] = ord(" ")
    for character in _APOSTROPHES:
        kind[ord(character)] = ELISION
        lower[ord(character)] = plain[ord(character)] = ord("'")
    kind[ord("\n")] = END
    kind[ord("_")] = WORD
    return _Tables(kind, lower, plain, capital)


def _kind(code: int, category: str) -> int:
    if 0x0900 <= code < 0x1000 and category in ("Mc", "Mn"):  # vowel signs are part of an Indian word
        return WORD
    if category in ("Mn", "Me", "Cf") or code == 0x0640 or 0x1F3FB <= code <= 0x1F3FF:
        return DROP  # accents on their own, joiners, the Arabic filler, skin tones
    if category[0] in "LN" or category == "Mc":
        return WORD
    if category[0] in "ZC" and category not in ("Cs", "Cn", "Co"):
        return SPACE
    if category[0] == "P" or category in ("Sm", "Sc") or code < 0x80:
        return PUNCTUATION
    return SYMBOL
