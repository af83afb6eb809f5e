"""Plain text cut into passages, of which some are what a query looked for. Pure.

In: a text and spans (start, end) in characters, which may overlap, come in any order or reach too far. Out: passages;
digests and the lists of mentions give them their form.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

EXCERPT_CHARS = 200  # two to three lines of a list, of a mailbox on a laptop or a phone
LEAD_SHARE = 3  # a third of an excerpt stands before the first match: enough to see how the sentence began
ELLIPSIS = "…"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text; `bold` where it is what the query looked for."""

    text: str
    bold: bool = False


def passages(text: str, spans: Iterable[Span]) -> tuple[Passage, ...]:
    """The whole text, cut at the spans."""
    pieces, done = [], 0
    for start, end in _merged(spans, len(text)):
        pieces += [Passage(text[done:start]), Passage(text[start:end], bold=True)]
        done = end
    pieces.append(Passage(text[done:]))
    return tuple(piece for piece in pieces if piece.text)


def excerpt(text: str, spans: Iterable[Span], width: int = EXCERPT_CHARS) -> tuple[Passage, ...]:
    """About `width` characters around the first match, cut between words, on one line."""
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
    """All white space made single spaces."""
    return tuple(replace(piece, text=re.sub(r"\s+", " ", piece.text)) for piece in pieces)


def plain(pieces: Iterable[Passage]) -> str:
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


def _word_start(text: str, place: int, latest: int) -> int:
    """The first beginning of a word at or after `place`, unless that would cut what is at `latest`."""
    while 0 < place < latest and not text[place - 1].isspace():
        place += 1
    return place


def _word_end(text: str, start: int, place: int) -> int:
    if place >= len(text):
        return len(text)
    cut = text.rfind(" ", start, place)
    return cut if cut > start else place
