"""Fixed-size keys for unique constraints: native ids and addresses in, UUIDs and integers out.

Used by ingest/, and by the match explainer to find a document by its address.
"""

import hashlib
from uuid import UUID


def key_of(text: str) -> UUID:
    """Return the MD5 hash of a native id or canonical address, which may be longer than an index allows."""
    return UUID(bytes=hashlib.md5(text.encode(), usedforsecurity=False).digest())


def variant_of(source_id: int, native_key: UUID) -> int:
    """Return the `Document.variant` of an entry whose address has another document already: a bigint, never 0."""
    digest = hashlib.md5(f"{source_id} {native_key}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], signed=True) or 1
