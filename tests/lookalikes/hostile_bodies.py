"""Servers with odd compression, odd encodings, and feeds made to exhaust their reader (hostile.py)."""

import gzip
import json
import zlib

from tests.lookalikes.feeds import deflate_bomb, gzip_bomb
from tests.lookalikes.hostile import FEED, ITEM, Behavior, behavior, feed_response, head, sends

_MEGABYTE = 1024 * 1024
_GZIP = gzip.compress(FEED, mtime=0)
_BOMB = gzip_bomb(30 * _MEGABYTE)


def _encoded(name: str, encoding: str, body: bytes, *codes: str) -> Behavior:
    return sends(name, feed_response(f"Content-Encoding: {encoding}", body=body), *codes)


def _nested(times: int) -> bytes:
    body = FEED
    for _ in range(times):
        body = gzip.compress(body, mtime=0)
    return body


ENCODINGS = [
    _encoded("gzip", "gzip", _GZIP, ""),
    _encoded("gzip that is none", "gzip", FEED, "decode"),
    _encoded("gzip cut short", "gzip", _GZIP[:-9], ""),
    _encoded("gzip with a wrong sum", "gzip", _GZIP[:-8] + b"\x00" * 8, "decode"),
    _encoded("gzip with one wrong byte", "gzip", _GZIP[:60] + b"\xff" + _GZIP[61:], "decode"),
    _encoded("gzip and junk after it", "gzip", _GZIP + b"junk" * 99, ""),
    _encoded("gzip of nothing", "gzip", b"", "empty"),
    _encoded("gzip header alone", "gzip", _GZIP[:10], "empty"),
    _encoded("gzip of empty members", "gzip", gzip.compress(b"", mtime=0) * 50_000, "empty", "too_large"),
    _encoded("gzip in gzip, undeclared", "gzip", _nested(2), "not_a_feed"),
    _encoded("gzip five times", ", ".join(["gzip"] * 5), _nested(5), ""),
    _encoded("gzip nine times", ", ".join(["gzip"] * 9), _nested(9), "decode"),
    _encoded("4,000 encodings", ", ".join(["gzip"] * 4_000), _GZIP, "decode"),
    _encoded("gzip bomb", "gzip", _BOMB, "too_large"),
    _encoded("gzip bomb in gzip", "gzip, gzip", gzip.compress(_BOMB, mtime=0), "too_large"),
    _encoded("deflate bomb", "deflate", deflate_bomb(30 * _MEGABYTE), "too_large"),
    _encoded("deflate without header", "deflate", zlib.compress(FEED, wbits=-15), ""),
    _encoded("deflate that is none", "deflate", b"\xff" * 500, "decode"),
    _encoded("deflate cut short", "deflate", zlib.compress(FEED)[:-5], ""),
    _encoded("brotli, not asked for", "br", b"\x0b\x02\x80<rss/>\x03", "decode"),
    _encoded("zstd, not asked for", "zstd", b"\x28\xb5\x2f\xfd\x00\x00", "decode"),
    _encoded("compress, not asked for", "x-compress", b"\x1f\x9d\x90", "decode"),
    _encoded("an unknown encoding", "rot13", FEED, ""),
    _encoded("an encoding of NUL", "\x00", FEED, ""),
    _encoded("an empty encoding", "", FEED, ""),
    _encoded("identity", "identity", FEED, ""),
    sends("gzip without its header", feed_response(body=_GZIP), "not_a_feed"),
    sends("gzip in chunks of one byte", head("Content-Encoding: gzip", "Transfer-Encoding: chunked")
          + b"".join(b"1\r\n%c\r\n" % byte for byte in _GZIP) + b"0\r\n\r\n", ""),
    behavior("endless gzip", "too_large")(
        lambda peer: (peer.send(head("Content-Encoding: gzip")), peer.flood(_BOMB))
    ),
    behavior("endless body", "too_large")(lambda peer: (peer.send(head()), peer.send(FEED), peer.flood(b" feed"))),
    sends("a body of 50 MB, announced", head("Content-Length: 52428800"), "too_large"),
]  # fmt: skip


