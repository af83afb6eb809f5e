"""Records that pass between the stages of the pipeline, from a claimed source to a storable item.

`polling/leases.py` makes `ClaimedSource`s; a platform polls one and returns a `PollResult` with `Entry`s (markup
untouched: most of them are already stored); `content/clean.py` turns the new ones into `Item`s (plain text), which
`ingest/store.py` stores. Pure: no Django, no I/O.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# The kinds of entries.
KINDS = ("post", "comment", "review", "article", "video")


@dataclass(frozen=True, slots=True)
class Entry:
    """A feed entry or platform post as its source gave it, decoded from its container (XML, JSON) exactly once.

    `native_id` is the source's own id (guid, Atom id, post id) or a stable hash where the source gives none.
    `title` and `body` are text or HTML, according to `title_is_html` and `body_is_html`. `body` is the fullest of the
    entry's texts; `other_texts` are its others, then those of its pictures and videos, as (text, is_html).
    `published` is aware and in UTC; None where the source gives no readable date. `updated` likewise: the time of this
    revision, only where the source gives it.
    `language` is the source's own tag in lower case ("fr", "fr-ca"), "" where it gives none.
    `followers` counts the author's followers, `engagement` sums reactions, comments and shares; None where unknown.

    Further fields of posts and reviews: `kind` is one of `KINDS`, "" where unknown. `author_handle` is the name that
    the platform addresses the author by. `likes`, `replies`, `shares` and `views` are None where unknown, which is not
    0. `reply_to` and `thread` are the native ids of the post replied to and of the first post of the conversation.
    `rating` is from 1 to 5 stars. `country` is an ISO 3166 code in capitals. `raw` is the item as received, JSON.
    `recheck_id` is the id by which the platform looks the item up again, "" if it can't.
    """

    native_id: str
    url: str
    title: str
    body: str
    title_is_html: bool = False
    body_is_html: bool = True
    author: str = ""
    author_url: str = ""
    followers: int | None = None
    published: datetime | None = None
    language: str = ""
    engagement: int | None = None
    other_texts: tuple[tuple[str, bool], ...] = ()
    updated: datetime | None = None
    kind: str = ""
    author_handle: str = ""
    likes: int | None = None
    replies: int | None = None
    shares: int | None = None
    views: int | None = None
    reply_to: str = ""
    thread: str = ""
    rating: float | None = None
    country: str = ""
    raw: str = ""
    recheck_id: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry ready to be stored: `title` and `text` are plain text, the other fields those of `Entry`.

    `text` has all texts of the entry; `is_truncated` if it was too long to be stored whole.
    """

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
    is_truncated: bool = False
    kind: str = ""
    author_handle: str = ""
    likes: int | None = None
    replies: int | None = None
    shares: int | None = None
    views: int | None = None
    reply_to: str = ""
    thread: str = ""
    rating: float | None = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A parsed feed document. The `*_s` hints are seconds, None where the feed gives none.

    `skip_hours` are hours 0-23 GMT and `skip_days` English day names in which the publisher asks not to be polled.
    `next_url` is the URL of a further page (RFC 5005, JSON Feed), "" where there is none.
    `is_truncated` is set if the document ends before the feed does, so entries may be missing.
    """

    title: str = ""
    site_url: str = ""
    language: str = ""
    entries: tuple[Entry, ...] = ()
    interval_hint_s: int | None = None
    skip_hours: frozenset[int] = field(default_factory=frozenset)
    skip_days: frozenset[str] = field(default_factory=frozenset)
    next_url: str = ""
    is_truncated: bool = False


@dataclass(frozen=True, slots=True)
class PollHints:
    """A publisher's wishes about polling, kept with the source because an unchanged response doesn't repeat them.

    `interval_s` is in seconds, None for no wish; `skip_hours` are hours 0-23 GMT, `skip_days` English day names.
    """

    interval_s: int | None = None
    skip_hours: frozenset[int] = field(default_factory=frozenset)
    skip_days: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class ClaimedSource:
    """A source leased by one worker: the columns of its row that polling reads. All times are UTC.

    `resume_state` is what the platform returned after the last successful poll, {} before the first. `settings` are
    what a person has set for a source of its platform (a tag, the host of a server), {} for feeds. `sealed_urls` are
    the whole URLs, encrypted, of those that have secrets (polling/addresses.py).
    """

    id: int
    project_id: int
    platform: str
    url: str = field(repr=False)
    sealed_urls: str = field(repr=False)
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
    resume_state: dict[str, Any]
    settings: dict[str, str]
    credential_id: int | None
    moved_to: str = field(repr=False)
    moved_count: int
    moved_since: datetime | None
    moved_at: datetime | None
    previous_url: str = field(repr=False)
    is_truncated: bool
    dated_share: float | None
    entry_count: int | None
    hints: PollHints


@dataclass(frozen=True, slots=True)
class TrackedQuery:
    """A keyword's query for platforms that search. `type` is brand, competitor or topic; `languages` are codes."""

    keyword_id: int
    type: str
    query: str
    languages: frozenset[str] = frozenset()


