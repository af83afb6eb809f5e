"""The records that pass between the stages of the road, from a parsed feed or platform answer to the store.

`feeds/` and `platforms/` make `Entry`s (markup untouched, cheap: most are already stored); `feeds/clean.py` turns
the new ones into `Item`s (plain text); `ingest.py` stores `Item`s. Pure: no Django, no I/O.
"""

from dataclasses import dataclass, field
from datetime import datetime

from monitoring.http import FetchResult


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry or post as its source gave it, decoded from its container (XML, JSON) exactly once.

    `native_id` is the source's own id (guid, Atom id, post id) or, where it has none, a stable hash.
    `title` and `body` hold text or HTML, told apart by `title_is_html` and `body_is_html`.
    `published` is aware and in UTC; None where the source gives no date that can be read.
    `language` is the source's own tag in lower case ("fr", "fr-ca"), "" where it gives none.
    """

    native_id: str
    url: str
    title: str
    body: str
    title_is_html: bool = False
    body_is_html: bool = True
    author: str = ""
    published: datetime | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry ready to be stored: `title` and `text` are plain text."""

    native_id: str
    url: str
    title: str
    text: str
    author: str = ""
    author_url: str = ""
    followers: int | None = None
    published: datetime | None = None
    language: str = ""
    engagement: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A whole feed. The `*_s` hints are seconds, None where the feed says nothing.

    `skip_hours` are hours 0-23 GMT and `skip_days` English day names in which the publisher asks not to be polled.
    `next_url` is a further page (RFC 5005, JSON Feed), "" where there is none.
    """

    title: str = ""
    site_url: str = ""
    language: str = ""
    entries: tuple[Entry, ...] = ()
    interval_hint_s: int | None = None
    skip_hours: frozenset[int] = field(default_factory=frozenset)
    skip_days: frozenset[str] = field(default_factory=frozenset)
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A source in the hands of one poller, with what polling needs of its row."""

    id: int
    project_id: int
    platform: str
    url: str
    host: str
    title: str
    site_url: str
    language: str
    created_at: datetime
    interval_s: int
    fixed_interval_s: int | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    failures: int
    failing_since: datetime | None
    error_code: str
    etag: str
    last_modified: str
    body_hash: bytes
    moved_to: str
    moved_count: int
    hints: dict


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll brought: the answer, and the feed in it unless it is unchanged or failed."""

    source: Claimed
    fetched: FetchResult
    body_hash: bytes
    feed: ParsedFeed | None = None
    error_code: str = ""
    error_detail: str = ""
