"""Stack Exchange tags: the feed of a tag's newest questions, without the quota of the API.

Facts, not checked live, as nobody documents the feeds: `/feeds/tag/TAG` is Atom with the last 30 questions, and the id
of a question is its URL `https://SITE/q/NUMBER` or `https://SITE/questions/NUMBER`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.feed_pages import FeedPages
from monitoring.platforms.pages import PageRequest
from monitoring.platforms.stackexchange import StackExchange
from monitoring.records import Entry
from outbound import ApiRequest

_ID = re.compile(r"/q(?:uestions)?/(\d+)")


class StackExchangeTag(FeedPages):
    name = "stackexchangetag"
    item_platform = "stackexchange"
    label = gettext_noop("Stack Exchange tag")
    summary = gettext_noop("Questions with a tag on Stack Overflow or another site, filtered by your keywords.")
    can = frozenset({Can.BACKFILL})
    settings = (
        next(setting for setting in StackExchange.settings if setting.name == "site"),
        Setting("tag", gettext_noop("Tag"), example="python", pattern=r"[\w.#+-]+"),
    )
    limits = (Limit(20, 60),)
    min_interval_s = 900
    first_poll = timedelta(days=30)
    kind = "post"

    def address(self, settings: Mapping[str, str]) -> str:
        return f"{StackExchange().address(settings)}/tagged/{quote(settings['tag'], safe='')}"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return StackExchange().address(settings).removesuffix("/questions")

    def request(self, page: PageRequest) -> ApiRequest:
        return ApiRequest(f"{page.api_url}/feeds/tag/{quote(page.settings['tag'], safe='')}")

    def entry(self, entry: Entry, settings: Mapping[str, str]) -> Entry:
        number = _ID.search(entry.native_id)
        if number is None:
            raise ValueError("no id of a question")
        # The id that the search gives: a question that both find is one item.
        return replace(entry, native_id=f"{settings['site']}/{number[1]}")
