"""JSON Feed 1.0 and 1.1 to a RawFeed; comes from parse.py for bodies that begin like a JSON object.

Lenient as the specification asks: ids may be numbers, unknown or mistyped members are passed over.
"""

import json
from datetime import datetime

from monitoring.content.scrub import scrub
from monitoring.feeds.dates import UnusualDate, parse_usual
from monitoring.feeds.errors import ParseError
from monitoring.feeds.raw_feed import RawEntry, RawFeed


def read(body: bytes, max_entries: int) -> RawFeed | ParseError:
    try:
        # json.loads finds UTF-8, 16 or 32 by itself; the byte order mark it refuses.
        document = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as problem:
        return ParseError("not_a_feed", f"JSON: {type(problem).__name__}")
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return ParseError("not_a_feed", "JSON without items")
    return RawFeed(
        title=_text(document, "title"),
        site_url=_text(document, "home_page_url"),
        language=_text(document, "language"),
        next_url=_text(document, "next_url"),
        author=", ".join(_authors(document)),
        entries=[_entry(item) for item in items[:max_entries] if isinstance(item, dict)],
    )


def _entry(item: dict) -> RawEntry:
    html, text = _text(item, "content_html"), _text(item, "content_text")
    bodies = [(html, True)] if html else [(text or _text(item, "summary"), False)]
    links = [("related", _text(item, "external_url"))]
    return RawEntry(
        id=_text(item, "id"),
        link=_text(item, "url"),
        links=[link for link in links if link[1]],
        title=_text(item, "title"),
        bodies=bodies,
        authors=_authors(item),
        published=_date(_text(item, "date_published")) or _date(_text(item, "date_modified")),
        language=_text(item, "language"),
    )


def _authors(holder: dict) -> list[str]:
    """1.1 has a list; 1.0 had one object, which many still write."""
    people = holder.get("authors")
    people = people if isinstance(people, list) else [holder.get("author")]
    return [name for person in people if isinstance(person, dict) and (name := _text(person, "name"))]


def _date(text: str) -> datetime | None:
    try:
        return parse_usual(text)
    except UnusualDate:
        return None


def _text(holder: dict, key: str) -> str:
    value = holder.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return scrub(str(value)).strip()
