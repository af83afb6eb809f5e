"""The command `parse_feed` without its streams: the bytes of a feed in, one JSON object per entry out.

The field names are a public interface that scripts rely on.
"""

import json

from monitoring.content.clean import clean
from monitoring.content.values import iso_utc
from monitoring.feeds.errors import ParseError
from monitoring.feeds.parse import parse
from monitoring.records import Item


def feed_lines(body: bytes, *, url: str = "") -> list[str] | ParseError:
    """Return one line per entry. `url` is the URL of the feed, for relative links."""
    feed = parse(body, url=url)
    if isinstance(feed, ParseError):
        return feed
    return [item_line(clean(entry, feed.language)) for entry in feed.entries]


def item_line(item: Item) -> str:
    """Return an item as a JSON object; times are ISO 8601 in UTC."""
    row = {
        "id": item.native_id,
        "url": item.url,
        "title": item.title,
        "text": item.text,
        "author": item.author,
        "published": iso_utc(item.published) if item.published else None,
        "language": item.language or None,
    }
    return json.dumps(row, ensure_ascii=False)
