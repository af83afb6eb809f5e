"""Keys of native ids and addresses. Pure: text in, UUIDs out. Used wherever DocumentSource.native_key is looked up."""

import hashlib
from uuid import UUID


def key_of(text: str) -> UUID:
    """Return the MD5 hash of a native id or canonical address, which may be longer than an index allows."""
    return UUID(bytes=hashlib.md5(text.encode(), usedforsecurity=False).digest())
