"""Facebook: posts that tag the own Page, posts on it, and their newest comments, for apps that Meta has approved.

Facts: Facebook has no public search. `/{page}/tagged` has public posts that tag the Page, `/{page}/feed` its own posts
and those of visitors; the author is given only for some. Comments come with the posts, the newest 25 of each, so those
of posts that are no longer read are not seen. The token is that of the Page
(https://developers.facebook.com/docs/graph-api/reference/page/tagged, /page/feed).
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from monitoring.http import ApiRequest
from monitoring.platforms.base import Can, Setting, gettext_noop
from monitoring.platforms.meta import APP_SECRET, GraphPlatform, graph_request, next_cursor
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.searches import Plan, Search
from monitoring.platforms.values import total, utc
from monitoring.records import Entry, PollJob

PAGE_SIZE = 25
_COMMENT = "id,message,created_time,from,like_count,comment_count,permalink_url,parent"
FIELDS = (
    "id,message,created_time,permalink_url,from,shares,reactions.limit(0).summary(true),"
    f"comments.filter(stream).order(reverse_chronological).limit(25).summary(true){{{_COMMENT}}}"
)


class Facebook(GraphPlatform):
    name = item_platform = "facebook"
    label = gettext_noop("Facebook Page")
    summary = gettext_noop("Posts that tag your Page, posts on it, and their comments, filtered by your keywords.")
    can = frozenset({Can.BACKFILL, Can.ENGAGEMENT})
    settings = (
        Setting("page", gettext_noop("Page ID"), example="100000000000001", pattern=r"[0-9]+"),
        Setting(
            "token",
            gettext_noop("Page access token"),
            help=gettext_noop("Of a person who manages the Page, with pages_read_user_content."),
            link="https://developers.facebook.com/tools/explorer",
            is_secret=True,
        ),
        APP_SECRET,
    )
    min_interval_s = 900
    # Posts are read again for so long, for their new comments.
    overlap = timedelta(days=2)
    first_poll = timedelta(days=14)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://www.facebook.com/{settings['page']}"

    def plan(self, job: PollJob) -> Plan:
        return Plan(tuple(Search(kind, "", kind=kind) for kind in ("tagged", "feed")))

    def request(self, page: PageRequest) -> ApiRequest:
        path = f"{page.settings['page']}/{page.search.kind}"
        since = int(page.since.timestamp())
        return graph_request(page, path, fields=FIELDS, limit=PAGE_SIZE, since=since, after=page.cursor)

    def read(self, data: Any, page: PageRequest) -> Page:
        posts, skipped = read_items(data["data"], _post)
        comments, skipped_comments = read_items(_comments(data["data"]), _comment)
        # Comments are newer than their posts, by whose times the walk ends.
        return Page((*posts, *comments), next_cursor(data), skipped + skipped_comments)


def _comments(posts: list[Any]) -> Iterator[dict[str, Any]]:
    for post in posts:
        comments = post.get("comments") if isinstance(post, dict) else None
        for comment in (comments or {}).get("data") or []:
            yield {**comment, "post": post.get("id")}


def _author(item: dict[str, Any]) -> tuple[str, str]:
    """Return the name and the URL of an author, "" where Facebook doesn't say."""
    author = item.get("from") or {}
    return author.get("name") or "", f"https://www.facebook.com/{author['id']}" if author.get("id") else ""


def _post(post: dict[str, Any]) -> Entry:
    counts = [((post.get(name) or {}).get("summary") or {}).get("total_count") for name in ("reactions", "comments")]
    shares = (post.get("shares") or {}).get("count", 0)  # absent means none here
    name, url = _author(post)
    return Entry(
        native_id=post["id"],
        url=post["permalink_url"],
        title="",
        body=post.get("message") or "",
        body_is_html=False,
        author=name,
        author_url=url,
        published=utc(post["created_time"]),
        kind="post",
        likes=counts[0],
        replies=counts[1],
        shares=shares,
        engagement=total(*counts, shares),
    )


def _comment(comment: dict[str, Any]) -> Entry:
    likes, replies = comment.get("like_count"), comment.get("comment_count")
    name, url = _author(comment)
    return Entry(
        native_id=comment["id"],
        url=comment.get("permalink_url") or f"https://www.facebook.com/{comment['id']}",
        title="",
        body=comment.get("message") or "",
        body_is_html=False,
        author=name,
        author_url=url,
        published=utc(comment["created_time"]),
        kind="comment",
        likes=likes,
        replies=replies,
        engagement=total(likes, replies),
        reply_to=(comment.get("parent") or {}).get("id") or comment["post"],
        thread=comment["post"],
    )
