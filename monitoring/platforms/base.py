"""The interface of a platform: what a kind of source (feeds, a search API, a timeline) implements to be polled.

A platform takes a job (a claimed source, the keywords' queries, its credential) and the process's HTTP client, and
returns a `PollResult`. It reads no settings of Vigie and no database, so it can be tested against a look-alike server
alone. Most platforms extend `PagedPlatform` (paging.py). Called through platforms/registry.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from monitoring.records import PollJob, PollResult
from outbound import HttpClient


def gettext_noop(text: str) -> str:
    """Mark a text of a platform for the catalogs; it is translated where it is shown. Platforms import no Django."""
    return text


# The codes of `PollError` that platforms add to those of outbound/records.py, and their meaning. Their words for
# people are in monitoring/messages/platform_errors.py.
ERROR_CODES = {
    "unexpected_response": "a body that is not JSON (or what the platform sends), or has another shape",
    "credential_missing": "the source has no credential, one of another server, or its secrets cannot be decrypted",
    "credential_rejected": "a key, password or token that the platform doesn't accept",
    "reconnect": "a connection that only a person can renew",
    "reconnect_soon": "a connection that ends in some days, and that only a person can renew",
    "app_rejected": "an app whose ID or secret the platform doesn't accept, or that may not connect accounts",
    "no_pages": "a connected account that manages no Page",
    "access_denied": "a valid credential without the permission, or an address that is blocked",
    "quota_used_up": "a quota of the platform that refills later",
    "spend_cap": "the credits or the cap that the account has at the platform",
    "hashtag_limit": "more different hashtags than the account may read in 7 days",
    "query_rejected": "a search that the platform can't read",
    "version_ended": "a version of the platform's API that was shut down",
    "bad_cursor": "a place to go on from that the platform no longer knows",
    "timeline_closed": "a server that shows a timeline only to people with an account",
    "channel_closed": "a channel without a public page",
    "followers_hidden": "an account that hides how many follow it",
    "stream_gap": "posts that a stream no longer had when it was read again",
}


class Needs(StrEnum):
    """The needs of a source of a platform. The groups of the gallery, in its order."""

    NOTHING = "nothing"
    KEY = "key"
    APPROVAL = "approval"
    PAYMENT = "payment"


class Can(StrEnum):
    """Capabilities of a platform beyond new items."""

    SEARCH = "search"  # it searches for the keywords; otherwise a tag, channel or author is read and matched here
    BACKFILL = "backfill"  # the first poll finds items from before the source was added
    ENGAGEMENT = "engagement"
    RECHECK = "recheck"  # known items can be looked up again: their counts, edits and deletion
    REPLY = "reply"  # an account can reply to its items (replies.py)


@dataclass(frozen=True, slots=True)
class Setting:
    """Something that a person enters for a source (a tag) or a credential (`is_secret`: a key, a password).

    `link` is where to get it. `pattern` is a regular expression that the whole value has to match; what its group
    `value` matches, if it has one, is stored: an id out of a URL. `check` returns the code of a further problem
    (platforms/settings.py), "" for none. `is_multiline` is for what is pasted out of a file. Texts are marked with
    `gettext_noop`. `is_of_account`: a connected account (oauth.py) has it, so it isn't required with one. `is_server`:
    requests go to the host that it names, so the secrets of a credential are sent to that one only.
    """

    name: str
    label: str
    help: str = ""
    example: str = ""
    link: str = ""
    default: str = ""
    pattern: str = ""
    is_secret: bool = False
    is_required: bool = True
    is_of_account: bool = False
    is_server: bool = False
    is_multiline: bool = False
    check: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` of something in any `window_s` seconds: requests, or what `name` says.

    `cost` is the most that one request takes of it; the platform returns what it took in `PollResult.spent`. If only
    the platform counts it, `cost` is 0: nothing is reserved, `PollResult.left` says what is left, and the Sources page
    shows it as `label`. `largest` is the cost of the largest request that shares the limit, if that is another one.
    """

    amount: float
    window_s: int
    name: str = "requests"
    cost: float = 1
    label: str = ""
    largest: float = 0

    def at_cost(self, cost: float) -> "Limit":
        """Return the same limit for a request that takes `cost` of it."""
        return replace(self, cost=cost, largest=max(self.cost, self.largest))


class Platform(Protocol):
    """A kind of source. Instances are shared by all threads of a process and keep no state between polls.

    `item_platform` is the platform that its items belong to in queries and filters: a search and a timeline of one
    site have the same. `settings` are what a source of it needs, secrets included; `limits` hold per credential, or
    per API host without one. `min_interval_s` is the shortest time between two polls of a source, None for that of
    feeds. The sources of a platform that `is_streamed` are read by a process of their own (monitoring/streaming/) and
    never polled by workers; its `poll` reads a sample.
    """

    @property
    def name(self) -> str: ...
    @property
    def item_platform(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def needs(self) -> Needs: ...
    @property
    def can(self) -> frozenset[Can]: ...
    @property
    def settings(self) -> tuple[Setting, ...]: ...
    @property
    def limits(self) -> tuple[Limit, ...]: ...
    @property
    def min_interval_s(self) -> int | None: ...
    @property
    def is_streamed(self) -> bool: ...

    def limits_of(self, settings: Mapping[str, str], *, has_credential: bool = False) -> tuple[Limit, ...]:
        """Return the limits of a source with these settings: `limits`, and a cap that a person has set.

        With a credential where none is needed, the platform may allow more.
        """
        ...

    def monthly_cost(self, items_per_day: float) -> float:
        """Return the most that the platform charges for this many new items in 30 days, in US dollars."""
        ...

    def address(self, settings: Mapping[str, str]) -> str:
        """Return the web page that shows what a source with these settings reads. One source per project has it."""
        ...

    def query_for_all(self, settings: Mapping[str, str]) -> str:
        """Return the query that matches every item of such a source, "" if nobody would want them all.

        For reviews: they rarely name what they are about, so keywords find few of them.
        """
        ...

    def api_url(self, settings: Mapping[str, str]) -> str:
        """Return the base URL of its requests, whose host gets at most two at the same time."""
        ...

    def poll(self, job: PollJob, http_client: HttpClient) -> PollResult:
        """Fetch what is new since `job.source.resume_state`.

        Return expected failures as `PollResult.error`; an exception is a bug. Every request goes through
        `http_client`, which enforces the time, size and address limits.
        """
        ...


class PlatformDefaults:
    """The attributes and methods of a platform that says nothing else: no settings, no limits, no costs."""

    needs: Needs = Needs.NOTHING
    can: frozenset[Can] = frozenset()
    settings: tuple[Setting, ...] = ()
    limits: tuple[Limit, ...] = ()
    # Other limits with a credential, for platforms that need none.
    limits_with_key: tuple[Limit, ...] = ()
    min_interval_s: int | None = None
    is_streamed = False

    def limits_of(self, settings: Mapping[str, str], *, has_credential: bool = False) -> tuple[Limit, ...]:
        return self.limits_with_key if has_credential and self.limits_with_key else self.limits

    def monthly_cost(self, items_per_day: float) -> float:
        return 0

    def query_for_all(self, settings: Mapping[str, str]) -> str:
        return ""
