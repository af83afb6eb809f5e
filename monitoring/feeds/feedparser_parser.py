"""Parse any feed with feedparser: bytes in, a RawFeed or a ParseError out.

Called by parse.py for every feed that lxml_parser.py does not support. feedparser's sanitizing is off, because
content/clean.py does it, and only for new entries; it resolves links inside texts only if the feed has `xml:base`.
"""

import codecs
import io
import re
from typing import Any

import feedparser

from monitoring.content.scrub import scrub
from monitoring.feeds.dates import parse_date
from monitoring.feeds.entity_expansion import expanded_size
from monitoring.feeds.errors import ParseError
from monitoring.feeds.feedparser_internals import convert_to_utf8
from monitoring.feeds.links import is_permalink
from monitoring.feeds.raw_feed import RawEntry, RawFeed
from monitoring.feeds.truncation import is_last_entry_cut, is_truncated

# Real feeds have far fewer once their entries are limited; feedparser needs 1.4 s per 100,000 tags.
MAX_TAGS = 400_000
# Bytes that declared entities may add; expat allows a hundredfold growth, feedparser's loose parser any.
MAX_EXPANDED_BYTES = 1_000_000

_WIDE_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FEED_TAG = re.compile(rb"<(?:[\w.-]+:)?(?:rss|rdf|feed|channel|item|entry)[\s>/]", re.I)
_HTML_TAG = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.I)
_ENTRY_START = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s>/]", re.I)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,500}\?>", re.I)
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]+)|([0-9]+));?", re.I)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]+")
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml"})


def to_utf8(body: bytes, content_type: str) -> bytes:
    """Return the body in UTF-8, its XML declaration included, by feedparser's rules for encodings."""
    # Without a declaration feedparser reads these as UTF-8, as ASCII letters separated by NUL are valid UTF-8.
    for mark, encoding in _WIDE_BOMS:
        if body.startswith(mark):
            return _DECLARATION.sub("", body.decode(encoding, "replace"), count=1).encode()
    headers = {"content-type": content_type} if "charset" in content_type.lower() else {}
    try:
        data: bytes = convert_to_utf8(headers, body, {})
        data.decode()
    except Exception:  # feedparser fails with many types on hostile encoding names
        return _DECLARATION.sub("", body.decode("utf-8", "replace"), count=1).encode()
    return data


def read(data: bytes, max_entries: int) -> RawFeed | ParseError:
    """Parse the result of `to_utf8`, at most `max_entries` entries of it."""
    feed_tag, html_tag = _FEED_TAG.search(data), _HTML_TAG.search(data)
    if not feed_tag:
        return ParseError("html_page" if html_tag else "not_a_feed")
    if (size := expanded_size(data)) > MAX_EXPANDED_BYTES:
        return ParseError("xml_bomb", f"entities expand to {size} bytes")
    truncated = is_truncated(data)
    data = _clean_head(_limit_entries(data, max_entries))
    if (tags := data.count(b"<")) > MAX_TAGS:
        return ParseError("too_complex", f"{tags} tags")
    parsed = _parse(data)
    if isinstance(parsed, ParseError):
        return parsed
    if not parsed.entries and html_tag and html_tag.start() < feed_tag.start():
        return ParseError("html_page")
    if not parsed.entries and not parsed.version:
        return ParseError("not_a_feed")
    feed = _to_raw(parsed)
    feed.is_truncated = truncated
    if truncated and is_last_entry_cut(data):
        _drop_unidentified(feed.entries)
    return feed


def _drop_unidentified(entries: list[RawEntry]) -> None:
    """Drop the last entry, which the end of the data cuts, unless its id or link is whole.

    Without them it would be stored again at the next poll that reads all of it. Only its whole fields are read.
    """
    if entries and not (entries[-1].id or entries[-1].link):
        entries.pop()


def _limit_entries(data: bytes, max_entries: int) -> bytes:
    """Cut the feed after its first `max_entries` entries, so a feed with a hundred thousand entries costs little."""
    for count, match in enumerate(_ENTRY_START.finditer(data)):
        if count == max_entries:
            return data[: match.start()]
    return data


def _clean_head(data: bytes) -> bytes:
    """Remove two things before the first entry that feedparser cannot handle.

    Its doctype patterns take quadratic time on long white space before the root. And if a podcast has both
    <itunes:summary> and <description>, it drops the description of the first, newest episode.
    """
    root, entry = re.search(rb"<\w", data), _ENTRY_START.search(data)
    if not root:
        return data
    first = entry.start() if entry else root.start()
    prolog = re.sub(rb"\s{2,}", b"\n", data[: root.start()]).lstrip()
    return prolog + _without_itunes_summary(data[root.start() : first]) + data[max(first, root.start()) :]


