"""Which mute hides an item. Pure: keys of an item in, a mute out. Called by ingest/mutes.py and services/mutes.py."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from monitoring.content.authors import author_identity
from monitoring.content.urls import canonical_url, host_of


class MuteKey(NamedTuple):
    """A mute and an item have a key in common if the mute hides the item. `platform` is "" except for authors."""

    kind: str
    platform: str
    value: str


class ItemFacts(NamedTuple):
    """The fields of an item by which mutes hide it."""

    document_id: int
    project_id: int
    platform: str
    source_id: int | None
    url: str
    author_url: str
    author_handle: str
    author: str
    story_id: int | None = None


class MuteIndex:
    """The mutes of some projects. Of several that hide an item, the oldest is its mute."""

    def __init__(self, rows: Iterable[tuple[int, int, str, str, str]]) -> None:
        """Take (mute id, project id, kind, platform, value) rows."""
        self._mutes = {(project_id, MuteKey(*key)): mute_id for mute_id, project_id, *key in rows}

    def __bool__(self) -> bool:
        return bool(self._mutes)

    def find(self, item: ItemFacts) -> int | None:
        """Return the id of the mute that hides an item, None if none does."""
        found = (self._mutes.get((item.project_id, key)) for key in keys_of(item))
        return min((mute_id for mute_id in found if mute_id is not None), default=None)


def keys_of(item: ItemFacts) -> Iterator[MuteKey]:
    """Yield the keys that hide an item: its author, source, story, domain and each domain above it."""
    if author := author_identity(item.author_url, item.author_handle, item.author):
        yield MuteKey("author", item.platform, author)
    if item.source_id is not None:
        yield MuteKey("source", "", str(item.source_id))
    if item.story_id is not None:
        yield MuteKey("story", "", str(item.story_id))
    domain = domain_of(item.url)
    while "." in domain:
        yield MuteKey("domain", "", domain)
        domain = domain.partition(".")[2]


def domain_of(url: str) -> str:
    """Return the domain of a page without "www.", of the page that a redirect leads to; "" if there is none."""
    host = host_of(canonical_url(url))
    return host if "." in host else ""