# Stores renewed secrets of a credential: it calls the function with the present ones, and returns its result.
Renewal = Callable[[Callable[[Mapping[str, str]], "Mapping[str, str] | PollError"]], "Mapping[str, str] | PollError"]


@dataclass(frozen=True, slots=True)
class PollJob:
    """A claimed source with everything that polling it needs.

    `queries` are the project's keywords that track the platform, `secrets` the decrypted credential. At most
    `requests` requests may be made. `base_url` replaces the address of the platform's API, for tests and commands.
    `now` is UTC. `since` (UTC) replaces how far back the first poll reads. `error` is why no request may be made.
    """

    source: ClaimedSource
    now: datetime
    queries: tuple[TrackedQuery, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    requests: int = 1_000
    base_url: str = ""
    renew: Renewal | None = field(default=None, repr=False)
    since: datetime | None = None
    error: "PollError | None" = None


@dataclass(frozen=True, slots=True)
class PollError:
    """An expected failure. `code` has its words in messages/source_errors.py; `detail` is English, without secrets."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class QuotaReading:
    """The server's limit by the headers of a response: requests left, and when they refill (UTC).

    `remaining` is None if a limit is nearly used up, in an unknown number: then `resets_at` is how long to pause.
    """

    remaining: float | None
    resets_at: datetime | None = None

    def is_used_up(self, now: datetime) -> bool:
        """Return whether no request is allowed now."""
        return (self.remaining is None or self.remaining < 1) and self.resets_at is not None and self.resets_at > now


@dataclass(frozen=True, slots=True)
class PollResult:
    """The result of polling a source once, in the same shape for every platform.

    `entries` is empty where nothing changed. `title`, `site_url` and `language` describe the source, "" if unknown.
    `resume_state` is what the platform needs to continue from here at the next poll (validators, a cursor, the last
    id): JSON, stored with the source in the transaction that stores the entries, and ignored if there is an `error`.
    While an edit waits (ingest/edits.py), `etag`, `last_modified` and `body_hash` aren't stored: all is read again.
    `hints` is None where the response gives none and earlier hints remain valid.
    `is_truncated` is set if the response was cut short, so entries may be missing; None if it wasn't read again.
    `retry_after_s` is the wait that the server demands, `cache_max_age_s` how long it says its response is current.
    `permanent_url` is set if the server says that the source has moved permanently, and was read there.
    `feed_url` is where the platform found the feed of the site at the source's URL, "" if it read the feed itself.
    `status` is the HTTP status of the last response, 0 where none came: for logs only.

    Platforms that page set `resume_state` with an `error`, too: what was read before it is stored. `is_incomplete` if
    the limit of requests was reached first. `requests` is the number that were made, `spent` what they cost
    beyond that (by the name of a limit), `quota` the last reading of the server's own limit, `left` what it says is
    left of others, by their names. `report` says what the source could not see, for the Sources page
    (platforms/paging.py).
    """

    entries: tuple[Entry, ...] = ()
    title: str = ""
    site_url: str = ""
    language: str = ""
    resume_state: dict[str, Any] = field(default_factory=dict)
    hints: PollHints | None = None
    is_truncated: bool | None = None
    retry_after_s: int | None = None
    cache_max_age_s: int | None = None
    permanent_url: str = field(default="", repr=False)
    feed_url: str = field(default="", repr=False)
    status: int = 0
    error: PollError | None = None
    is_incomplete: bool = False
    requests: int = 1
    spent: Mapping[str, float] = field(default_factory=dict)
    quota: QuotaReading | None = None
    left: Mapping[str, float] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompletedPoll:
    """A claimed source with the result of polling it, ready to be saved. `elapsed_s` is the duration in seconds.

    `is_from_previous_url`: the source's URL failed, and the result is from the one that it had before. `reserved` is
    how many requests were reserved for the poll.
    """

    source: ClaimedSource
    result: PollResult
    elapsed_s: float = 0.0
    is_from_previous_url: bool = False
    reserved: int = 0
