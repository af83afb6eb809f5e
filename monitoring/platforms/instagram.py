"""Instagram, by hashtag: public media of the last day under a hashtag, for apps that Meta has approved.

Facts: `ig_hashtag_search` gives the id of a hashtag, `recent_media` its media of about 24 hours, 50 per page, without
the name of their author. An account may ask for 30 different hashtags in any 7 days; asking again is free. Captions
cannot be searched. `like_count` is absent where the author hides it
(https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login/hashtag-search).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from monitoring.http import ApiRequest, FetchResult
from monitoring.platforms.base import Can, Limit, Needs, Setting, gettext_noop
from monitoring.platforms.meta import graph_error, graph_request, graph_time, next_cursor, wait_s
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.values import total
from monitoring.records import Entry, PollError

FIELDS = "id,caption,media_type,permalink,timestamp,like_count,comments_count"
PAGE_SIZE = 50
KINDS = {"VIDEO": "video"}


class Instagram(PagedPlatform):
    name = item_platform = "instagram"
    label = gettext_noop("Instagram hashtag")
    summary = gettext_noop("Public media with a hashtag, filtered by your keywords, with an approved app.")
    needs = Needs.APPROVAL
    can = frozenset({Can.ENGAGEMENT})
    settings = (
        Setting("tag", gettext_noop("Hashtag"), example="lumen", pattern=r"#?\w+"),
        Setting(
            "account",
            gettext_noop("Account ID"),
            help=gettext_noop("The number of your business or creator account, not its name."),
            example="17841400000000000",
            pattern=r"[0-9]+",
        ),
        Setting(
            "token",
            gettext_noop("Access token"),
            help=gettext_noop("Of an app with Instagram Public Content Access and instagram_basic."),
            link="https://developers.facebook.com/apps",
            is_secret=True,
        ),
    )
    limits = (Limit(180, 3_600),)
    min_interval_s = 1_800
    overlap = timedelta(hours=1)
    first_poll = timedelta(days=1)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://www.instagram.com/explore/tags/{_tag(settings)}/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://graph.facebook.com/v25.0"

    def request(self, page: PageRequest) -> ApiRequest:
        """Return the request for the id of the hashtag, or for a page of its media."""
        account = page.settings["account"]
        if not page.cursor:
            return graph_request(page, "ig_hashtag_search", user_id=account, q=_tag(page.settings))
        path = f"{page.cursor['hashtag']}/recent_media"
        after = page.cursor.get("after")
        return graph_request(page, path, user_id=account, fields=FIELDS, limit=PAGE_SIZE, after=after)

    def read(self, data: Any, page: PageRequest) -> Page:
        items = data["data"]
        if not page.cursor:
            return Page(next={"hashtag": str(items[0]["id"])})
        entries, skipped = read_items(items, _entry)
        after = next_cursor(data)
        return Page(entries, {**page.cursor, "after": after} if after else None, skipped)

    def error(self, response: FetchResult) -> PollError | None:
        return graph_error(response)

    def wait_s(self, response: FetchResult) -> int | None:
        return wait_s(response)


def _tag(settings: Mapping[str, str]) -> str:
    return settings["tag"].lstrip("#").lower()


def _entry(media: dict[str, Any]) -> Entry:
    likes, comments = media.get("like_count"), media.get("comments_count")
    return Entry(
        native_id=media["id"],
        url=media["permalink"],
        title="",
        body=media.get("caption") or "",
        body_is_html=False,
        published=graph_time(media["timestamp"]),
        kind=KINDS.get(media.get("media_type", ""), "post"),
        likes=likes,
        replies=comments,
        engagement=total(likes, comments),
    )
