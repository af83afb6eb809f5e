"""Instagram, about one account: media of others that tag it, and comments on its own, for apps that Meta has approved.

Facts: `/{account}/tags` has public media of others that tag the account, with the name of their author;
`/{account}/media` its own, with their comments and replies. A mention in a caption or comment of others is reported
only by webhook, and can't be asked for later, so it is not seen. Permissions: `instagram_basic`,
`instagram_manage_comments` and `pages_read_engagement`
(https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/tags,
/reference/ig-user/media, /reference/ig-media/comments, /docs/instagram-platform/webhooks).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from monitoring.platforms.base import Can, Setting, gettext_noop
from monitoring.platforms.instagram import ACCOUNT, FIELDS, media_entry, profile
from monitoring.platforms.meta import APP_SECRET, graph_request
from monitoring.platforms.meta_comments import PostsWithComments
from monitoring.platforms.meta_followers import InstagramFollowers
from monitoring.platforms.meta_oauth import facebook_oauth
from monitoring.platforms.pages import PageRequest
from monitoring.platforms.searches import Plan, Search
from monitoring.platforms.values import utc
from monitoring.records import Entry, PollJob
from outbound import ApiRequest

PAGE_SIZE = 25
_COMMENT = "id,text,username,timestamp,like_count"
COMMENT_FIELDS = f"{_COMMENT},replies.limit(50){{{_COMMENT}}}"
# How long own media are read for new comments.
WATCHED = timedelta(days=30)


class InstagramMentions(PostsWithComments):
    name = "instagrammentions"
    item_platform = "instagram"
    label = gettext_noop("Instagram mentions")
    summary = gettext_noop("Media that tag your account, and comments on your own, filtered by your keywords.")
    can = frozenset({Can.BACKFILL, Can.ENGAGEMENT})
    settings = (
        ACCOUNT,
        Setting(
            "token",
            gettext_noop("Access token"),
            help=gettext_noop("With instagram_basic, instagram_manage_comments and pages_read_engagement."),
            link="https://developers.facebook.com/apps",
            is_secret=True,
        ),
        APP_SECRET,
    )
    min_interval_s = 900
    is_renewable = True
    followers = InstagramFollowers()
    oauth = facebook_oauth("instagram_basic", "instagram_manage_comments", "pages_read_engagement", "pages_show_list")
    overlap = timedelta(days=2)
    first_poll = timedelta(days=14)
    time_field = "timestamp"
    comment_query: Mapping[str, str] = {"fields": COMMENT_FIELDS}

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://www.instagram.com/accounts/{settings['account']}/tagged/"

    def plan(self, job: PollJob) -> Plan:
        return Plan(tuple(Search(kind, "", kind=kind) for kind in ("tags", "media")))

    def posts_since(self, page: PageRequest) -> datetime:
        return min(page.since, page.now - WATCHED) if page.search.kind == "media" else page.since

    def posts_request(self, page: PageRequest, after: str | None) -> ApiRequest:
        fields = f"{FIELDS},username"
        if page.search.kind == "media":
            fields = f"id,permalink,timestamp,comments.limit(50){{{COMMENT_FIELDS}}}"
        path = f"{page.settings['account']}/{page.search.kind}"
        return graph_request(page, path, fields=fields, limit=PAGE_SIZE, after=after)

    def post_url(self, item: dict[str, Any]) -> str:
        return item.get("permalink") or "https://www.instagram.com/"

    def post(self, item: dict[str, Any], page: PageRequest) -> Entry | None:
        return None if page.search.kind == "media" else media_entry(item)

    def comment(self, item: dict[str, Any], post: Mapping[str, Any]) -> Entry:
        likes = item.get("like_count")
        name, handle, url = profile(item)
        return Entry(
            native_id=item["id"],
            url=post["url"],
            title="",
            body=item.get("text") or "",
            body_is_html=False,
            author=name,
            author_handle=handle,
            author_url=url,
            published=utc(item["timestamp"]),
            kind="comment",
            likes=likes,
            engagement=likes,
            reply_to=(item.get("parent") or {}).get("id") or post["id"],
            thread=post["id"],
        )
