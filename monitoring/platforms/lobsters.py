"""Lobsters: new posts, all or those with a tag.

Facts: `/newest/page/N.json` has 25 posts a page; `/search.json` responds 400, so there is no search (lobsters issues
2106 and 757). Nothing promises that this stays. `submitter_user` was an object once and is a name today.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.values import total, utc
from monitoring.records import Entry
from outbound import ApiRequest

PAGE_SIZE = 25


class Lobsters(PagedPlatform):
    name = item_platform = "lobsters"
    label = "Lobsters"
    summary = gettext_noop("New posts on Lobsters, filtered by your keywords.")
    can = frozenset({Can.BACKFILL, Can.ENGAGEMENT})
    settings = (
        Setting(
            "tag",
            gettext_noop("Tag"),
            help=gettext_noop("Leave empty to read all new posts."),
            example="privacy",
            pattern=r"[\w.+-]+",
            is_required=False,
        ),
    )
    limits = (Limit(30, 60),)
    min_interval_s = 600
    overlap = timedelta(hours=1)
    end_statuses = frozenset({404})

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://lobste.rs/{_list(settings)}"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://lobste.rs"

    def request(self, page: PageRequest) -> ApiRequest:
        return ApiRequest(f"{page.api_url}/{_list(page.settings)}/page/{page.cursor or 1}.json")

    def read(self, data: Any, page: PageRequest) -> Page:
        if not isinstance(data, list):
            raise TypeError("no list of posts")
        entries, skipped = read_items(data, _entry)
        # New posts move the others to later pages, so one may be read twice, but none is left out.
        return Page(entries, (page.cursor or 1) + 1 if len(data) >= PAGE_SIZE else None, skipped)


def _list(settings: Mapping[str, str]) -> str:
    tag = settings.get("tag")
    return f"t/{quote(tag)}" if tag else "newest"


def _entry(post: dict[str, Any]) -> Entry:
    user = post.get("submitter_user") or ""
    handle = user["username"] if isinstance(user, dict) else user
    likes, replies = post.get("score"), post.get("comment_count")
    return Entry(
        native_id=post["short_id"],
        url=post.get("comments_url") or post["short_id_url"],
        title=post["title"],
        body=post.get("description") or "",
        other_texts=((post["url"], False),) if post.get("url") else (),
        author=handle,
        author_handle=handle,
        author_url=f"https://lobste.rs/~{handle}" if handle else "",
        published=utc(post["created_at"]),
        kind="post",
        likes=likes,
        replies=replies,
        engagement=total(likes, replies),
    )
