"""Mastodon, by hashtag: the posts that one server knows under a tag.

Facts: https://docs.joinmastodon.org/methods/timelines/ and /api/rate-limits/. Paging by `min_id` returns the posts
directly after an id, so none is left out; `since_id` would return the newest page only. `Link` names the older page,
also where a server leaves out posts of this one (/api/guidelines/#pagination). The same post has another `id` on each
server, so its `uri` identifies it. A server may close its timelines: it responds 401, 422 (an authenticated user is
required), or without posts.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.quotas import QuotaHeaders
from monitoring.platforms.rechecks import Lookup, Rechecked, RecheckPolicy
from monitoring.platforms.values import error_body, total, utc
from monitoring.records import Entry, PollError
from outbound import ApiRequest, FetchResult

PAGE_SIZE = 40
SERVER = Setting(
    "server",
    gettext_noop("Server"),
    help=gettext_noop("A large server knows more posts. Posts of people on other servers appear if it knows them."),
    example="mastodon.social",
    default="mastodon.social",
    pattern=r"(?:[a-z0-9-]+\.)+[a-z]{2,}",
    is_server=True,
)
LIMITS = (Limit(300, 300),)
QUOTA = QuotaHeaders("x-ratelimit-remaining", "x-ratelimit-reset")
_LINK = re.compile(r'<([^<>]*)>\s*;\s*rel="?next\b')


class StatusLookup(PagedPlatform):
    """The part of all platforms of Mastodon that looks posts up again: one request each, by the server's own id."""

    recheck = RecheckPolicy(1, timedelta(days=7))

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        token = lookup.secrets.get("token")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return ApiRequest(f"{lookup.api_url}/api/v1/statuses/{quote(lookup.ids[0])}", headers)

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        entry = status_entry(data)
        return Rechecked({lookup.ids[0]: entry} if entry else {})

    def recheck_of_error(self, response: FetchResult, lookup: Lookup) -> Rechecked | None:
        """Return a post as deleted if the server says so itself: "Record not found"."""
        is_gone = response.status in (404, 410) and "error" in error_body(response)
        return Rechecked(deleted=frozenset(lookup.ids)) if is_gone else None


class MastodonTimeline(StatusLookup):
    """A timeline of a server that anybody may read, unless the server closes it."""

    item_platform = "mastodon"
    can = frozenset({Can.ENGAGEMENT, Can.BACKFILL, Can.RECHECK})
    limits = LIMITS
    min_interval_s = 300
    is_forward = True
    quota_headers = QUOTA

    def api_url(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['server']}"

    def read(self, data: Any, page: PageRequest) -> Page:
        return read_statuses(data, page)

    def follow(self, page: Page, response: FetchResult, request: PageRequest) -> Page:
        """Return the page with the older one that `Link` names, on the way down: only its parameter, as of the URL."""
        link = _LINK.search(response.headers.get("link", ""))
        places = parse_qs(urlsplit(link[1]).query).get("max_id") if link and not request.mark else None
        return replace(page, next=places[0]) if places and places[0] != request.cursor else page

    def error(self, response: FetchResult) -> PollError | None:
        is_closed = response.status == 401 or (response.status == 422 and "authenticated" in _message(response))
        return PollError("timeline_closed", f"status {response.status}") if is_closed else None


class MastodonTag(MastodonTimeline):
    name = "mastodon"
    label = gettext_noop("Mastodon hashtag")
    summary = gettext_noop("Public posts with a hashtag, filtered by your keywords.")
    settings = (
        Setting("tag", gettext_noop("Hashtag"), example="lumen", pattern=r"#?\w+"),
        SERVER,
    )
    first_poll = timedelta(days=7)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['server']}/tags/{quote(_tag(settings))}"

    def request(self, page: PageRequest) -> ApiRequest:
        return timeline_request(page, f"tag/{quote(_tag(page.settings))}")


def timeline_request(page: PageRequest, timeline: str, **query: str) -> ApiRequest:
    """Return the request for the page: directly after the mark, or before the cursor in the first poll."""
    place = {"max_id": page.cursor} if page.cursor else {}
    if page.mark:
        place = {"min_id": page.mark}
    pairs = urlencode({"limit": PAGE_SIZE} | query | place)
    return ApiRequest(f"{page.api_url}/api/v1/timelines/{timeline}?{pairs}")


def _tag(settings: Mapping[str, str]) -> str:
    return settings["tag"].lstrip("#")


def _message(response: FetchResult) -> str:
    return str(error_body(response).get("error"))


def read_statuses(data: Any, page: PageRequest) -> Page:
    """Return a page of statuses."""
    if not isinstance(data, list):
        raise TypeError("no list of statuses")
    entries, skipped = read_items(data, status_entry)
    ids = [str(status["id"]) for status in data if isinstance(status, dict) and status.get("id")]
    ids.sort(key=lambda number: (len(number), number))
    if not ids:
        return Page(entries, None, skipped)
    return Page(entries, ids[-1] if page.mark else ids[0], skipped, mark=ids[-1])


def status_entry(status: dict[str, Any]) -> Entry | None:
    """Return a status as an entry, None for a boost: the post itself is found, too."""
    if status.get("reblog"):
        return None
    account = status["account"]
    counts = [status.get(f"{name}_count") for name in ("favourites", "replies", "reblogs")]
    options = (status.get("poll") or {}).get("options") or ()
    media = status.get("media_attachments") or ()
    further = [*(option.get("title") for option in options), *(one.get("description") for one in media)]
    return Entry(
        native_id=status["uri"],
        url=status.get("url") or status["uri"],
        title=status.get("spoiler_text") or "",
        body=status.get("content") or "",
        other_texts=tuple((text, False) for text in further if isinstance(text, str) and text.strip()),
        author=account.get("display_name") or account["acct"],
        author_handle=f"@{account['acct']}",
        author_url=account.get("url") or "",
        followers=account.get("followers_count"),
        published=utc(status["created_at"]),
        updated=utc(status["edited_at"]) if status.get("edited_at") else None,
        language=(status.get("language") or "").lower(),
        kind="post",
        likes=counts[0],
        replies=counts[1],
        shares=counts[2],
        engagement=total(*counts),
        reply_to=status.get("in_reply_to_id") or "",
        recheck_id=str(status["id"]),
    )
