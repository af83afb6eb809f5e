"""Cut plain text into passages, some of which are matches, and into excerpts around a match. Pure.

In: a text and spans (start, end) in characters, which may overlap, be unordered or exceed the text. Out: passages.
Called by digests, incident messages and the lists of mentions, which render them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

EXCERPT_CHARS = 200  # two to three lines in a list, in an email on a laptop or a phone
LEAD_SHARE = 3  # a third of an excerpt precedes the first match, which usually includes the start of its sentence
ELLIPSIS = "…"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text; `bold` if it is a match."""

    text: str
    bold: bool = False


def passages(text: str, spans: Iterable[Span]) -> tuple[Passage, ...]:
    """Return the whole text, cut at the spans."""
    pieces, position = [], 0
    for start, end in _merged(spans, len(text)):
        pieces += [Passage(text[position:start]), Passage(text[start:end], bold=True)]
        position = end
    pieces.append(Passage(text[position:]))
    return tuple(piece for piece in pieces if piece.text)


def excerpt(text: str, spans: Iterable[Span], width: int = EXCERPT_CHARS) -> tuple[Passage, ...]:
    """Return about `width` characters around the first match, cut between words, on one line."""
    merged = _merged(spans, len(text))
    first = merged[0][0] if merged else 0
    start = _word_start(text, max(first - width // LEAD_SHARE, 0), first) if len(text) > width else 0
    end = _word_end(text, start, start + width)
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(text[start:end].rstrip())
    head = (Passage(ELLIPSIS),) if text[:start].strip() else ()
    tail = (Passage(ELLIPSIS),) if text[end:].strip() else ()
    return (*head, *one_line(passages(text[start:end], [(a - start, b - start) for a, b in merged])), *tail)


def one_line(pieces: Iterable[Passage]) -> tuple[Passage, ...]:
    """Return the passages with single spaces for all white space."""
    return tuple(replace(piece, text=re.sub(r"\s+", " ", piece.text)) for piece in pieces)


def plain(pieces: Iterable[Passage]) -> str:
    """Return the text of the passages."""
    return "".join(piece.text for piece in pieces)


def _merged(spans: Iterable[Span], length: int) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted((max(start, 0), min(end, length)) for start, end in spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _word_start(text: str, position: int, latest: int) -> int:
    """Return the first start of a word at or after `position`, at most `latest`."""
    while 0 < position < latest and not text[position - 1].isspace():
        position += 1
    return position


def _word_end(text: str, start: int, position: int) -> int:
    if position >= len(text):
        return len(text)
    cut = text.rfind(" ", start, position)
    return cut if cut > start else position
