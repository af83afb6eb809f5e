"""Lemmy: posts and comments that one server knows, found by its search.

Facts: version 3 of the API (servers 0.19) has lists of posts and of comments, each with its own pages of up to 50;
version 4 (servers 1.0) has one list and `next_page`, other names for the times, and the counts within the item
(https://github.com/LemmyNet/lemmy-js-client, branches release/v0.19 and main). A server without version 3 responds
404. Search is a substring match of the words in their order, so more than one word would find too little. The same
post has another id on each server: its `ap_id` identifies it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.markdown import to_html
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.values import error_body, total, utc
from monitoring.records import Entry, PollError, PollJob, PollResult
from outbound import ApiRequest, FetchResult, HttpClient

PAGE_SIZE = 50
_PRIVATE = {"instance_is_private", "not_logged_in", "incorrect_login"}


class Lemmy(PagedPlatform):
    name = item_platform = "lemmy"
    label = "Lemmy"
    summary = gettext_noop("Posts and comments on a Lemmy server that match your keywords.")
    can = frozenset({Can.SEARCH, Can.BACKFILL, Can.ENGAGEMENT})
    settings = (
        Setting(
            "server",
            gettext_noop("Server"),
            help=gettext_noop("A large server knows posts and comments of many other servers."),
            example="lemmy.world",
            default="lemmy.world",
            pattern=r"(?:[a-z0-9-]+\.)+[a-z]{2,}",
        ),
    )
    limits = (Limit(50, 600),)
    min_interval_s = 900
    dialect = Dialect(has_phrases=False, max_operators=0, max_chars=300)
    overlap = timedelta(hours=1)
    first_poll = timedelta(days=30)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['server']}/search"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['server']}"

    def request(self, page: PageRequest) -> ApiRequest:
        query = _QUERY | {"q": page.search.text, "page": page.cursor or 1}
        return ApiRequest(f"{page.api_url}/api/v3/search?{urlencode(query)}")

    def read(self, data: Any, page: PageRequest) -> Page:
        """Return the items that are wanted only: posts that are too old must not end the walk through comments."""
        lists = _lists(data)
        entries, skipped = read_items([item for items in lists for item in items], _entry)
        wanted = tuple(entry for entry in entries if entry.published and entry.published >= page.since)
        is_done = all(_ends(items, page) for items in lists)
        return Page(wanted, None if is_done else self._next(data, page), skipped)

    def _next(self, data: Any, page: PageRequest) -> Any:
        return (page.cursor or 1) + 1

    def error(self, response: FetchResult) -> PollError | None:
        name = error_body(response).get("error")
        if name == "rate_limit_error":
            return PollError("rate_limited", f"status {response.status}, {name}")
        return PollError("timeline_closed", str(name)) if name in _PRIVATE else None

    def poll(self, job: PollJob, http_client: HttpClient) -> PollResult:
        """Poll by the version of the API that the server had before; by version 4 if it has no version 3 any more."""
        made = 0
        if job.source.resume_state.get("api") != "v4":
            result = super().poll(job, http_client)
            if not result.error or result.error.code != "not_found" or job.requests <= result.requests:
                return result
            made = result.requests
        result = _LemmyV4().poll(replace(job, requests=job.requests - made), http_client)
        return replace(result, requests=result.requests + made)


class _LemmyV4(Lemmy):
    """A server 1.0 or later."""

    def request(self, page: PageRequest) -> ApiRequest:
        query = _QUERY | {"search_term": page.search.text} | ({"page_cursor": page.cursor} if page.cursor else {})
        return ApiRequest(f"{page.api_url}/api/v4/search?{urlencode(query)}")

    def _next(self, data: Any, page: PageRequest) -> Any:
        return data.get("next_page")

    def poll(self, job: PollJob, http_client: HttpClient) -> PollResult:
        result = PagedPlatform.poll(self, job, http_client)
        return replace(result, resume_state=result.resume_state | {"api": "v4"})


_QUERY = {"type_": "All", "sort": "New", "listing_type": "All", "limit": PAGE_SIZE}


def _lists(data: dict[str, Any]) -> list[list[Any]]:
    """Return the lists of items of a response, each newest first."""
    if "posts" in data:
        return [data["posts"], data["comments"]]
    items = data["search"] if "search" in data else data["results"]
    return [[item for item in items if not isinstance(item, dict) or item.get("type_") in ("Post", "Comment", None)]]


def _ends(items: list[Any], page: PageRequest) -> bool:
    """Return whether a list has no further items that are wanted."""
    entries, _ = read_items(items, _entry)
    dates = [entry.published for entry in entries if entry.published]
    return len(items) < PAGE_SIZE or bool(dates and min(dates) < page.since)


def _entry(item: dict[str, Any]) -> Entry | None:
    """Return a post or a comment, None for one that was deleted by its author or removed by a moderator."""
    post, creator = item["post"], item["creator"]
    this = item.get("comment") or post
    if this.get("deleted") or this.get("removed"):
        return None
    counts = item.get("counts") or this
    replies = counts.get("child_count") if "comment" in item else counts.get("comments")
    profile = creator.get("actor_id") or creator.get("ap_id") or ""
    edited = this.get("updated") or this.get("updated_at")
    is_comment = "comment" in item
    return Entry(
        native_id=this["ap_id"],
        url=this["ap_id"],
        title="" if is_comment else this["name"],
        body=to_html(this["content"] if is_comment else this.get("body")),
        other_texts=((post["url"], False),) if post.get("url") and not is_comment else (),
        author=creator.get("display_name") or creator["name"],
        author_handle=f"@{creator['name']}@{urlsplit(profile).hostname or ''}".rstrip("@"),
        author_url=profile,
        published=utc(this.get("published") or this["published_at"]),
        updated=utc(edited) if edited else None,
        kind="comment" if is_comment else "post",
        likes=counts.get("upvotes"),
        replies=replies,
        engagement=total(counts.get("upvotes"), replies),
        reply_to=post["ap_id"] if is_comment and str(this.get("path")).count(".") == 1 else "",
        thread=post["ap_id"] if is_comment else "",
    )
