"""Decode character references where a feed does not say whether a text is HTML: in titles, most of all. Pure.

In: a text. Out: the text and whether it is HTML; if not, its references are decoded once. Called by the parsers of
feeds. Texts that are HTML for certain are decoded as HTML, by content/clean.py.
"""

import re
from html import unescape
from html.entities import html5

from monitoring.content.markup import BLOCKS, TRAPS, unwrap_cdata

_REFERENCE = re.compile(r"&(?:#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});?|([A-Za-z][A-Za-z0-9]{1,31})(;|(?![A-Za-z0-9=])))")
_TERMINATED = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_TAG = re.compile(r"</?([a-zA-Z][\w:-]*)")
_MARKUP = re.compile(r"</[a-zA-Z]|<br\s*/>|<img\s[^<>]*\bsrc\s*=", re.I)
_HTML_NAMES = (
    TRAPS
    | BLOCKS
    | frozenset(
        """a abbr acronym area b base bdi bdo big blockquote body br caption cite code col colgroup data dd del
        dfn div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hr html i img input ins kbd li link map
        mark meta ol output p param picture pre progress q rb rp rt rtc ruby s samp small source span strike
        strong sub sup table tbody td tfoot th thead time tr track tt u ul var wbr""".split()  # noqa: SIM905
    )
)


def guess_type(text: str) -> tuple[str, bool]:
    """Return a text that may be HTML, and whether it is; its references are decoded if it is not."""
    if "[CDATA[" in text:
        text = unwrap_cdata(text)
    return (text, True) if looks_like_html(text) else (decode_references(text), False)


def decode_encoded(text: str) -> str:
    """Return a plain text with its references decoded if one of them stands for a letter such as "é".

    Otherwise, the text is about HTML.
    """
    decoded = decode_references(text)
    return decoded if len(_NOT_ASCII.findall(decoded)) > len(_NOT_ASCII.findall(text)) else text


def looks_like_html(text: str) -> bool:
    """Return whether a text contains markup: all its tags are HTML, and one of them is closed or has no content."""
    if "<" not in text:
        return False
    names = _TAG.findall(text)
    if not names or any(name.lower() not in _HTML_NAMES for name in names):
        return False
    return bool(_MARKUP.search(text)) or bool(_TERMINATED.search(text))


def decode_references(text: str) -> str:
    """Return the text with each known reference decoded once; "&copy=1" of a URL is none, "&unknown;" stays."""
    return _REFERENCE.sub(_character_of, text) if "&" in text else text


def _character_of(reference: re.Match[str]) -> str:
    name = reference[1]
    if name is None:
        return unescape(reference[0])
    return html5.get(name + reference[2], reference[0])
