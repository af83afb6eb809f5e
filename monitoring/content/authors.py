"""The identity of an author, from what an item says about its author. Pure; called by ingest and mutes."""

import hashlib
import hmac
from typing import NamedTuple
from uuid import UUID

from monitoring.content.urls import canonical_url, host_of

MAX_IDENTITY = 500  # characters, the limit of the columns that have it


class Identity(NamedTuple):
    """An author: an account at a platform, or a name at a site, which is "" for accounts."""

    platform: str
    site: str
    text: str

    def key(self, project_id: int) -> UUID:
        """Return the hash by which a project knows the author until their data are erased."""
        text = "\0".join((str(project_id), *self)).encode("utf-8", "surrogatepass")
        return UUID(bytes=hashlib.blake2b(text, digest_size=16).digest())


def erased_key(key: UUID, secret: str) -> UUID:
    """Return what recognizes an author after their data were erased: HMAC-SHA256 (RFC 2104) of the key.

    Without the secret, nobody can check whether a guessed account has this value.
    """
    return UUID(bytes=hmac.digest(secret.encode(), key.bytes, "sha256")[:16])


def author_identity(url: str, handle: str, name: str) -> str:
    """Return the text that is unique to an author on a platform; "" for an unknown author.

    The URL of a profile stays when its owner takes another handle or name (Bluesky, YouTube); items of feeds and
    mailboxes have a name or a handle only.
    """
    return next((text.strip() for text in (url, handle, name) if text.strip()), "")[:MAX_IDENTITY]


def identity_of(platform: str, url: str, author_url: str, handle: str, name: str) -> Identity | None:
    """Return the author of an item, None if it names nobody. A name alone identifies a person only within a site."""
    text = author_identity(author_url, handle, name)
    if not text:
        return None
    is_account = bool(author_url.strip() or handle.strip())
    return Identity(platform, "" if is_account else host_of(canonical_url(url))[:255], text)
