"""Text in, words out: what counts as one word, folded, and where it stands in the original.

`tokenise` is for reading, `KEYS` is the road of the matcher: the folded words of each run between two spaces, kept
for the next time it is met, because people write the same words again and again.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from sys import intern
from typing import NamedTuple

from monitoring.query.folding import CLASS, FOLDED, SIGNS, TONE, fold_run

# French (and Italian) words that lose their vowel before the next one, and the English endings behind an apostrophe.
_ELIDED = "c d j l m n s t y qu jusqu lorsqu puisqu quoiqu dell all nell dall sull un quest quell"
ELISIONS = frozenset(_ELIDED.split())
CLITICS = frozenset(("s", "t", "re", "ve", "ll", "d", "m"))

_TOKEN = re.compile(
    r"(?P<handle>(?<![Uwdms_@])@[Uwd_][Uwdm_]*(?:\.[wd_][Uwdm_]*)*(?:@[Uwd][Uwdm]*(?:[.-][Uwd][Uwdm]*)*)?)"
    r"|(?P<hashtag>(?<![Uwdms_#@])#[Uwds_][Uwdsm_]*)"
    r"|(?P<cashtag>(?<![Uwdms_$])\$[Uw]{1,6}(?:\.[Uw]{1,2})?(?![Uwdms_]))"
    r"|(?P<acronym>(?<![Uwdm.])[Uw](?:\.[Uw])+(?![Uwdm]))"
    r"|(?P<word>[Uwd][Uwdmz]*(?:'[Uwd][Uwdmz]*)*)"
    r"|(?P<alone>s[mz]*|rr|[ekr][mk]*(?:ze[mk]*)*)"
)
_PARTS = re.compile(r"U+m*(?=U[wm])|U?[wm]+|[Um]+|[dm]+|sm*")
_PIECE = re.compile(r"[^']+")
_ADDRESS = re.compile(r"(?:https?|ftp)://\S+|www\.\S+", re.IGNORECASE)
_GENDER = re.compile("\u200d[♀♂]")

# Only names that are HTML's: "a <b and c> d" in a text about sums loses its "<b and c>", any other "<word>" is text.
_MARKUP = re.compile(
    r"<(?:!--|/?(?:a|abbr|article|aside|b|blockquote|br|button|center|cite|code|dd|div|dl|dt|em|figcaption|figure|font"
    r"|footer|form|h[1-6]|header|hr|i|iframe|img|input|li|link|main|meta|nav|object|ol|p|picture|pre|q|s|script|section"
    r"|small|source|span|strong|style|sub|sup|svg|table|tbody|td|th|thead|tr|u|ul|video)(?=[\s/>]))[^<>\n]*>",
    re.IGNORECASE,
)

# What may surround a word without being part of it or of an acronym, a handle or a hashtag.
_PUNCTUATION = '.,;:!?()[]«»“”"…'
# A run longer than this is an address or a sentence without spaces: it does not come back.
LONGEST_KEPT = 40
# About 25 MB when full. French and English news together use some 100,000 different runs.
MOST_KEPT = 100_000
_MOST_HASHTAG_PARTS = 8


class Token(NamedTuple):
    """One word: its folded form, and where it stands in the original text."""

    norm: str
    start: int
    end: int


class Alias(NamedTuple):
    """Another form under which the words number `first` up to, not including, `last` are found: "#motcompose"."""

    norm: str
    first: int
    last: int


class AliasRow(tuple[str, ...]):
    """The forms of a run in which some word has more forms than one: they do not tell the order of the words."""

    __slots__ = ()


class Chunk(NamedTuple):
    """What is found in one run of characters without a space; the offsets count from its beginning."""

    tokens: tuple[Token, ...]
    aliases: tuple[Alias, ...] = ()

    def keys(self) -> tuple[str, ...]:
        norms = tuple(intern(token.norm) for token in self.tokens)
        return AliasRow(norms + tuple(intern(alias.norm) for alias in self.aliases)) if self.aliases else norms


def visible(text: str) -> str:
    """The text with HTML tags blanked out; every other character stays in its place."""
    return _MARKUP.sub(lambda tag: " " * len(tag[0]), text) if "<" in text else text


def _pieces(start: int, classes: str) -> Iterator[tuple[int, int]]:
    for piece in _PIECE.finditer(classes):
        yield start + piece.start(), start + piece.end()


def _signed(handle: str) -> str:
    """A handle folded, its signs kept: "@Marie.Dupont" is "@marie.dupont"."""
    return "".join(FOLDED[c] or (CLASS[c] if CLASS[c] in SIGNS else "") for c in handle)


def _lone(raw: str) -> str:
    """A character that is a word of its own, or an emoji without its skin tone."""
    norm = "".join(FOLDED[c] for c in raw if CLASS[c] != TONE) or raw
    return unicodedata.normalize("NFC", norm)


def _split_at_apostrophes(chunk: str, start: int, classes: str) -> Iterator[Token]:
    """l'|Oréal and it|'s are two words, aujourd'hui and O'Brien are one, unless it never ends."""
    pieces = list(_pieces(start, classes))
    first, last = pieces[0]
    norm = fold_run(chunk[first:last])
    for begin, end in pieces[1:]:
        following = fold_run(chunk[begin:end])
        if norm in ELISIONS or following in CLITICS or len(norm) > LONGEST_KEPT:
            yield Token(norm, first, last)
            first, norm = begin, following
        else:
            norm += following
        last = end
    yield Token(norm, first, last)


def _hashtag(chunk: str, start: int, classes: str, at: int) -> tuple[list[Token], list[Alias]]:
    """#MotCompose: the words "mot" and "compose", also found as "#motcompose" and "motcompose"."""
    tokens = [
        Token(fold_run(chunk[start + m.start() : start + m.end()]), start + m.start(), start + m.end())
        for m in _PARTS.finditer(classes)
    ]
    tokens = [token for token in tokens if token.norm]
    count = len(tokens)
    whole = "".join(token.norm for token in tokens)
    aliases = [Alias("#" + whole, at, at + count)]
    for first in range(count if count <= _MOST_HASHTAG_PARTS else 1):
        for last in range(first + 2, count + 1):
            if count <= _MOST_HASHTAG_PARTS or last == count:
                aliases.append(Alias("".join(t.norm for t in tokens[first:last]), at + first, at + last))
    return tokens, aliases


