"""Medium: the feed of a tag or an author.

Facts, from observation, as Medium documents only that there are feeds: `/feed/tag/TAG` and `/feed/@NAME` are RSS with
about 10 posts, the guid is `https://medium.com/p/ID`, links end with `?source=rss…`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.feed_pages import FeedPages
from monitoring.platforms.pages import PageRequest
from monitoring.records import Entry
from outbound import ApiRequest


class Medium(FeedPages):
    name = item_platform = "medium"
    label = "Medium"
    summary = gettext_noop("Posts on Medium with a tag or by an author, filtered by your keywords.")
    can = frozenset({Can.BACKFILL})
    settings = (
        Setting(
            "tag",
            gettext_noop("Tag or author"),
            help=gettext_noop("A tag, or an author as @name."),
            example="interior-design",
            pattern=r"@[\w.-]+|[\w-]+",
        ),
    )
    limits = (Limit(30, 60),)
    min_interval_s = 900
    first_poll = timedelta(days=30)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://medium.com/{_path(settings)}"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://medium.com"

    def request(self, page: PageRequest) -> ApiRequest:
        return ApiRequest(f"{page.api_url}/feed/{_path(page.settings)}")

    def entry(self, entry: Entry, settings: Mapping[str, str]) -> Entry:
        url, _, query = entry.url.partition("?")
        return replace(entry, url=url if query.startswith("source=") else entry.url)


def _path(settings: Mapping[str, str]) -> str:
    tag = settings["tag"]
    return quote(tag, safe="@") if tag.startswith("@") else f"tag/{quote(tag)}"
