"""DEV (dev.to): articles with a tag.

Facts: `/api/articles?tag=&per_page=` needs no key and has at most 1,000 articles, each without its text
(https://developers.forem.com/api/v1#tag/articles). With a tag they are in the order of their popularity, which falls
with their age, not by date: so one long page is read, and not page by page down to a time.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.values import total, utc
from monitoring.records import Entry
from outbound import ApiRequest

PAGE_SIZE = 300


class DevTo(PagedPlatform):
    name = item_platform = "devto"
    label = "DEV"
    summary = gettext_noop("Posts on DEV with a tag, filtered by your keywords.")
    can = frozenset({Can.BACKFILL, Can.ENGAGEMENT})
    settings = (Setting("tag", gettext_noop("Tag"), example="webdev", pattern=r"\w+"),)
    limits = (Limit(10, 30),)
    min_interval_s = 900
    first_poll = timedelta(days=30)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://dev.to/t/{quote(settings['tag'])}/latest"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://dev.to/api"

    def request(self, page: PageRequest) -> ApiRequest:
        query = {"tag": page.settings["tag"], "per_page": PAGE_SIZE}
        return ApiRequest(
            f"{page.api_url}/articles?{urlencode(query)}", {"Accept": "application/vnd.forem.api-v1+json"}
        )

    def read(self, data: Any, page: PageRequest) -> Page:
        if not isinstance(data, list):
            raise TypeError("no list of articles")
        entries, skipped = read_items(data, _entry)
        return Page(entries, None, skipped)


def _entry(article: dict[str, Any]) -> Entry:
    user = article.get("user") or {}
    handle = user.get("username") or ""
    likes, replies = article.get("positive_reactions_count"), article.get("comments_count")
    return Entry(
        native_id=str(article["id"]),
        url=article["url"],
        title=article["title"],
        body=article.get("description") or "",
        body_is_html=False,
        author=user.get("name") or handle,
        author_handle=handle,
        author_url=f"https://dev.to/{handle}" if handle else "",
        published=utc(article["published_timestamp"]),
        kind="article",
        likes=likes,
        replies=replies,
        engagement=total(likes, replies),
    )
