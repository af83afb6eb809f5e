"""Split text into words: their folded forms and their positions in the original. Pure.

`tokenize` returns words in reading order. The matcher uses `KEYS`, a cache of the folded words of each run of
characters between two spaces, because the same runs occur in many texts. `search_text` is for Postgres.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from sys import intern
from typing import NamedTuple

from monitoring.query.folding import CLASS, FOLDED, SIGNS, TONE, fold_run

# French and Italian words that elide their vowel before an apostrophe, and the English endings after one.
_ELIDED = "c d j l m n s t y qu jusqu lorsqu puisqu quoiqu dell all nell dall sull un quest quell"
ELISIONS = frozenset(_ELIDED.split())
CLITICS = frozenset(("s", "t", "re", "ve", "ll", "d", "m"))

_TOKEN = re.compile(
    r"(?P<handle>(?<![Uwdms_@])@[Uwd_][Uwdm_]*(?:\.[wd_][Uwdm_]*)*(?:@[Uwd][Uwdm]*(?:[.-][Uwd][Uwdm]*)*)?)"
    r"|(?P<hashtag>(?<![Uwdms_#@])#[Uwds_][Uwdsm_]*)"
    r"|(?P<cashtag>(?<![Uwdms_$])\$[Uw]{1,6}(?:\.[Uw]{1,2})?(?![Uwdms_]))"
    r"|(?P<acronym>(?<![Uwdm.])[Uw](?:\.[Uw])+(?![Uwdm]))"
    r"|(?P<word>[Uwd][Uwdmz]*(?:'[Uwd][Uwdmz]*)*)"
    r"|(?P<standalone>s[mz]*|rr|[ekr][mk]*(?:ze[mk]*)*)"
)
_PARTS = re.compile(r"U+m*(?=U[wm])|U?[wm]+|[Um]+|[dm]+|sm*")
_PIECE = re.compile(r"[^']+")
_URL = re.compile(r"(?:https?|ftp)://\S+|www\.\S+", re.IGNORECASE)
_GENDER_SIGN = re.compile("\u200d[♀♂]")

# Only names of HTML elements: "a <b and c> d" in a text about math loses its "<b and c>"; other "<word>"s are text.
_MARKUP = re.compile(
    r"<(?:!--|/?(?:a|abbr|article|aside|b|blockquote|br|button|center|cite|code|dd|div|dl|dt|em|figcaption|figure|font"
    r"|footer|form|h[1-6]|header|hr|i|iframe|img|input|li|link|main|meta|nav|object|ol|p|picture|pre|q|s|script|section"
    r"|small|source|span|strong|style|sub|sup|svg|table|tbody|td|th|thead|tr|u|ul|video)(?=[\s/>]))[^<>\n]*>",
    re.IGNORECASE,
)

# Characters around a word that are never part of it, nor of an acronym, a handle or a hashtag.
_PUNCTUATION = '.,;:!?()[]«»“”"…'
# A longer run is a URL or a sentence without spaces, which rarely occurs twice.
MAX_CACHED_LENGTH = 40
# About 25 MB when full. French and English news together use some 100,000 different runs.
MAX_CACHED_CHUNKS = 100_000
_MAX_HASHTAG_PARTS = 8


class Token(NamedTuple):
    """One word: its folded form (`norm`) and its span in the original text."""

    norm: str
    start: int
    end: int


class Alias(NamedTuple):
    """Another form of the words [`first`, `last`), such as "#motcompose" for "mot" and "compose"."""

    norm: str
    first: int
    last: int


class KeysWithAliases(tuple[str, ...]):
    """The keys of a run in which some word has several forms: they are not in the order of the words."""

    __slots__ = ()


class TokenizedChunk(NamedTuple):
    """The words of one run of characters without spaces; offsets are relative to its start."""

    tokens: tuple[Token, ...]
    aliases: tuple[Alias, ...] = ()

    def keys(self) -> tuple[str, ...]:
        """Return all forms under which the words can be found, as interned strings."""
        norms = tuple(intern(token.norm) for token in self.tokens)
        return KeysWithAliases(norms + tuple(intern(alias.norm) for alias in self.aliases)) if self.aliases else norms


def blank_markup(text: str) -> str:
    """Return the text with spaces for HTML tags, so all offsets stay valid."""
    return _MARKUP.sub(lambda tag: " " * len(tag[0]), text) if "<" in text else text


def _pieces(start: int, classes: str) -> Iterator[tuple[int, int]]:
    for piece in _PIECE.finditer(classes):
        yield start + piece.start(), start + piece.end()


def _fold_handle(handle: str) -> str:
    """Fold a handle and keep its signs: "@Marie.Dupont" becomes "@marie.dupont"."""
    return "".join(FOLDED[c] or (CLASS[c] if CLASS[c] in SIGNS else "") for c in handle)


def _fold_symbol(raw: str) -> str:
    """Fold a character that is a word by itself, or an emoji without its skin tone."""
    norm = "".join(FOLDED[c] for c in raw if CLASS[c] != TONE) or raw
    return unicodedata.normalize("NFC", norm)


def _split_at_apostrophes(chunk: str, start: int, classes: str) -> Iterator[Token]:
    """Split a word at its apostrophes: l'|Oréal and it|'s are two words, aujourd'hui and O'Brien are one.

    Beyond MAX_CACHED_LENGTH letters every apostrophe splits, so endless input stays linear.
    """
    pieces = list(_pieces(start, classes))
    first, last = pieces[0]
    norm = fold_run(chunk[first:last])
    for begin, end in pieces[1:]:
        following = fold_run(chunk[begin:end])
        if norm in ELISIONS or following in CLITICS or len(norm) > MAX_CACHED_LENGTH:
            yield Token(norm, first, last)
            first, norm = begin, following
        else:
            norm += following
        last = end
    yield Token(norm, first, last)


def _hashtag(chunk: str, start: int, classes: str, at: int) -> tuple[list[Token], list[Alias]]:
    """Split #MotCompose into "mot" and "compose", with the aliases "#motcompose" and "motcompose"."""
    tokens = [
        Token(fold_run(chunk[start + m.start() : start + m.end()]), start + m.start(), start + m.end())
        for m in _PARTS.finditer(classes)
    ]
    tokens = [token for token in tokens if token.norm]
    count = len(tokens)
    whole = "".join(token.norm for token in tokens)
    aliases = [Alias("#" + whole, at, at + count)]
    for first in range(count if count <= _MAX_HASHTAG_PARTS else 1):
        for last in range(first + 2, count + 1):
            if count <= _MAX_HASHTAG_PARTS or last == count:
                aliases.append(Alias("".join(t.norm for t in tokens[first:last]), at + first, at + last))
    return tokens, aliases


