"""Replying to an item at its platform: what it needs, its requests, and what the responses say. Pure.

A platform that can reply (`Can.REPLY`) has a subclass of `Replies` as `replies`, in a file of its own. replying.py
makes the requests: one that looks the item up, one that replies, and one that looks for a reply whose outcome is
unknown. Nothing here is ever sent by itself: workplace/outgoing.py decides when.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from re import sub
from typing import Any
from uuid import UUID

from monitoring.platforms.base import Setting
from monitoring.platforms.pictures import Picture, Pictures
from monitoring.platforms.settings import stored_value
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

# The codes of errors of replying, in addition to those of base.py and outbound/records.py. Their words for people are
# in monitoring/messages/reply_errors.py.
REPLY_CODES = {
    "reply_unknown": "no response that says whether the reply was published",
    "reply_too_long": "more characters than the platform accepts",
    "reply_duplicate": "a text that the account has just published",
    "reply_refused": "an item that can't be replied to: closed, locked, or only for some accounts",
    "reply_permission": "an account or token that may not publish",
    "reply_no_id": "an item whose id at the platform isn't stored",
    "parent_deleted": "an item that doesn't exist any more, or that the account can't see",
    "account_removed": "an account that was deleted, or may not be used for replies any more",
}
# Further codes of posts; their words are in monitoring/messages/post_errors.py.
POST_CODES = {
    "place_not_found": "a subreddit or category that doesn't exist, or that the account can't see",
    "source_deleted": "an account whose server or Page is a setting of a source that was deleted",
    "post_rules": "a title or text that the rules of the platform, forum or subreddit refuse",
}
# A reply found at the platform may have a time that is this much earlier than ours.
CLOCK_SLACK = timedelta(minutes=2)
NEW_POST = "new"  # the id that a text has which replies to nothing: a post of the editorial calendar


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """The item that is replied to, by the fields of its document. `item_id` is its id, "" where none is stored."""

    url: str
    kind: str = ""
    thread: str = ""
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """Everything that the requests of one reply depend on.

    `key` and `created_at` (UTC) are the same in each attempt. `parent` is what looking up the item returned,
    `uploaded` what uploading the `pictures` of a post did, in their order. `title` and `place` are those of a post
    for a platform with a `place`.
    """

    api_url: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    target: ReplyTarget
    text: str
    key: UUID
    created_at: datetime
    language: str = ""
    parent: Mapping[str, Any] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    uploaded: tuple[Any, ...] = ()
    title: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class PublishedReply:
    """A reply at the platform: its id and its page."""

    native_id: str
    url: str


class Replies:
    """Replying at one platform.

    `scopes` are what a connected account allows in addition (oauth.py), `needs` the same for a person, marked with
    `gettext_noop`. `needs_connection` if only connected accounts can reply, not a key. A request that is repeated
    with the same `key` within `repeat_within` makes no second reply: None for ever, nothing where it may make one.
    `has_lookup` if the item is looked up before: not where that costs money.
    `cost` is how many requests of the platform's limit the one that replies takes. `pictures` uploads those of posts,
    None where only text is published. `place` is where a post goes next to the account (a subreddit, a
    category): such a post has a title of at most `longest_title` characters, too.
    """

    scopes: tuple[str, ...] = ()
    needs: str
    needs_connection = False
    repeat_within: timedelta | None = timedelta(0)
    has_lookup = True
    cost = 1
    pictures: Pictures | None = None
    place: Setting | None = None
    longest_title = 0

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        """Return the item's id for an account with these settings, "" if it can't reply to the item."""
        raise NotImplementedError

    def place_of(self, entered: str, settings: Mapping[str, str]) -> str:
        """Return what is stored of a place that a person entered, "" if it is none. Only with `place`."""
        return stored_value(self.place, entered) if self.place else ""

    def parent_request(self, reply: ReplyRequest) -> ApiRequest:
        """Return the request that looks the item up. Only with `has_lookup`."""
        raise NotImplementedError

    def read_parent(self, data: Any, reply: ReplyRequest) -> Mapping[str, Any] | PollError:
        """Return what the reply needs to know of the item, or why it can't be replied to."""
        return {}

    def request(self, reply: ReplyRequest) -> ApiRequest:
        """Return the request that replies."""
        raise NotImplementedError

    def content(self, response: FetchResult, decode: Callable[[bytes], Any]) -> Any:
        """Return what `read` reads of a success: its body, unless the platform answers in the headers."""
        return decode(response.body)

    def wait_s(self, data: Any) -> int | None:
        """Return how many seconds a refusal with the status of a success asks to wait, None if it doesn't say."""
        return None

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply | PollError:
        """Return the reply. Any exception for another shape means that its outcome is unknown."""
        raise NotImplementedError

    def find_request(self, reply: ReplyRequest) -> ApiRequest | None:
        """Return the request for what the account has lately replied, None if the platform has none."""
        return None

    def read_found(self, data: Any, reply: ReplyRequest) -> PublishedReply | None:
        """Return this reply, if it is in a response."""
        return None

    def error(self, response: FetchResult) -> PollError | None:
        """Return what a response that is no success means for a reply, None to leave it to the platform."""
        return None


def bearer(token: str) -> dict[str, str]:
    """Return the header with a token."""
    return {"Authorization": f"Bearer {token}"}


def plain(text: str) -> str:
    """Return a text or HTML in one line without markup, to compare what was sent with what a platform shows."""
    return " ".join(unescape(sub(r"<[^>]*>", " ", text)).split())
