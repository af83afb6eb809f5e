"""A feed's bytes to the JSON Lines of the `parse_feed` command: one object an entry. Its
names and fields are a contract with people's scripts.
"""

import json

from monitoring.content.clean import clean
from monitoring.content.values import iso_utc
from monitoring.feeds.errors import ParseError
from monitoring.feeds.parse import parse
from monitoring.records import Item


def feed_lines(body: bytes, *, url: str = "") -> list[str] | ParseError:
    feed = parse(body, url=url)
    if isinstance(feed, ParseError):
        return feed
    return [item_line(clean(entry, feed.language)) for entry in feed.entries]


def item_line(item: Item) -> str:
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
