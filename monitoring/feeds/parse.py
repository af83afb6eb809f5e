"""Parse the bytes of a feed into a ParsedFeed or a ParseError; no bytes raise an exception.

Called by parsing/ for feeds from outside, and by the command `parse_feed`. lxml_parser.py parses regular feeds, also
those that encoding.py and xml_repair.py make regular, feedparser_parser.py all others, and json_feed.py JSON Feed;
normalize.py completes their results.
"""

from monitoring.content.limits import IN_CHILD, ParserLimits
from monitoring.feeds import feedparser_parser, json_feed, lxml_parser
from monitoring.feeds.encoding import to_utf8
from monitoring.feeds.errors import ParseError
from monitoring.feeds.normalize import normalize_feed
from monitoring.feeds.polling_hints import PollingHints, read_hints
from monitoring.feeds.raw_feed import RawFeed
from monitoring.feeds.xml_repair import repair_xml
from monitoring.records import ParsedFeed

__all__ = ["MAX_ENTRIES", "ParseError", "parse"]

# Archives and podcasts have two or three thousand; entries beyond the limit are old.
MAX_ENTRIES = 5_000

_COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ")


def parse(
    body: bytes, *, content_type: str = "", url: str = "", limits: ParserLimits = IN_CHILD
) -> ParsedFeed | ParseError:
    """Parse a feed. `url` is the URL after redirects, for relative links; `content_type` is the HTTP header.

    A body that exceeds the `limits` of the parser that it needs is the error "too_complex".
    """
    if b"\x00" not in body[:4]:
        body = body.lstrip()
    if not body.strip(b"\x00 \t\r\n"):
        return ParseError("empty")
    if body.startswith(_COMPRESSED):
        return ParseError("not_a_feed", "compressed")
    if body[:8].lstrip(b"\xef\xbb\xbf\xff\xfe\x00").startswith(b"{"):
        if excess := limits.json.excess(body):
            return ParseError("too_complex", excess)
        raw = json_feed.read(body, MAX_ENTRIES)
        if isinstance(raw, RawFeed):
            return normalize_feed(raw, url, PollingHints())
    if excess := limits.lxml.excess(body):
        return ParseError("too_complex", excess)
    if (strict := lxml_parser.read(body)) is not None:
        del strict.entries[MAX_ENTRIES:]
        return normalize_feed(strict, url, read_hints(body))
    data = repair_xml(to_utf8(body, content_type))
    if excess := limits.lxml.excess(data):
        return ParseError("too_complex", excess)
    repaired = lxml_parser.read(data) if data != body else None
    raw = repaired or feedparser_parser.read(data, MAX_ENTRIES, limits.feedparser)
    if isinstance(raw, ParseError):
        return raw
    del raw.entries[MAX_ENTRIES:]
    return normalize_feed(raw, url, read_hints(data))
