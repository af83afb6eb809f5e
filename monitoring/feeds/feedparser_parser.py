"""Parse any feed with feedparser: bytes in, a RawFeed or a ParseError out.

Called by parse.py for every feed that lxml_parser.py does not support. feedparser's sanitizing is off, because
content/clean.py does it, and only for new entries; it resolves links inside texts only if the feed has `xml:base`.
"""

import io
import re
from operator import attrgetter
from typing import Any

import feedparser

from monitoring.content.limits import IN_CHILD, MarkupLimits
from monitoring.content.references import guess_type
from monitoring.content.scrub import scrub
from monitoring.feeds.dates import parse_date
from monitoring.feeds.entity_expansion import expanded_size
from monitoring.feeds.errors import ParseError
from monitoring.feeds.feedparser_internals import TEXTS, EntryText
from monitoring.feeds.links import is_permalink
from monitoring.feeds.raw_feed import RawEntry, RawFeed
from monitoring.feeds.sign_in import is_sign_in_page
from monitoring.feeds.text_repair import repair_encoding
from monitoring.feeds.truncation import is_last_entry_cut, is_truncated

# Bytes that declared entities may add; expat allows a hundredfold growth, feedparser's loose parser any.
MAX_EXPANDED_BYTES = 1_000_000

_FEED_TAG = re.compile(rb"<(?:[\w.-]+:)?(?:rss|rdf|feed|channel|item|entry)[\s>/]", re.I)
_HTML_TAG = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.I)
_ENTRY_START = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s>/]", re.I)
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml"})
_OWN_TEXTS = frozenset({"description", "summary", "content", "subtitle", "info", "abstract"})
_MEDIA_TEXTS = frozenset({"media_description", "media_text"})


def _page_code(page: bytes) -> str:
    return "sign_in_page" if is_sign_in_page(page) else "html_page"


def read(data: bytes, max_entries: int, limits: MarkupLimits = IN_CHILD.feedparser) -> RawFeed | ParseError:
    """Parse a feed in UTF-8, at most `max_entries` entries of it, unless these exceed the `limits`."""
    feed_tag, html_tag = _FEED_TAG.search(data), _HTML_TAG.search(data)
    if not feed_tag:
        return ParseError(_page_code(data) if html_tag else "not_a_feed")
    if (size := expanded_size(data)) > MAX_EXPANDED_BYTES:
        return ParseError("xml_bomb", f"entities expand to {size} bytes")
    truncated = is_truncated(data)
    data = _clean_head(_limit_entries(data, max_entries))
    if excess := limits.excess(data):
        return ParseError("too_complex", excess)
    parsed = _parse(data)
    if isinstance(parsed, ParseError):
        return parsed
    if not parsed.entries and html_tag and html_tag.start() < feed_tag.start():
        return ParseError(_page_code(data))
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
    """Shorten white space before the root: feedparser's doctype patterns take quadratic time on it."""
    root = re.search(rb"<\w", data)
    if not root:
        return data
    return re.sub(rb"\s{2,}", b"\n", data[: root.start()]).lstrip() + data[root.start() :]


def _parse(data: bytes) -> feedparser.FeedParserDict | ParseError:
    """Parse, or return an error for the many exceptions that feedparser raises on hostile feeds."""
    try:
        return _run_feedparser(data, resolve=b"xml:base" in data)
    except MemoryError:  # the limit of the child process that parses large feeds (monitoring/parsing/)
        raise
    except Exception:
        pass
    try:
        return _run_feedparser(data, resolve=False)
    except MemoryError:
        raise
    except Exception as problem:
        return ParseError("unreadable", type(problem).__name__)


def _run_feedparser(data: bytes, *, resolve: bool) -> feedparser.FeedParserDict:
    # The header prevents a second guess of the encoding; a stream prevents that the bytes are read as a file name.
    headers = {"content-type": "application/xml; charset=utf-8"}
    return feedparser.parse(
        io.BytesIO(data), response_headers=headers, resolve_relative_uris=resolve, sanitize_html=False
    )


def _to_raw(parsed: feedparser.FeedParserDict) -> RawFeed:
    feed = parsed.feed
    links = _dicts(feed.get("links"))
    is_atom = parsed.version.startswith("atom")
    detail = feed.get("title_detail")
    title, title_is_html = _read_text(
        _string(feed.get("title")), detail.get("type") if isinstance(detail, dict) else "", is_atom=is_atom
    )
    return RawFeed(
        title=title,
        title_is_html=title_is_html,
        site_url=_string(feed.get("link")),
        language=_string(feed.get("language")),
        self_url=_link_of(links, "self"),
        next_url=_link_of(links, "next"),
        authors=_authors(feed) if is_atom else [],
        entries=[_to_entry(entry, is_atom=is_atom) for entry in parsed.entries],
    )


def _link_of(links: list[dict[str, Any]], rel: str) -> str:
    return next((_string(link.get("href")) for link in links if link.get("rel") == rel), "")


def _to_entry(entry: feedparser.FeedParserDict, *, is_atom: bool) -> RawEntry:
    # feedparser's own reading of dates ignores zones that it does not know, and guesses at others.
    published, dc_date, created, updated = (
        parse_date(_string(dict.get(entry, key))) for key in ("published", "dc_date", "created", "updated")
    )
    guid_link = _string(entry.get("guid_link"))
    texts: list[EntryText] = dict.get(entry, TEXTS, [])
    title = _title_of(texts)
    title_text, title_is_html = _read_text(_string(title.text), title.type, is_atom=is_atom)
    read = [(each.name, _read_text(_string(each.text), each.type, is_atom=is_atom)) for each in texts]
    return RawEntry(
        id=_string(entry.get("id")),
        link=_string(entry.get("link")),
        guid_link=guid_link if is_permalink(guid_link) else "",
        original_link=_string(entry.get("feedburner_origlink")) or _string(entry.get("pheedo_origlink")),
        links=[(_string(link.get("rel")), _string(link.get("href"))) for link in _dicts(entry.get("links"))],
        title=title_text,
        title_is_html=title_is_html,
        bodies=[text for name, text in read if name in _OWN_TEXTS],
        media_texts=[text for name, text in read if name in _MEDIA_TEXTS],
        authors=_authors(entry),
        published=published or dc_date or created or updated,
        updated=updated,
        language=_string(entry.get("language")) or next((each.language for each in (title, *texts) if each.text), ""),
    )


def _authors(parent: feedparser.FeedParserDict) -> list[str]:
    return [_string(author.get("name")) or _string(author.get("email")) for author in _dicts(parent.get("authors"))]


def _title_of(texts: list[EntryText]) -> EntryText:
    """Return the title of an entry, else that of its picture or video."""
    for name in ("title", "media_title"):
        titles = [each for each in texts if each.name == name and each.text.strip()]
        if titles:
            return min(titles, key=attrgetter("depth"))
    return EntryText("title", "", "", "", 0)


def _read_text(text: str, type_: object, *, is_atom: bool) -> tuple[str, bool]:
    """Return a text and whether it is HTML, which RSS leaves open."""
    if type_ in _HTML_TYPES:
        return text, True
    return (text, False) if is_atom else guess_type(text)


# An element named like one of feedparser's own keys (<links>, <title_detail>) overwrites its value, so no value has a
# reliable type.


def _string(value: object) -> str:
    return repair_encoding(scrub(value)) if isinstance(value, str) else ""


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
