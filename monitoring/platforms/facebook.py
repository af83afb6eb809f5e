"""Facebook: posts that tag the own Page, posts on it, and their comments, for apps that Meta has approved.

Facts: Facebook has no public search. `/{page}/tagged` has public posts that tag the Page, `/{page}/feed` its own posts
and those of visitors; the author is given only for some; posts without a message have a `story`. Comments are those of
posts that are read: of the last 30 days on the Page, of the last 2 days elsewhere. The token is that of the Page
(https://developers.facebook.com/docs/graph-api/reference/page/tagged, /page/feed, /object/comments).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from monitoring.platforms.base import Can, Setting, gettext_noop
from monitoring.platforms.facebook_own_posts import FacebookOwnPosts
from monitoring.platforms.facebook_publish import FacebookPosts
from monitoring.platforms.facebook_replies import FacebookReplies
from monitoring.platforms.meta import APP_SECRET, graph_request
from monitoring.platforms.meta_comments import PostsWithComments
from monitoring.platforms.meta_followers import PageFollowers
from monitoring.platforms.meta_oauth import facebook_oauth
from monitoring.platforms.pages import PageRequest
from monitoring.platforms.searches import Plan, Search
from monitoring.platforms.values import total, utc
from monitoring.records import Entry, PollJob
from outbound import ApiRequest

PAGE_SIZE = 25
COMMENT_FIELDS = "id,message,created_time,from,like_count,comment_count,permalink_url,parent"
FIELDS = (
    "id,message,story,created_time,permalink_url,from,shares,attachments{title,description,unshimmed_url},"
    "reactions.limit(0).summary(true),"
    f"comments.filter(stream).order(reverse_chronological).limit(25).summary(true){{{COMMENT_FIELDS}}}"
)
# How long posts on the own Page are read for new comments.
WATCHED = timedelta(days=30)


class Facebook(PostsWithComments):
    name = item_platform = "facebook"
    label = gettext_noop("Facebook Page")
    summary = gettext_noop("Posts that tag your Page, posts on it, and their comments, filtered by your keywords.")
    can = frozenset({Can.BACKFILL, Can.ENGAGEMENT, Can.REPLY})
    settings = (
        Setting("page", gettext_noop("Page ID"), example="100000000000001", pattern=r"[0-9]{1,20}"),
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
    # Posts elsewhere are read again for so long, for their new comments.
    overlap = timedelta(days=2)
    first_poll = timedelta(days=14)
    time_field = "created_time"
    comment_query: Mapping[str, str] = {
        "fields": COMMENT_FIELDS,
        "filter": "stream",
        "order": "reverse_chronological",
    }
    is_renewable = True
    replies = FacebookReplies()
    posts = FacebookPosts()
    own_posts = FacebookOwnPosts()
    followers = PageFollowers()
    oauth = facebook_oauth(
        *("pages_show_list", "pages_read_engagement", "pages_read_user_content"),
        reply_scopes=(*FacebookReplies.scopes, *FacebookPosts.scopes),
        has_pages=True,
    )

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://www.facebook.com/{settings['page']}"

    def plan(self, job: PollJob) -> Plan:
        return Plan(tuple(Search(kind, "", kind=kind) for kind in ("tagged", "feed")))

    def posts_since(self, page: PageRequest) -> datetime:
        return min(page.since, page.now - WATCHED) if page.search.kind == "feed" else page.since

    def posts_request(self, page: PageRequest, after: Any) -> ApiRequest:
        path, since = f"{page.settings['page']}/{page.search.kind}", int(self.posts_since(page).timestamp())
        return graph_request(page, path, fields=FIELDS, limit=PAGE_SIZE, since=since, after=after)

    def post_url(self, item: dict[str, Any]) -> str:
        return item.get("permalink_url") or f"https://www.facebook.com/{item['id']}"

    def post(self, item: dict[str, Any], page: PageRequest) -> Entry:
        counts = [
            ((item.get(name) or {}).get("summary") or {}).get("total_count") for name in ("reactions", "comments")
        ]
        shares = (item.get("shares") or {}).get("count", 0)  # absent means none here
        name, url = _author(item)
        return Entry(
            native_id=item["id"],
            url=self.post_url(item),
            title="",
            body=item.get("message") or item.get("story") or "",
            body_is_html=False,
            other_texts=tuple((text, False) for text in _attached(item)),
            author=name,
            author_url=url,
            published=utc(item["created_time"]),
            kind="post",
            likes=counts[0],
            replies=counts[1],
            shares=shares,
            engagement=total(*counts, shares),
        )

    def comment(self, item: dict[str, Any], post: Mapping[str, Any]) -> Entry:
        likes, replies = item.get("like_count"), item.get("comment_count")
        name, url = _author(item)
        return Entry(
            native_id=item["id"],
            url=item.get("permalink_url") or f"https://www.facebook.com/{item['id']}",
            title="",
            body=item.get("message") or "",
            body_is_html=False,
            author=name,
            author_url=url,
            published=utc(item["created_time"]),
            kind="comment",
            likes=likes,
            replies=replies,
            engagement=total(likes, replies),
            reply_to=(item.get("parent") or {}).get("id") or post["id"],
            thread=post["id"],
        )


def _author(item: dict[str, Any]) -> tuple[str, str]:
    """Return the name and the URL of an author, "" where Facebook doesn't say."""
    author = item.get("from") or {}
    return author.get("name") or "", f"https://www.facebook.com/{author['id']}" if author.get("id") else ""


def _attached(post: dict[str, Any]) -> list[str]:
    """Return the texts and URLs of what a post shares."""
    attachments = (post.get("attachments") or {}).get("data") or ()
    names = ("title", "description", "unshimmed_url")
    texts = [attachment.get(name) for attachment in attachments for name in names]
    return [text for text in dict.fromkeys(texts) if isinstance(text, str) and text.strip()]
