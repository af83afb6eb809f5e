"""Hashes of entries and variants of documents: integers out, for columns of a fixed size. Used by ingest/ only."""

import hashlib
from uuid import UUID

from monitoring.records import Entry

# The low byte of a content hash. Raise it when the parsers or content/clean.py read the same entry differently: the
# difference is then no edit of the source, and what it adds is backlog (edits.py).
READING = 1
# Fields of an entry apart from its texts, its URL and its counts that an edit may change. A changed rating is one of
# the counts, too (counts.py), and may decide which keywords match.
DETAILS = ("author", "author_url", "author_handle", "kind", "reply_to", "thread", "country", "rating")


def variant_of(source_id: int, native_key: UUID) -> int:
    """Return the `Document.variant` of an entry whose address has another document already: a bigint, never 0."""
    digest = hashlib.md5(f"{source_id} {native_key}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], signed=True) or 1


def content_hash(entry: Entry) -> int:
    """Return a signed bigint that changes with the title and texts of an entry as its source gives them, and with the
    other fields of a post, which has a kind: nothing more is hashed of a feed's entries.
    """
    digest = hashlib.blake2b(digest_size=7)
    for text, is_html in [(entry.title, entry.title_is_html), (entry.body, entry.body_is_html), *entry.other_texts]:
        digest.update(f"{int(is_html)}{text}\0".encode("utf-8", "surrogatepass"))
    if entry.kind:
        fields = [getattr(entry, name) for name in DETAILS]
        digest.update(
            "\0".join("" if value is None else str(value) for value in fields).encode("utf-8", "surrogatepass")
        )
    return int.from_bytes(digest.digest() + bytes([READING]), signed=True)


def is_same_reading(stored: int | None) -> bool:
    """Return whether a content hash is of the current reading, and so comparable. None is that of earlier versions."""
    return stored is not None and stored & 0xFF == READING


def url_hash(entry: Entry) -> int:
    """Return a signed bigint that changes with the URL of an entry."""
    return int.from_bytes(
        hashlib.blake2b(entry.url.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True
    )
