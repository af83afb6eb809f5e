"""WordPress: posts of one site, found by its search.

Facts, from the source code of WordPress (class-wp-query.php, class-wp.php): `/?s=TEXT&feed=rss2&paged=N` is RSS, by
relevance unless `orderby=date`; a page has as many posts as the site's settings say, 10 by default. All terms have to
occur, as parts of words; more than 9 terms are one phrase. `-term` would leave out longer words that contain it.
The page after the last one has status 404. The guid of a post doesn't change; its link may.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.feed_pages import FeedPages
from monitoring.platforms.pages import Page, PageRequest
from outbound import ApiRequest


class WordPress(FeedPages):
    name = item_platform = "wordpress"
    label = "WordPress"
    summary = gettext_noop("Posts on a site made with WordPress that match your keywords.")
    can = frozenset({Can.SEARCH, Can.BACKFILL})
    settings = (
        Setting(
            "site",
            gettext_noop("Site"),
            help=gettext_noop("The URL of the site’s first page."),
            example="blog.example.org",
            pattern=r"(?:https://)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[\w./-]*)?",
        ),
    )
    limits = (Limit(20, 60),)
    min_interval_s = 900
    dialect = Dialect(signs="", max_chars=200, max_operators=8)
    first_poll = timedelta(days=30)
    end_statuses = frozenset({404})

    def address(self, settings: Mapping[str, str]) -> str:
        return f"{self.api_url(settings)}/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['site'].removeprefix('https://').rstrip('/')}"

    def request(self, page: PageRequest) -> ApiRequest:
        query = {"s": page.search.text, "feed": "rss2", "orderby": "date", "order": "desc"}
        if page.cursor:
            query["paged"] = page.cursor
        return ApiRequest(f"{page.api_url}/?{urlencode(query)}")

    def read(self, data: Any, page: PageRequest) -> Page:
        # How many posts a page has depends on the site, so only a page without any, or a 404, is the end.
        found = super().read(data, page)
        return replace(found, next=(page.cursor or 1) + 1 if data.entries else None)
