"""Keys that make storing idempotent."""

import hashlib
from uuid import UUID


def native_key(native_id: str) -> UUID:
    """A source's own id for an entry, as 16 bytes."""
    return UUID(bytes=hashlib.md5(native_id.encode(), usedforsecurity=False).digest())