def analyse(chunk: str, addresses: bool = False) -> Chunk:
    """The words of a run of characters (it may hold spaces too), the slow and thorough way."""
    if not addresses and (":" in chunk or "ww." in chunk.lower()):
        chunk = _ADDRESS.sub(lambda m: " " * len(m[0]), chunk)
    classes = "".join(map(CLASS.__getitem__, chunk))
    tokens: list[Token] = []
    aliases: list[Alias] = []
    for found in _TOKEN.finditer(classes):
        kind, (start, end) = found.lastgroup, found.span()
        if kind == "word":
            if "'" in found[0]:
                tokens += _split_at_apostrophes(chunk, start, found[0])
            else:
                tokens.append(Token(fold_run(chunk[start:end]), start, end))
        elif kind == "alone":
            raw = _GENDER.sub("", chunk[start:end])
            tokens.append(Token(_lone(raw), start, end))
        elif kind == "hashtag":
            parts, names = _hashtag(chunk, start + 1, found[0][1:], len(tokens))
            tokens += parts
            aliases += names
        elif kind == "handle":
            tokens.append(Token(_signed(chunk[start:end]), start, end))
            local = chunk[start + 1 : end].partition("@")[0]
            if len(local) < end - start - 1:
                aliases.append(Alias(_signed("@" + local), len(tokens) - 1, len(tokens)))
        else:
            norm = fold_run(chunk[start:end])
            tokens.append(Token(norm, start + (kind == "cashtag"), end))
            if kind == "cashtag":
                aliases.append(Alias("$" + norm, len(tokens) - 1, len(tokens)))
    return Chunk(tuple(tokens), tuple(aliases))


_analyse_kept = lru_cache(maxsize=20_000)(analyse)


def chunk_of(chunk: str) -> Chunk:
    """What `analyse` says of a run without a space, sooner."""
    core = chunk.strip(_PUNCTUATION)
    if core.isascii() and core.isalpha():
        start = chunk.index(core)
        return Chunk((Token(core.lower(), start, start + len(core)),))
    return _analyse_kept(chunk) if len(chunk) <= LONGEST_KEPT else analyse(chunk)


class Keys(dict[str, tuple[str, ...]]):
    """run of characters -> all forms under which its words are found. Emptied when full, so its size is bounded.

    "Panne", "panne," and "(panne" share one tuple of one string: a document's words then lie in fewer places of the
    memory, which is what reading them waits for.
    """

    def __init__(self) -> None:
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        core = chunk.strip(_PUNCTUATION)
        keys = (intern(core.lower()),) if core.isascii() and core.isalpha() else analyse(chunk).keys()
        if len(chunk) > LONGEST_KEPT:
            return keys
        if len(self) >= MOST_KEPT:
            self.clear()
            self._shared.clear()
        if type(keys) is tuple:
            keys = self._shared.setdefault(keys, keys)
        self[chunk] = keys
        return keys


KEYS = Keys()


def tokenise(text: str) -> list[Token]:
    """The words of a text in reading order."""
    return list(analyse(visible(text)).tokens)


_LEXEME_LENGTH = 100  # Postgres takes no lexeme of 2 KB and more


def coded(key: str) -> str:
    """A word in ASCII letters and digits only: every other character is u and its hexadecimal code."""
    return "".join(c if c.isascii() and c.isalnum() else f"u{ord(c):x}" for c in key)


def lexeme(key: str) -> str:
    """A word as one Postgres word: where Postgres might see punctuation (emoji, signs, Indic vowels), it is coded."""
    if not key.isalpha() and not (key.isascii() and key.isalnum()):
        key = coded(key)
    return key[:_LEXEME_LENGTH]


def search_text(text: str) -> str:
    """The different words of a text, folded, with a space between two: each is one lexeme for Postgres."""
    keys = chain.from_iterable(map(KEYS.__getitem__, visible(text).split()))
    return " ".join(dict.fromkeys(map(lexeme, keys)))
