"""Mastodon, by hashtag: the posts that one server knows under a tag.

Facts: https://docs.joinmastodon.org/methods/timelines/ and /api/rate-limits/. Paging by `min_id` returns the posts
directly after an id, so none is left out; `since_id` would return the newest page only. The same post has another `id`
on each server, so its `uri` identifies it. A server may close its timelines: it responds 401, or without posts.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from monitoring.http import ApiRequest, FetchResult
from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.quotas import QuotaHeaders
from monitoring.records import Entry, PollError

PAGE_SIZE = 40
SERVER = Setting(
    "server",
    gettext_noop("Server"),
    help=gettext_noop("A large server knows more posts. Posts of people on other servers appear if it knows them."),
    example="mastodon.social",
    default="mastodon.social",
    pattern=r"(?:[a-z0-9-]+\.)+[a-z]{2,}",
)
LIMITS = (Limit(300, 300),)
QUOTA = QuotaHeaders("x-ratelimit-remaining", "x-ratelimit-reset")


class MastodonTag(PagedPlatform):
    name = item_platform = "mastodon"
    label = gettext_noop("Mastodon hashtag")
    summary = gettext_noop("Public posts with a hashtag, filtered by your keywords.")
    can = frozenset({Can.ENGAGEMENT, Can.BACKFILL})
    settings = (
        Setting("tag", gettext_noop("Hashtag"), example="lumen", pattern=r"#?\w+"),
        SERVER,
    )
    limits = LIMITS
    min_interval_s = 300
    first_poll = timedelta(days=7)
    is_forward = True
    quota_headers = QUOTA

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['server']}/tags/{quote(_tag(settings))}"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['server']}"

    def request(self, page: PageRequest) -> ApiRequest:
        query = {"limit": PAGE_SIZE} | place_in_timeline(page)
        return ApiRequest(f"{page.api_url}/api/v1/timelines/tag/{quote(_tag(page.settings))}?{urlencode(query)}")

    def read(self, data: Any, page: PageRequest) -> Page:
        return read_statuses(data, page)

    def error(self, response: FetchResult) -> PollError | None:
        return PollError("timeline_closed", "status 401") if response.status == 401 else None


def _tag(settings: Mapping[str, str]) -> str:
    return settings["tag"].lstrip("#")


def place_in_timeline(page: PageRequest) -> dict[str, str]:
    """Return the parameter for the page: directly after the mark, or before the cursor in the first poll."""
    if page.mark:
        return {"min_id": page.mark}
    return {"max_id": page.cursor} if page.cursor else {}


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
    return Entry(
        native_id=status["uri"],
        url=status.get("url") or status["uri"],
        title=status.get("spoiler_text") or "",
        body=status["content"],
        author=account.get("display_name") or account["acct"],
        author_handle=f"@{account['acct']}",
        author_url=account.get("url") or "",
        followers=account.get("followers_count"),
        published=_time(status["created_at"]),
        updated=_time(status["edited_at"]) if status.get("edited_at") else None,
        language=(status.get("language") or "").lower(),
        kind="post",
        likes=counts[0],
        replies=counts[1],
        shares=counts[2],
        engagement=sum(count or 0 for count in counts) if any(count is not None for count in counts) else None,
        reply_to=status.get("in_reply_to_id") or "",
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
