"""Feed bytes to a ParsedFeed, or to a ParseError; never an exception, whatever the bytes.

Comes from ingest.py after the fetch (and from the `parse_feed` command). strict.py reads the common clean feed,
reference.py (feedparser) every other, json_feed.py JSON Feed; finish.py makes one result of all three.
"""

from monitoring.feeds import feedparser_parser, json_feed, lxml_parser
from monitoring.feeds.errors import ParseError
from monitoring.feeds.normalize import finish
from monitoring.feeds.polling_hints import Hints, read_hints
from monitoring.feeds.raw_feed import RawFeed
from monitoring.records import ParsedFeed

__all__ = ["MAX_ENTRIES", "ParseError", "parse"]

# Archives and podcasts reach two or three thousand; what is beyond is never new.
MAX_ENTRIES = 5_000

_COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ")


def parse(body: bytes, *, content_type: str = "", url: str = "") -> ParsedFeed | ParseError:
    """`url` is where the body came from after redirects, for relative links; `content_type` the HTTP header."""
    if b"\x00" not in body[:4]:
        body = body.lstrip()
    if not body.strip(b"\x00 \t\r\n"):
        return ParseError("empty")
    if body.startswith(_COMPRESSED):
        return ParseError("not_a_feed", "compressed")
    if body[:8].lstrip(b"\xef\xbb\xbf\xff\xfe\x00").startswith(b"{"):
        raw = json_feed.read(body, MAX_ENTRIES)
        if isinstance(raw, RawFeed):
            return finish(raw, url, Hints())
    if (raw := lxml_parser.read(body)) is not None:
        del raw.entries[MAX_ENTRIES:]
        return finish(raw, url, read_hints(body))
    data = feedparser_parser.to_utf8(body, content_type)
    raw = feedparser_parser.read(data, MAX_ENTRIES)
    return raw if isinstance(raw, ParseError) else finish(raw, url, read_hints(data))
