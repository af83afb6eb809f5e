"""Threads: public posts found by keyword, for apps that Meta has approved.

Facts: `keyword_search` with `search_type=RECENT` needs the permission `threads_keyword_search`; without approval it
finds only the own posts. 2,200 searches in any 24 hours and account, empty ones are free. Sensitive words find nothing
without an error. Results have neither counts nor followers. Tokens last 60 days
(https://developers.facebook.com/docs/threads/keyword-search).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.meta import GraphPlatform, graph_request, next_cursor
from monitoring.platforms.meta_oauth import threads_oauth
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.values import utc
from monitoring.records import Entry
from outbound import ApiRequest

FIELDS = "id,text,media_type,permalink,timestamp,username,is_reply,topic_tag"
PAGE_SIZE = 100
API_URL = "https://graph.threads.net/v1.0"
# The search knows no earlier time.
EARLIEST = datetime.fromtimestamp(1_688_540_400, UTC)


class Threads(GraphPlatform):
    name = item_platform = "threads"
    label = "Threads"
    summary = gettext_noop("Public posts that match your keywords, with an approved app.")
    can = frozenset({Can.SEARCH, Can.BACKFILL})
    settings = (
        Setting(
            "token",
            gettext_noop("Long-lived access token"),
            help=gettext_noop("With the permissions threads_basic and threads_keyword_search. It lasts 60 days."),
            link="https://developers.facebook.com/docs/threads/get-started/long-lived-tokens",
            is_secret=True,
        ),
    )
    limits = (Limit(2_200, 86_400),)
    min_interval_s = 900
    dialect = Dialect(has_phrases=False, max_chars=200)
    overlap = timedelta(minutes=30)
    is_renewable = True
    oauth = threads_oauth("threads_basic", "threads_keyword_search")

    def address(self, settings: Mapping[str, str]) -> str:
        return "https://www.threads.com/search"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return API_URL

    def request(self, page: PageRequest) -> ApiRequest:
        return posts_request(page, "keyword_search", q=page.search.text, search_type="RECENT")

    def read(self, data: Any, page: PageRequest) -> Page:
        return read_posts(data)


def posts_request(page: PageRequest, path: str, **query: str) -> ApiRequest:
    """Return the request for a page of posts since the time down to which they are wanted."""
    since = int(max(page.since, EARLIEST).timestamp())
    return graph_request(page, path, **query, since=since, limit=PAGE_SIZE, fields=FIELDS, after=page.cursor)


def read_posts(data: Any) -> Page:
    """Return a page of posts."""
    entries, skipped = read_items(data["data"], _entry)
    return Page(entries, next_cursor(data), skipped)


def _entry(post: dict[str, Any]) -> Entry:
    name = post.get("username") or ""
    return Entry(
        native_id=post["id"],
        url=post["permalink"],
        title="",
        body=post.get("text") or "",
        other_texts=((f"#{post['topic_tag']}", False),) if post.get("topic_tag") else (),
        author=name,
        author_handle=f"@{name}" if name else "",
        author_url=f"https://www.threads.com/@{name}" if name else "",
        published=utc(post["timestamp"]),
        kind="comment" if post.get("is_reply") else "post",
    )
