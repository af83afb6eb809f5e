"""Threads: public posts that mention the own account, for apps that Meta has approved.

Facts: `/me/mentions` has public posts in which the account of the token is mentioned. It needs the permission
`threads_manage_mentions`; without approval it has only those of the app's testers. Posts have neither counts nor
followers. Tokens last 60 days (https://developers.facebook.com/docs/threads/threads-mentions).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from monitoring.platforms.base import Can, Setting, gettext_noop
from monitoring.platforms.meta import GraphPlatform
from monitoring.platforms.meta_oauth import threads_oauth
from monitoring.platforms.pages import Page, PageRequest
from monitoring.platforms.threads import API_URL, posts_request, read_posts
from outbound import ApiRequest


class ThreadsMentions(GraphPlatform):
    name = "threadsmentions"
    item_platform = "threads"
    label = gettext_noop("Threads mentions")
    summary = gettext_noop("Public posts that mention your account, filtered by your keywords, with an approved app.")
    can = frozenset({Can.BACKFILL})
    settings = (
        Setting(
            "account",
            gettext_noop("Account name"),
            help=gettext_noop("The account that the token belongs to."),
            example="lumen",
            pattern=r"@?[\w.]+",
        ),
        Setting(
            "token",
            gettext_noop("Long-lived access token"),
            help=gettext_noop("With the permissions threads_basic and threads_manage_mentions. It lasts 60 days."),
            link="https://developers.facebook.com/docs/threads/get-started/long-lived-tokens",
            is_secret=True,
        ),
    )
    min_interval_s = 600
    is_renewable = True
    oauth = threads_oauth("threads_basic", "threads_manage_mentions")
    overlap = timedelta(minutes=30)
    first_poll = timedelta(days=30)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://www.threads.com/@{settings['account'].lstrip('@')}"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return API_URL

    def request(self, page: PageRequest) -> ApiRequest:
        return posts_request(page, "me/mentions")

    def read(self, data: Any, page: PageRequest) -> Page:
        return read_posts(data)