def _typed(name: str, content_type: str | bytes, body: bytes, *codes: str) -> Behavior:
    kind = content_type if isinstance(content_type, bytes) else content_type.encode()
    return sends(name, head(b"Content-Type: " + kind, f"Content-Length: {len(body)}") + body, *codes)


_DECLARED = b"<?xml version='1.0' encoding='%s'?>" + FEED.partition(b"?>")[2]

CHARSETS = [
    _typed("charset utf-16 for UTF-8", "text/xml; charset=utf-16", FEED, ""),
    _typed("charset that does not exist", "text/xml; charset=klingon", FEED, ""),
    _typed("charset of 5 kB", "text/xml; charset=" + "x" * 5000, FEED, ""),
    _typed("charset that is a codec of bytes", "text/xml; charset=zlib", FEED, ""),
    _typed("charset of NUL", b"text/xml; charset=\x00", FEED, ""),
    _typed("declared as UTF-7", "text/xml", _DECLARED % b"utf-7", ""),
    _typed("declared as UTF-32", "text/xml", _DECLARED % b"utf-32", ""),
    _typed("declared as idna", "text/xml", _DECLARED % b"idna", ""),
    _typed(
        "UTF-16 with the mark of the other order",
        "text/xml",
        b"\xfe\xff" + FEED.decode().encode("utf-16-le"),
        "not_a_feed",
    ),
    _typed("UTF-8 mark before UTF-16", "text/xml", b"\xef\xbb\xbf" + FEED.decode().encode("utf-16"), "", "not_a_feed"),
    _typed("NUL bytes in the feed", "text/xml", FEED.replace(b"Lumen", b"Lu\x00men"), ""),
    _typed("invalid UTF-8", "text/xml", FEED.replace(b"Lumen", b"Lu\xff\xfe\x80men"), ""),
    _typed("a picture as a feed", "application/rss+xml", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "not_a_feed"),
    _typed("a zip archive as a feed", "application/rss+xml", b"PK\x03\x04" + bytes(range(256)) * 40, "not_a_feed"),
    _typed(
        "a web page as a feed", "application/rss+xml", b"<!doctype html><html><body>Hello</body></html>", "html_page"
    ),
    _typed("a feed as a picture", "image/png", FEED, ""),
    _typed("a type without end", "text/" * 10_000, FEED, ""),
    _typed("a megabyte of spaces", "text/xml", b" " * _MEGABYTE, "empty"),
    _typed("a megabyte of NUL", "text/xml", b"\x00" * _MEGABYTE, "empty"),
]

_HEAD = b"<rss version='2.0'><channel><title>Le Phare</title>"
_LAUGHS = b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">' + b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
) + b"]><rss><channel><item><title>&l9;</title></item></channel></rss>"  # fmt: skip
_OUTSIDE = (
    b"<!DOCTYPE rss [<!ENTITY x SYSTEM '%s'>]>"
    + _HEAD
    + b"<item><guid>1</guid><title>a&x;b</title></item></channel></rss>"
)