def _without_itunes_summary(channel: bytes) -> bytes:
    start = channel.find(b"<itunes:summary")
    closing = channel.find(b">", start)
    if start < 0 or closing < 0:
        return channel
    if channel[closing - 1 : closing] == b"/":
        return channel[:start] + channel[closing + 1 :]
    _, found, rest = channel[closing:].partition(b"</itunes:summary>")
    return channel[:start] + rest if found else channel


def _parse(data: bytes) -> feedparser.FeedParserDict | ParseError:
    """Parse, once more without control characters and invalid references if it raises, else return an error."""
    resolve = b"xml:base" in data
    try:
        return _run_feedparser(data, resolve=resolve)
    except Exception:
        pass
    try:
        return _run_feedparser(_CONTROL.sub(b"", _REFERENCE.sub(_valid_reference, data)), resolve=False)
    except Exception as problem:
        return ParseError("unreadable", type(problem).__name__)


def _run_feedparser(data: bytes, *, resolve: bool) -> feedparser.FeedParserDict:
    # The header prevents a second guess of the encoding; a stream prevents that the bytes are read as a file name.
    headers = {"content-type": "application/xml; charset=utf-8"}
    return feedparser.parse(
        io.BytesIO(data), response_headers=headers, resolve_relative_uris=resolve, sanitize_html=False
    )


def _valid_reference(match: re.Match[bytes]) -> bytes:
    """Return a numeric reference if it stands for a valid character, else nothing."""
    digits = match[1] or match[2]
    number = int(digits, 16 if match[1] else 10) if len(digits) < 8 else 0
    is_character = 0 < number < 0xD800 or 0xDFFF < number < 0x110000
    return match[0] if is_character else b""


def _to_raw(parsed: feedparser.FeedParserDict) -> RawFeed:
    feed = parsed.feed
    links = _dicts(feed.get("links"))
    return RawFeed(
        title=_string(feed.get("title")),
        title_is_html=_is_html(feed.get("title_detail")),
        site_url=_string(feed.get("link")),
        language=_string(feed.get("language")),
        next_url=next((_string(link.get("href")) for link in links if link.get("rel") == "next"), ""),
        authors=_authors(feed) if parsed.version.startswith("atom") else [],
        entries=[_to_entry(entry) for entry in parsed.entries],
    )


def _to_entry(entry: feedparser.FeedParserDict) -> RawEntry:
    title = entry.get("title_detail")
    # feedparser's own reading of dates ignores zones that it does not know, and guesses at others.
    published, dc_date, created, updated = (
        parse_date(_string(dict.get(entry, key))) for key in ("published", "dc_date", "created", "updated")
    )
    guid_link = _string(entry.get("guid_link"))
    return RawEntry(
        id=_string(entry.get("id")),
        link=_string(entry.get("link")),
        guid_link=guid_link if is_permalink(guid_link) else "",
        original_link=_string(entry.get("feedburner_origlink")) or _string(entry.get("pheedo_origlink")),
        links=[(_string(link.get("rel")), _string(link.get("href"))) for link in _dicts(entry.get("links"))],
        title=_string(entry.get("title")),
        title_is_html=_is_html(title),
        bodies=_bodies(entry),
        authors=_authors(entry),
        published=published or dc_date or created or updated,
        updated=updated,
        language=_string(entry.get("language")) or _string(title.get("language") if isinstance(title, dict) else ""),
    )


def _authors(parent: feedparser.FeedParserDict) -> list[str]:
    return [_string(author.get("name")) or _string(author.get("email")) for author in _dicts(parent.get("authors"))]


def _bodies(entry: feedparser.FeedParserDict) -> list[tuple[str, bool]]:
    bodies = [(_string(content.get("value")), _is_html(content)) for content in _dicts(entry.get("content"))]
    summary = _string(dict.get(entry, "summary"))
    if all(summary != text for text, _ in bodies):
        detail = dict.get(entry, "summary_detail")
        bodies.append((summary, _is_html(detail) if detail else True))
    return bodies


# An element named like one of feedparser's own keys (<links>, <title_detail>) overwrites its value, so no value has a
# reliable type.


def _string(value: object) -> str:
    return scrub(value) if isinstance(value, str) else ""


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _is_html(detail: object) -> bool:
    return isinstance(detail, dict) and detail.get("type") in _HTML_TYPES
