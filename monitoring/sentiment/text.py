"""Tokenize a batch of texts: texts in, one array of folded characters and one of tokens out. Called by features.py.

Nothing loops over characters in Python: a batch is one array, and every step is a numpy operation on all of it (60
times as fast as a tokenizer that processes one text at a time).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

# Characters read from the start and the end of a long text, where most opinions are. They bound the time per text.
HEAD, TAIL = 1500, 500

# All Unicode letters and emoji in use are below; code points above count as one unknown symbol.
TABLE_SIZE = 0x20000
UNKNOWN = 0xFFFD

DROP, SPACE, WORD, ELISION, PUNCTUATION, SYMBOL, END = range(7)

_REPLACED = re.compile(r"https?(?:://\S*|(?=\s))|www\.\S+|(?<!\w)@\w+|\[NAME\]|<3+|&(?:amp|lt|gt|quot|nbsp|#39);")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " ", "&#39;": "'"}
_APOSTROPHES = "'’‘ʼ´`"
# Variants of Arabic letters, and a Turkish letter that lower() turns into two characters.
_EQUIVALENT = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "İ": "i"} | dict.fromkeys(_APOSTROPHES, "'")
)


@dataclass(frozen=True)
class TextBatch:
    """The characters and tokens of all texts, concatenated.

    Per character: `letters`, lower-case code points with accents; `plain`, without accents; `document`, its text.
    Per token: `kinds`, its class; `starts` and `ends`, [start, end) in characters; `owner`, its text.
    Per text: `capital_share`, the share of capitals among its letters.
    """

    size: int
    letters: np.ndarray
    plain: np.ndarray
    document: np.ndarray
    kinds: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    owner: np.ndarray
    capital_share: np.ndarray


def tokenize_batch(texts: Sequence[str]) -> TextBatch:
    """Return the characters and tokens of these texts."""
    tables = _tables()
    joined = "\n" + "\n".join(map(_head_and_tail, texts)) + "\n"
    joined = _REPLACED.sub(_replacement, joined)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = np.where(codes < TABLE_SIZE, codes, UNKNOWN)
    kind = tables.kind[codes]
    letters = tables.lower[codes]
    keep = kind != DROP
    # Three or more equal letters ("soooo") count as two, several spaces as one.
    third = (letters[2:] == letters[1:-1]) & (letters[1:-1] == letters[:-2])
    keep[2:] &= ~(third & (kind[2:] != END) & (kind[1:-1] != END))
    space = kind == SPACE
    keep[1:] &= ~(space[1:] & space[:-1])
    capital = tables.capital[codes]
    codes, kind, letters, capital = codes[keep], kind[keep], letters[keep], capital[keep]
    document = np.cumsum(kind == END, dtype=np.int32) - 1
    size = len(texts)
    cased = np.bincount(document, capital > 0, size + 1)[:size]
    upper = np.bincount(document, capital == 2, size + 1)[:size]
    return TextBatch(
        size, letters, tables.plain[letters], document, *_tokens(kind, document), upper / np.maximum(cased, 1.0)
    )


def _head_and_tail(text: str) -> str:
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
    """Split into runs of one class; a symbol is a token by itself, an elision ends its word (n'|est)."""
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
    """Per code point: its class, lower case, lower case without accents, and 2 for capitals, 1 for small letters."""

    kind: np.ndarray
    lower: np.ndarray
    plain: np.ndarray
    capital: np.ndarray


@cache
def _tables() -> _Tables:
    """Return the tables, computed once per process (80 ms)."""
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
            small = character.lower().translate(_EQUIVALENT)[0]
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
    if 0x0900 <= code < 0x1000 and category in ("Mc", "Mn"):  # vowel signs are part of a word in Indic scripts
        return WORD
    if category in ("Mn", "Me", "Cf") or code == 0x0640 or 0x1F3FB <= code <= 0x1F3FF:
        return DROP  # combining accents, joiners, the Arabic tatweel, skin tones
    if category[0] in "LN" or category == "Mc":
        return WORD
    if category[0] in "ZC" and category not in ("Cs", "Cn", "Co"):
        return SPACE
    if category[0] == "P" or category in ("Sm", "Sc") or code < 0x80:
        return PUNCTUATION
    return SYMBOL