def analyze(chunk: str, keep_urls: bool = False) -> TokenizedChunk:
    """Return the words of a run of characters, which may contain spaces. URLs are no words unless `keep_urls`."""
    if not keep_urls and (":" in chunk or "ww." in chunk.lower()):
        chunk = _URL.sub(lambda m: " " * len(m[0]), chunk)
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
        elif kind == "standalone":
            raw = _GENDER_SIGN.sub("", chunk[start:end])
            tokens.append(Token(_fold_symbol(raw), start, end))
        elif kind == "hashtag":
            parts, names = _hashtag(chunk, start + 1, found[0][1:], len(tokens))
            tokens += parts
            aliases += names
        elif kind == "handle":
            tokens.append(Token(_fold_handle(chunk[start:end]), start, end))
            local = chunk[start + 1 : end].partition("@")[0]
            if len(local) < end - start - 1:
                aliases.append(Alias(_fold_handle("@" + local), len(tokens) - 1, len(tokens)))
        else:
            norm = fold_run(chunk[start:end])
            tokens.append(Token(norm, start + (kind == "cashtag"), end))
            if kind == "cashtag":
                aliases.append(Alias("$" + norm, len(tokens) - 1, len(tokens)))
    return TokenizedChunk(tuple(tokens), tuple(aliases))


_analyze_cached = lru_cache(maxsize=20_000)(analyze)


def analyze_chunk(chunk: str) -> TokenizedChunk:
    """Return the same as `analyze` for a run without spaces, with a cache and a shortcut for ASCII words."""
    core = chunk.strip(_PUNCTUATION)
    if core.isascii() and core.isalpha():
        start = chunk.index(core)
        return TokenizedChunk((Token(core.lower(), start, start + len(core)),))
    return _analyze_cached(chunk) if len(chunk) <= MAX_CACHED_LENGTH else analyze(chunk)


class KeyTable(dict[str, tuple[str, ...]]):
    """A cache: run of characters -> all forms of its words. It is cleared when full, so its size is bounded.

    "Panne", "panne," and "(panne" share one tuple of one string: with fewer memory locations per document the CPU
    cache misses less, which dominates the time of matching.
    """

    def __init__(self) -> None:
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        core = chunk.strip(_PUNCTUATION)
        keys = (intern(core.lower()),) if core.isascii() and core.isalpha() else analyze(chunk).keys()
        if len(chunk) > MAX_CACHED_LENGTH:
            return keys
        if len(self) >= MAX_CACHED_CHUNKS:
            self.clear()
            self._shared.clear()
        if type(keys) is tuple:
            keys = self._shared.setdefault(keys, keys)
        self[chunk] = keys
        return keys


KEYS = KeyTable()


def tokenize(text: str) -> list[Token]:
    """Return the words of a text in reading order."""
    return list(analyze(blank_markup(text)).tokens)


_LEXEME_LENGTH = 100  # Postgres rejects lexemes of 2 KB and more


def hex_coded(key: str) -> str:
    """Encode a word in ASCII letters and digits: any other character becomes u and its hexadecimal code."""
    return "".join(c if c.isascii() and c.isalnum() else f"u{ord(c):x}" for c in key)


def lexeme(key: str) -> str:
    """Return a word as one Postgres lexeme, encoded if Postgres could read punctuation in it (emoji, signs, Indic
    vowels).
    """
    if not key.isalpha() and not (key.isascii() and key.isalnum()):
        key = hex_coded(key)
    return key[:_LEXEME_LENGTH]


def search_text(text: str) -> str:
    """Return the distinct words of a text, folded and separated by spaces: each is one lexeme for Postgres."""
    keys = chain.from_iterable(map(KEYS.__getitem__, blank_markup(text).split()))
    return " ".join(dict.fromkeys(map(lexeme, keys)))
