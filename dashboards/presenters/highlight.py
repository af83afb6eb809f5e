"""Highlighted texts: plain text and the spans that match in, safe HTML with <mark> out.

Called by the mention rows and the query preview. Spans are (start, end) in characters.
"""

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from monitoring.content import excerpts
from monitoring.content.excerpts import EXCERPT_CHARS, Passage, Span


def highlight(text: str, spans: Iterable[Span]) -> SafeString:
    """Return the whole text, escaped, with each span marked. Spans may overlap, be unordered or exceed the text."""
    return _marked(excerpts.passages(text, spans))


def excerpt(text: str, spans: Iterable[Span], width: int = EXCERPT_CHARS) -> SafeString:
    """Return about `width` characters around the first match, cut between words, with single spaces."""
    return _marked(excerpts.excerpt(text, spans, width))


def _marked(passages: Iterable[Passage]) -> SafeString:
    return mark_safe("".join(f"<mark>{escape(one.text)}</mark>" if one.bold else escape(one.text) for one in passages))
