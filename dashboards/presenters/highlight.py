"""Texts with the words that matched marked: safe HTML out of plain text and spans of characters.

Called by the mention lists, the mention page and the query preview. Spans are (start, end) in characters.
"""

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from monitoring.content import excerpts
from monitoring.content.excerpts import EXCERPT_CHARS, Passage, Span


def highlight(text: str, spans: Iterable[Span]) -> SafeString:
    """The whole text, escaped, with each span in <mark>. Spans may overlap, come in any order or reach too far."""
    return _marked(excerpts.passages(text, spans))


def excerpt(text: str, spans: Iterable[Span], width: int = EXCERPT_CHARS) -> SafeString:
    """About `width` characters around the first match, cut between words, white space made single spaces."""
    return _marked(excerpts.excerpt(text, spans, width))


def _marked(pieces: Iterable[Passage]) -> SafeString:
    return mark_safe("".join(f"<mark>{escape(one.text)}</mark>" if one.bold else escape(one.text) for one in pieces))
