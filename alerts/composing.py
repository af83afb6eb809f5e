"""What a digest says, before it has a language or a form. Pure.

digest_reading.py fills these records; rendering.py turns them into a subject, text and HTML.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.windows import Window

SNIPPET = 200  # characters: two lines of a mailbox on a laptop, three on a phone
BEFORE_MATCH = 60  # of them, at most this many before the first matching word


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text; `bold` where it is what the query looked for."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One document. `url` is its own address, "" where it has none that is safe to open; `others` are the names of the
    further topics that it matches; `published` is UTC."""

    mention_id: int
    title: tuple[Passage, ...]
    snippet: tuple[Passage, ...]
    url: str
    source: str
    author: str
    published: datetime
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The newest stories of one topic. `total` counts all its mentions of the window, `rest` those that stand nowhere
    in the digest (a story may stand under another topic)."""

    topic_id: int
    topic: str
    total: int
    rest: int
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A source that could not be read: why (a code of monitoring/health.py) and since when (UTC, None if unknown)."""

    source_id: int
    source: str
    code: str
    since: datetime | None
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class DigestContent:
    """`before` counts the stretch of equal length before the window; None where the project did not exist yet."""

    project_id: int
    project: str
    window: Window
    total: int
    before: int | None
    sections: tuple[Section, ...]
    blind: tuple[BlindSpot, ...]


Span = tuple[int, int]


def passages(text: str, spans: Iterable[Span]) -> tuple[Passage, ...]:
    """The text on one line, cut at the spans (start, end), which may touch or overlap."""
    pieces: list[Passage] = []
    at = 0
    for start, end in sorted(spans):
        start, end = max(start, at), min(end, len(text))
        if start >= end:
            continue
        if start > at:
            pieces.append(Passage(text[at:start]))
        pieces.append(Passage(text[start:end], bold=True))
        at = end
    if at < len(text):
        pieces.append(Passage(text[at:]))
    return tuple(Passage(re.sub(r"\s+", " ", piece.text), piece.bold) for piece in pieces)


def snippet(text: str, spans: Iterable[Span], length: int = SNIPPET) -> tuple[Passage, ...]:
    """About `length` characters of the text around its first match, cut between words."""
    spans = sorted(spans)
    start = _word_start(text, spans[0][0] - BEFORE_MATCH) if spans and spans[0][0] > BEFORE_MATCH else 0
    end = _word_end(text, max(start + length, spans[0][1] if spans else 0))
    inside = [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]
    cut = passages(text[start:end], inside)
    head = (Passage("… "),) if start else ()
    tail = (Passage(" …"),) if end < len(text.rstrip()) else ()
    return (*head, *cut, *tail)


def plain(pieces: Iterable[Passage]) -> str:
    return "".join(piece.text for piece in pieces)


def _word_start(text: str, at: int) -> int:
    """The first place from `at` on that begins a word, if there is one near; else `at` itself."""
    space = text.find(" ", at, at + BEFORE_MATCH)
    return at if space < 0 else space + 1


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.find(" ", at, at + BEFORE_MATCH)
    return at if space < 0 else space
