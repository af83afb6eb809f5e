"""Convert an Entry of a feed or platform to an Item of plain text, and its body to safe HTML. Pure.

Called by ingest/store.py: `clean` for new entries, `safe_html` only for those that a keyword matches. Most entries
match nothing, and sanitizing all of them took longer than parsing the feeds (docs/benchmarks.md).
"""

import re
from contextlib import suppress
from html import unescape
from typing import Any

import nh3

from monitoring.records import Entry, Item

# Text and its structure, nothing that loads or runs. Images are excluded: each view of a mention would disclose the
# reader to the publisher, and the content security policy blocks them anyway.
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl", "dt", "em",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p",
    "pre", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "u", "ul", "var",
}  # fmt: skip
# Elements whose content is no text of the entry.
_DROPPED = {
    "script", "style", "iframe", "noscript", "object", "embed", "template", "svg", "math", "form", "select",
    "textarea", "button", "title", "audio", "video", "canvas", "head",
}  # fmt: skip
_OPTIONS: dict[str, Any] = {
    "tags": _TAGS,
    "clean_content_tags": _DROPPED,
    "attributes": {"a": {"href"}, "abbr": {"title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    "url_schemes": {"http", "https", "mailto"},
    "link_rel": "noopener nofollow",
}
# Built once: creating a cleaner takes longer than cleaning a short entry.
_CLEANER = nh3.Cleaner(**_OPTIONS, url_relative="deny")

# Elements that an HTML parser restructures (text in a table), treats specially, or keeps line breaks in.
_RESTRUCTURED = {
    "table", "caption", "colgroup", "col", "tbody", "thead", "tfoot", "tr", "td", "th", "pre", "frameset", "body",
    "html", "xmp", "plaintext", "listing", "noembed", "noframes", "option", "optgroup", "image", "isindex",
}  # fmt: skip

# Characters. Repaired markup can be ten times longer (unclosed tags); then only the plain text is stored.
MAX_HTML = 400_000

_RELATIVE_LINK = re.compile(r"<a\b[^<>]{0,500}?\shref\s*=\s*[\"']?(?!\s*[a-z][a-z0-9+.-]*:)", re.I)
_BLOCK = re.compile(
    r"</?(?:blockquote|br|caption|dd|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre|table|tr|ul)(?=[\s>])"
    r"(?:[^>\"]|\"[^\"]*\")*>"
)
_CELL = re.compile(r"</t[dh]>")
# nh3 writes every attribute in double quotes.
_TAG = re.compile(r"<(?:[^>\"]|\"[^\"]*\")*>")

# Simple HTML, whose text can be extracted without repairing it: quotes only after "=", and no element from _DROPPED or
# _RESTRUCTURED.
_SIMPLE_TAG = re.compile(r"</?[a-z](?:[^<>\"'=]|=\s*\"[^\"]*\"|=\s*'[^']*'|=(?!\s*[\"']))*>", re.I)
_SIMPLE_BLOCK = re.compile(r"</?(?:blockquote|br|dd|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|ul)(?=[\s/>])", re.I)
_NOT_SIMPLE = re.compile(rf"<(?:[!?]|/?(?:{'|'.join(sorted(_DROPPED | _RESTRUCTURED))})(?=[\s/>]))", re.I)


def clean(entry: Entry, feed_language: str = "") -> Item:
    """Return the entry as plain text; `text` has one line per block element."""
    return Item(
        native_id=entry.native_id,
        url=entry.url,
        title=_plain_title(entry),
        text=html_text(entry.body) if entry.body_is_html else _collapse(entry.body),
        author=entry.author,
        author_url=entry.author_url,
        followers=entry.followers,
        published=entry.published,
        language=entry.language or feed_language,
        engagement=entry.engagement,
    )


def safe_html(entry: Entry) -> str:
    """Return the sanitized body; "" for plain text, and for markup that exceeds MAX_HTML when repaired."""
    html = sanitize(entry.body, entry.url) if entry.body_is_html else ""
    return html if len(html) <= MAX_HTML else ""


def html_text(html: str) -> str:
    """Return the text of any HTML: the same as `plain_text(sanitize(html))`, but faster for simple markup."""
    if "<" in html:
        if _NOT_SIMPLE.search(html):
            return plain_text(sanitize(html))
        text = _SIMPLE_TAG.sub(_separator_of, html.replace("\n", " "))
        if "<" in text:
            return plain_text(sanitize(html))
        html = text
    return _collapse(unescape(html))


def _separator_of(tag: re.Match[str]) -> str:
    return "\n" if _SIMPLE_BLOCK.match(tag[0]) else ""


def sanitize(html: str, base_url: str = "") -> str:
    """Return safe HTML with absolute links; links that stay relative lose their href."""
    if "<" not in html and "&" not in html:
        return html
    if base_url and _RELATIVE_LINK.search(html):
        with suppress(ValueError):  # nh3 rejects some URLs that urllib accepts
            return nh3.Cleaner(**_OPTIONS, url_relative=("rewrite_with_base", base_url)).clean(html).strip()
    return _CLEANER.clean(html).strip()


def plain_text(html: str) -> str:
    """Return the text of the output of `sanitize`, with entities decoded once."""
    if "<" in html:
        # Line breaks in HTML are spaces; those of the text come from block elements.
        html = html.replace("\n", " ") if "<pre" not in html else html
        html = _TAG.sub("", _CELL.sub(" ", _BLOCK.sub("\n", html)))
    return _collapse(unescape(html))


def _plain_title(entry: Entry) -> str:
    title = entry.title
    if entry.title_is_html:
        title = plain_text(sanitize(title)) if "<" in title else unescape(title)
    return " ".join(title.split())


def _collapse(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(filter(None, lines))
