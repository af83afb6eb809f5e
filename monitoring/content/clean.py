"""Convert an Entry of a feed or platform to an Item of plain text, and its texts to safe HTML. Pure.

Called by ingest/store.py: `clean` for new entries, `safe_html` only for those that a keyword matches. Most entries
match nothing, and sanitizing all of them took longer than parsing the feeds (docs/benchmarks.md).
"""

import math
import re
from contextlib import suppress
from html import escape, unescape
from typing import Any, NamedTuple

import nh3

from monitoring.content.containment import is_contained
from monitoring.content.markup import (
    BLOCKS,
    DROPPED,
    TRAPS,
    is_too_complex,
    shorten,
    unwrap_cdata,
    with_common_elements,
    without_traps,
)
from monitoring.query import MAX_STARS
from monitoring.records import Entry, Item

# Characters of plain text that are stored; ten times the longest article.
MAX_TEXT = 200_000
MAX_TITLE = 1_000
KIND_LENGTH, COUNTRY_LENGTH = 10, 2

# Text and its structure, nothing that loads or runs. Images are excluded: each view of a mention would disclose the
# reader to the publisher, and the content security policy blocks them anyway.
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl", "dt", "em",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p",
    "pre", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "u", "ul", "var",
}  # fmt: skip
_OPTIONS: dict[str, Any] = {
    "tags": _TAGS,
    "clean_content_tags": set(DROPPED),
    "attributes": {"a": {"href"}, "abbr": {"title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    "url_schemes": {"http", "https", "mailto"},
    "link_rel": "noopener nofollow",
}
# Built once: creating a cleaner takes longer than cleaning a short entry.
_CLEANER = nh3.Cleaner(**_OPTIONS, url_relative="deny")

# Elements that an HTML parser restructures (text in a table), treats specially, or keeps line breaks in.
_RESTRUCTURED = {
    "table", "caption", "colgroup", "col", "tbody", "thead", "tfoot", "tr", "td", "th", "pre", "frameset", "body",
    "html", "image", "isindex",
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

# Simple HTML, whose text can be extracted without repairing it: quotes only after "=", and no element from TRAPS or
# _RESTRUCTURED.
_SIMPLE_TAG = re.compile(r"</?[a-z](?:[^<>\"'=]|=\s*\"[^\"]*\"|=\s*'[^']*'|=(?!\s*[\"']))*>", re.I)
_SIMPLE_BLOCK = re.compile(
    r"</?(?:blockquote|br|dd|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|ul|"
    rf"{'|'.join(sorted(BLOCKS))})(?=[\s/>])",
    re.I,
)
_TRAP = re.compile(rf"<(?:[!?]|/?(?:{'|'.join(sorted(TRAPS))})(?=[\s/>]))", re.I)
_NOT_SIMPLE = re.compile(rf"<(?:[!?]|/?(?:{'|'.join(sorted(TRAPS | _RESTRUCTURED))})(?=[\s/>]))", re.I)
_ANY_TAG = re.compile(r"<[^<>]*>")


class _Text(NamedTuple):
    """One text of an entry: as it is, and as plain text."""

    source: str
    is_html: bool
    plain: str
    is_cut: bool = False


def clean(entry: Entry, feed_language: str = "") -> Item:
    """Return the entry as plain text; `text` has one line per block element, and a blank line between its texts."""
    title = plain_title(entry.title, is_html=entry.title_is_html)
    texts = _texts(entry, title)
    text = "\n\n".join(each.plain for each in texts if each.plain)
    return Item(
        native_id=entry.native_id,
        url=entry.url,
        title=title,
        text=text[:MAX_TEXT],
        is_truncated=len(text) > MAX_TEXT or any(each.is_cut for each in texts),
        author=entry.author,
        author_url=entry.author_url,
        followers=entry.followers,
        published=entry.published,
        language=entry.language or feed_language,
        engagement=entry.engagement,
        kind=entry.kind[:KIND_LENGTH],
        author_handle=entry.author_handle,
        likes=entry.likes,
        replies=entry.replies,
        shares=entry.shares,
        views=entry.views,
        reply_to=entry.reply_to,
        thread=entry.thread,
        rating=valid_rating(entry.rating),
        country=entry.country[:COUNTRY_LENGTH],
    )


def valid_rating(rating: float | None) -> float | None:
    """Return a rating of up to 5 stars, None for any other number: some platforms send 0 where nobody has rated."""
    return rating if rating is not None and math.isfinite(rating) and 0 < rating <= MAX_STARS else None


def safe_html(entry: Entry) -> str:
    """Return the sanitized body, and what the other texts add as paragraphs.

    "" if the body is plain text, or too complex, or longer than MAX_HTML when repaired.
    """
    first, *others = _texts(entry, plain_title(entry.title, is_html=entry.title_is_html)) or [_Text("", False, "")]
    if not first.is_html:
        return ""
    lines = [line for text in others for line in text.plain.split("\n")]
    html = sanitize(first.source, entry.url)
    added = "".join(f"\n<p>{escape(line, quote=False)}</p>" for line in lines)
    return html + added if html and len(html) + len(added) <= MAX_HTML else ""


def _texts(entry: Entry, title: str) -> list[_Text]:
    """Return the texts of an entry that add something to its title and to those before them; the body always does."""
    texts: list[_Text] = []
    for source, is_html in dict.fromkeys([(entry.body, entry.body_is_html), *entry.other_texts]):
        text = _read(source, is_html=is_html)
        if not text.plain and not text.is_cut:
            continue
        if texts and is_contained(text.plain, [title, *(each.plain for each in texts)]):
            continue
        texts.append(text)
    return texts


def _read(source: str, *, is_html: bool) -> _Text:
    if is_html:
        html, is_cut = shorten(source)
        return _Text(source, True, _text_of(html), is_cut)
    return _Text(source, False, _collapse(unwrap_cdata(source) if "[CDATA[" in source else source))


def html_text(html: str) -> str:
    """Return the text of any HTML: the same as `plain_text(sanitize(html))`, but faster for simple markup."""
    return _text_of(shorten(html)[0])


def _text_of(html: str) -> str:
    if "[CDATA[" in html:
        html = unwrap_cdata(html)
    if "<" in html:
        if is_too_complex(html):
            return _collapse(unescape(_ANY_TAG.sub(" ", without_traps(html))))
        if _NOT_SIMPLE.search(html):
            html = without_traps(html)
            if _NOT_SIMPLE.search(html):
                return plain_text(_sanitized(html))
        text = _SIMPLE_TAG.sub(_separator_of, html.replace("\n", " "))
        if "<" in text:
            return plain_text(_sanitized(without_traps(html)))
        html = text
    return _collapse(unescape(html))


def _separator_of(tag: re.Match[str]) -> str:
    return "\n" if _SIMPLE_BLOCK.match(tag[0]) else ""


def sanitize(html: str, base_url: str = "") -> str:
    """Return safe HTML with absolute links; links that stay relative lose their href. "" if it is too complex."""
    html = unwrap_cdata(shorten(html)[0])
    if "<" not in html and "&" not in html:
        return html
    # A quote without an end is a trap, too.
    if _TRAP.search(html) or html.count('"') % 2:
        html = without_traps(html)
    return "" if is_too_complex(html) else _sanitized(html, base_url)


def _sanitized(html: str, base_url: str = "") -> str:
    """Return the output of the sanitizer for HTML without traps."""
    html = with_common_elements(html)
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


def plain_title(title: str, *, is_html: bool) -> str:
    """Return a title on one line, at most MAX_TITLE characters."""
    if "[CDATA[" in title:
        title = unwrap_cdata(title)
    if is_html:
        title = html_text(title) if "<" in title else unescape(title)
    return " ".join(title.split())[:MAX_TITLE]


def _collapse(text: str) -> str:
    return "\n".join(filter(None, map(_collapsed_line, text.split("\n"))))


def _collapsed_line(line: str) -> str:
    # White space other than spaces isn't printable. Splitting and joining takes four times as long.
    return line.strip(" ") if "  " not in line and line.isprintable() else " ".join(line.split())
