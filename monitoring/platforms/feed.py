"""The feed platform: RSS, Atom, RDF and JSON Feed by URL."""

import hashlib

from monitoring.feeds.errors import ParseError
from monitoring.feeds.parse import parse
from monitoring.http.default import http_client
from monitoring.records import Claimed, Polled


def fetch(source: Claimed) -> Polled:
    """Fetch and parse one source. An answer that is the same as last time is not parsed again."""
    fetched = http_client().fetch(source.url, etag=source.etag, last_modified=source.last_modified)
    if fetched.error:
        return Polled(source, fetched, source.body_hash, None, fetched.error.code, fetched.error.detail)
    if fetched.not_modified:
        return Polled(source, fetched, source.body_hash)
    body_hash = hashlib.blake2b(fetched.body, digest_size=32).digest()
    if body_hash == source.body_hash:
        return Polled(source, fetched, body_hash)
    feed = parse(fetched.body, content_type=fetched.content_type, url=fetched.url)
    if isinstance(feed, ParseError):
        return Polled(source, fetched, b"", None, feed.code, feed.detail)
    return Polled(source, fetched, body_hash, feed)
