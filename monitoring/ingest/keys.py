"""Fixed-size keys for unique constraints: native ids and addresses in, UUIDs out.

Used by ingest/store.py, and by the match explainer to find a document by its address.
"""

import hashlib
from uuid import UUID


def key_of(text: str) -> UUID:
    """Return the MD5 hash of a native id or canonical address, which may be longer than an index allows."""
    return UUID(bytes=hashlib.md5(text.encode(), usedforsecurity=False).digest())
