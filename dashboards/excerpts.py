"""Texts with the words that matched marked: safe HTML out of plain text and spans of characters.

Called by the mention lists, the mention page and the query preview. Spans are (start, end) in characters.
"""

import re
from collections.abc import Iterable, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

Span = tuple[int, int]

EXCERPT_CHARS = 200  # two to three lines of a list
LEAD_SHARE = 3  # a third of an excerpt stands before the first match: enough to see how the sentence began
ELLIPSIS = "…"


def highlight(text: str, spans: Iterable[Span]) -> SafeString:
    """The whole text, escaped, with each span in <mark>. Spans may overlap, come in any order or reach too far."""
    pieces, done = [], 0
    for start, end in _merged(spans, len(text)):
        pieces += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    pieces.append(escape(text[done:]))
    return mark_safe("".join(pieces))


def excerpt(text: str, spans: Sequence[Span], width: int = EXCERPT_CHARS) -> SafeString:
    """About `width` characters around the first match, cut between words, white space made single spaces."""
    merged = _merged(spans, len(text))
    first = merged[0][0] if merged else 0
    start = _word_start(text, max(first - width // LEAD_SHARE, 0), first) if len(text) > width else 0
    end = _word_end(text, start, start + width)
    inside = [(max(a, start) - start, min(b, end) - start) for a, b in merged if b > start and a < end]
    body = re.sub(r"\s+", " ", highlight(text[start:end].rstrip(), inside)).strip()
    return mark_safe(f"{ELLIPSIS if start else ''}{body}{ELLIPSIS if end < len(text) else ''}")


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