def _many(piece: bytes) -> bytes:
    """Return 300 kB of a piece: more would only make the tests slower (tests/monitoring/parsing has 10 MB)."""
    return piece * (300_000 // len(piece))


def _feed(name: str, body: bytes, *codes: str) -> Behavior:
    return sends(name, feed_response(body=body), *codes)


FEEDS = [
    _feed("billion laughs", _LAUGHS, "xml_bomb"),
    _feed(
        "quadratic entities",
        b'<!DOCTYPE rss [<!ENTITY a "%s">]>' % (b"x" * 50_000) + _HEAD + ITEM + b"&a;" * 50_000,
        "xml_bomb",
    ),
    _feed(
        "entities in a circle",
        b'<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>' + _HEAD + b"<item><title>&a;</title></item>",
        "xml_bomb",
    ),
    _feed("entity from a file", _OUTSIDE % b"file:///etc/passwd", ""),
    _feed("entity from the network", _OUTSIDE % b"http://10.0.0.1/", ""),
    _feed(
        "parameter entities", b"<!DOCTYPE rss [<!ENTITY % a '<!ENTITY b \"c\">'>%a;]>" + FEED.partition(b"?>")[2], ""
    ),
    _feed(
        "document type from the network",
        b"<!DOCTYPE rss SYSTEM 'http://10.0.0.1/x.dtd'>" + FEED.partition(b"?>")[2],
        "",
    ),
    _feed(
        "XInclude",
        _HEAD + b"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/>" + ITEM,
        "",
    ),
    _feed("many &a", _HEAD + ITEM + _many(b"&a"), "", "too_complex"),
    _feed("many &", _HEAD + ITEM + _many(b"&"), "", "too_complex"),
    _feed(
        "many &amp;",
        _HEAD + ITEM + b"<item><title>" + _many(b"&amp;") + b"</title></item>",
        "",
        "too_complex",
    ),
    _feed("many attributes", _HEAD + ITEM + b"<a " + _many(b'a="" ') + b"/>", "", "too_complex"),
    _feed("many attributes without value", _HEAD + ITEM + b"<a " + _many(b"x "), "", "too_complex"),
    _feed(
        "many namespaces",
        _HEAD + ITEM + b"".join(b"<a xmlns:n%d='u:%d'/>" % (n, n) for n in range(10_000)),
        "",
        "too_complex",
    ),
    _feed("many <", _HEAD + ITEM + _many(b"<"), "", "too_complex"),
    _feed("many open elements", _HEAD + ITEM + _many(b"<a>"), "", "too_complex"),
    _feed("many closed elements", _HEAD + ITEM + _many(b"<a/>"), "", "too_complex"),
    _feed("many comments", _HEAD + ITEM + _many(b"<!---->"), "", "too_complex"),
    _feed("many instructions", _HEAD + ITEM + _many(b"<?a?>"), "", "too_complex"),
    _feed("many CDATA", _HEAD + ITEM + _many(b"<![CDATA["), "", "too_complex"),
    _feed("many quotes", _HEAD + ITEM + _many(b'<a "'), "", "too_complex"),
    _feed("many ;", _HEAD + ITEM + _many(b"&;"), "", "too_complex"),
    _feed(
        "a title of a megabyte",
        _HEAD + b"<item><guid>1</guid><title>" + b"a" * _MEGABYTE + b"</title></item></channel></rss>",
        "",
    ),
    _feed(
        "an author of a megabyte",
        _HEAD + b"<item><guid>1</guid><title>x</title><author>" + _many(b"a@") + b"</author></item></channel></rss>",
        "",
        "too_complex",
    ),
    _feed(
        "8,000 entries",
        _HEAD + b"".join(b"<item><guid>%d</guid><title>x</title></item>" % n for n in range(8_000)),
        "",
    ),
    _feed(
        "2,000 entries with one id",
        _HEAD + b"".join(b"<item><guid>1</guid><title>%d</title></item>" % n for n in range(2_000)),
        "",
    ),
    _feed("nested entries", _HEAD + ITEM + b"<item>" * 20_000, "", "too_complex"),
    _feed(
        "links that run scripts",
        _HEAD + b"<item><guid>1</guid><link>javascript:alert(1)</link><title>x</title></item></channel></rss>",
        "",
    ),
    _feed("JSON nested a million times", b'{"items": ' + b"[" * _MEGABYTE, "not_a_feed"),
    _feed("JSON number of a megabyte", b'{"items": [{"id": ' + b"1" * _MEGABYTE + b"}]}", "not_a_feed"),
    _feed(
        "JSON of 100,000 empty items",
        b'{"items": [{"id": "1", "title": "x"},' + b"{}," * 100_000 + b"{}]}",
        "",
        "too_complex",
        "empty",
    ),
    _feed(
        "JSON of wrong types",
        json.dumps({"version": 1, "items": [1, None, [], {"id": {}, "title": [], "url": 1}]}).encode(),
        "",
    ),
    _feed(
        "references to no character",
        _HEAD + b"<item><guid>1</guid><title>&#0;&#xD800;&#99999999999;a</title></item></channel></rss>",
        "",
    ),
]

BODIES = [*ENCODINGS, *CHARSETS, *FEEDS]
