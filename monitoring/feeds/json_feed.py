"""Parse JSON Feed 1.0 and 1.1 into a RawFeed; called by parse.py for bodies that start like a JSON object.

Lenient as the specification requires: ids may be numbers, unknown or mistyped members are ignored. Of a document that
ends too early, the whole items are read.
"""

import json
import re
from contextlib import suppress
from typing import Any

from monitoring.content.references import decode_encoded, decode_references, guess_type
from monitoring.content.scrub import scrub
from monitoring.feeds.dates import parse_date
from monitoring.feeds.encoding import decode_utf8
from monitoring.feeds.errors import ParseError
from monitoring.feeds.links import is_permalink
from monitoring.feeds.raw_feed import RawEntry, RawFeed

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_SEPARATOR = re.compile(r"[\s,]*")


def read(body: bytes, max_entries: int) -> RawFeed | ParseError:
    """Parse a feed, at most `max_entries` entries of it."""
    try:
        document, is_truncated = _decode(body)
    except (ValueError, RecursionError) as problem:
        return ParseError("not_a_feed", f"JSON: {type(problem).__name__}")
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return ParseError("not_a_feed", "JSON without items")
    return RawFeed(
        title=decode_references(_text(document, "title")),
        site_url=_text(document, "home_page_url"),
        language=_text(document, "language"),
        self_url=_text(document, "feed_url"),
        next_url=_text(document, "next_url"),
        authors=_authors(document),
        entries=[_entry(item) for item in items[:max_entries] if isinstance(item, dict)],
        is_truncated=is_truncated,
    )


def _decode(body: bytes) -> tuple[Any, bool]:
    """Return the document, and whether it is only the part before an error. Raise ValueError or RecursionError."""
    # json.loads detects UTF-8, 16 and 32, but rejects a byte order mark, invalid bytes and line breaks in strings.
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return json.loads(body), False
    except ValueError:
        encoding = json.detect_encoding(body)
        text = decode_utf8(body) if encoding == "utf-8" else body.decode(encoding, "replace")
    with suppress(ValueError):
        return json.loads(text, strict=False), False
    if (start := _ITEMS.search(text)) is None:
        raise ValueError
    head = json.loads(text[: start.end()] + "]}", strict=False)
    if not (items := _whole_items(text, start.end())):
        raise ValueError
    return {**head, "items": items}, True


def _whole_items(text: str, start: int) -> list[Any]:
    """Return the values of an array from `start` up to the first that cannot be read."""
    items: list[Any] = []
    decoder = json.JSONDecoder(strict=False)
    while True:
        position = _SEPARATOR.match(text, start).end()  # type: ignore[union-attr]  # it matches anything
        try:
            item, start = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return items
        items.append(item)


def _entry(item: dict[str, Any]) -> RawEntry:
    html, text = _text(item, "content_html"), _text(item, "content_text")
    title, title_is_html = guess_type(_text(item, "title"))
    id_, external_url = _text(item, "id"), _text(item, "external_url")
    updated = parse_date(_text(item, "date_modified"))
    return RawEntry(
        id=id_,
        link=_text(item, "url"),
        guid_link=id_ if is_permalink(id_) and not external_url else "",
        links=[("related", external_url)] if external_url else [],
        title=title,
        title_is_html=title_is_html,
        bodies=[(html, True), (decode_encoded(text), False), (decode_encoded(_text(item, "summary")), False)],
        authors=_authors(item),
        published=parse_date(_text(item, "date_published")) or updated,
        updated=updated,
        language=_text(item, "language"),
    )


def _authors(parent: dict[str, Any]) -> list[str]:
    """Return the names of all authors: a list in 1.1, one object in 1.0 and in many feeds that claim 1.1."""
    authors = parent.get("authors")
    authors = authors if isinstance(authors, list) else [parent.get("author")]
    return [name for author in authors if isinstance(author, dict) and (name := _text(author, "name"))]


def _text(parent: dict[str, Any], key: str) -> str:
    value = parent.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return scrub(str(value)).strip()
