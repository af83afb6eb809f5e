"""Instagram, by hashtag: public media of the last day under a hashtag, for apps that Meta has approved.

Facts: `ig_hashtag_search` gives the id of a hashtag, which never changes; `recent_media` its media of about 24 hours,
50 per page, without the name of their author. An account may ask for 30 different hashtags in 7 days; the same one is
free for 7 days, and those asked for are in `recently_searched_hashtags`. One more is an error with code 18. Captions
cannot be searched. `like_count` is absent where the author hides it
(https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login/hashtag-search,
/docs/instagram-platform/instagram-graph-api/reference/ig-user/recently_searched_hashtags).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.meta import APP_SECRET, GraphPlatform, graph_request, next_cursor
from monitoring.platforms.meta_followers import InstagramFollowers
from monitoring.platforms.meta_oauth import facebook_oauth
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.values import total, utc
from monitoring.records import Entry, PollError
from outbound import ApiRequest, FetchResult

FIELDS = "id,caption,media_type,permalink,timestamp,like_count,comments_count"
PAGE_SIZE = 50
KINDS = {"VIDEO": "video"}
HASHTAGS = Limit(30, 7 * 86_400, "hashtags", cost=0, label=gettext_noop("Different hashtags left in 7 days"))
# How often the hashtags that the account has asked for are counted.
COUNTED_FOR = timedelta(days=1)
ACCOUNT = Setting(
    "account",
    gettext_noop("Account ID"),
    help=gettext_noop("The number of your business or creator account, not its name."),
    example="17841400000000000",
    pattern=r"[0-9]{1,20}",
)


class Instagram(GraphPlatform):
    name = item_platform = "instagram"
    label = gettext_noop("Instagram hashtag")
    summary = gettext_noop("Public media with a hashtag, filtered by your keywords, with an approved app.")
    can = frozenset({Can.ENGAGEMENT})
    settings = (
        Setting(
            "tag",
            gettext_noop("Hashtag"),
            help=gettext_noop("Instagram allows 30 different hashtags per account in 7 days. A preview counts, too."),
            example="lumen",
            pattern=r"#?\w+",
        ),
        ACCOUNT,
        Setting(
            "token",
            gettext_noop("Access token"),
            help=gettext_noop("Of an app with Instagram Public Content Access and instagram_basic."),
            link="https://developers.facebook.com/apps",
            is_secret=True,
        ),
        APP_SECRET,
    )
    limits = (*GraphPlatform.limits, HASHTAGS)
    min_interval_s = 1_800
    overlap = timedelta(hours=1)
    first_poll = timedelta(days=1)
    is_renewable = True
    followers = InstagramFollowers()
    oauth = facebook_oauth("instagram_basic", "pages_show_list")

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://www.instagram.com/explore/tags/{_tag(settings)}/"

    def request(self, page: PageRequest) -> ApiRequest:
        """Return the request for the id of the hashtag, for those of the last 7 days, or for a page of its media."""
        account, hashtag = page.settings["account"], page.kept.get("hashtag")
        if not hashtag:
            return graph_request(page, "ig_hashtag_search", user_id=account, q=_tag(page.settings))
        if _is_to_count(page):
            return graph_request(page, f"{account}/recently_searched_hashtags", limit=int(HASHTAGS.amount))
        path, after = f"{hashtag}/recent_media", (page.cursor or {}).get("after")
        return graph_request(page, path, user_id=account, fields=FIELDS, limit=PAGE_SIZE, after=after)

    def read(self, data: Any, page: PageRequest) -> Page:
        items = data["data"]
        if not page.kept.get("hashtag"):
            if not items:
                return Page(error=PollError("query_rejected", "no such hashtag"))
            return Page(next={}, kept={"hashtag": str(items[0]["id"])})
        if _is_to_count(page):
            found = {str(item["id"]) for item in items}
            left = max(HASHTAGS.amount - len(found), 0)
            return Page(next={}, left={HASHTAGS.name: left}, kept={"counted_at": page.now.isoformat()})
        entries, skipped = read_items(items, media_entry)
        after = next_cursor(data)
        return Page(entries, {"after": after} if after else None, skipped)

    def error(self, response: FetchResult) -> PollError | None:
        error = super().error(response)
        is_limit = error and error.detail.startswith("code 18,")
        return replace(error, code="hashtag_limit") if error and is_limit else error


def _tag(settings: Mapping[str, str]) -> str:
    return settings["tag"].lstrip("#").lower()


def _is_to_count(page: PageRequest) -> bool:
    """Return whether to ask how many hashtags are left: at the first page of a poll, once a day."""
    counted_at = page.kept.get("counted_at")
    is_old = not counted_at or page.now - datetime.fromisoformat(counted_at) >= COUNTED_FOR
    return is_old and not (page.cursor or {}).get("after")


def media_entry(media: dict[str, Any]) -> Entry:
    """Return media as an entry. The name of the author is given only for media that tag the own account."""
    likes, comments = media.get("like_count"), media.get("comments_count")
    name, handle, url = profile(media)
    return Entry(
        native_id=media["id"],
        url=media["permalink"],
        title="",
        body=media.get("caption") or "",
        body_is_html=False,
        author=name,
        author_handle=handle,
        author_url=url,
        published=utc(media["timestamp"]),
        kind=KINDS.get(media.get("media_type", ""), "post"),
        likes=likes,
        replies=comments,
        engagement=total(likes, comments),
    )


def profile(item: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the author's name, handle and URL, "" where Instagram doesn't say."""
    name = item.get("username") or ""
    return (name, f"@{name}", f"https://www.instagram.com/{name}/") if name else ("", "", "")
