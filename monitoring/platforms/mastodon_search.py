"""Mastodon, by full-text search: the posts that one server knows and has indexed, through the account of a person.

Facts: https://docs.joinmastodon.org/methods/search/ and /user/network/. Posts are found only with the token of a
person (scope `read:search`), on servers with Elasticsearch, and only those of authors who allow it. Without one of
these the response has no posts, and says nothing more. Posts come by id, newest first, also with `min_id`, so pages go
downward by `max_id`. Posts of other servers arrive late with the id of their time: the last hour is read again.
Each server registers apps by itself, and tokens don't end (https://docs.joinmastodon.org/methods/apps/ and /oauth/).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Needs, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.mastodon_followers import MastodonFollowers
from monitoring.platforms.mastodon_publish import MastodonPosts
from monitoring.platforms.mastodon_replies import MastodonReplies
from monitoring.platforms.mastodon_tag import LIMITS, PAGE_SIZE, QUOTA, SERVER, StatusLookup, read_statuses
from monitoring.platforms.oauth import OAuth, account_at
from monitoring.platforms.pages import Page, PageRequest
from outbound import ApiRequest


class MastodonSearch(StatusLookup):
    name = "mastodonsearch"
    item_platform = "mastodon"
    label = gettext_noop("Mastodon search")
    summary = gettext_noop("Posts that match your keywords, through your account on a server with full-text search.")
    needs = Needs.KEY
    can = frozenset({Can.SEARCH, Can.BACKFILL, Can.ENGAGEMENT, Can.RECHECK, Can.REPLY})
    settings = (
        SERVER,
        Setting(
            "token",
            gettext_noop("Access token"),
            help=gettext_noop(
                "On your server, under Preferences, Development: a new application with “read:search” and "
                "“read:accounts”."
            ),
            is_secret=True,
        ),
    )
    limits = LIMITS
    min_interval_s = 300
    dialect = Dialect(not_="-", max_chars=500)
    overlap = timedelta(hours=1)
    quota_headers = QUOTA
    is_renewable = True
    replies = MastodonReplies()
    posts = MastodonPosts()
    followers = MastodonFollowers()
    oauth = OAuth(
        authorize_url="https://{server}/oauth/authorize",
        token_url="https://{server}/oauth/token",
        registration_url="https://{server}/api/v1/apps",
        scopes=("read:search", "read:accounts"),
        reply_scopes=MastodonReplies.scopes,
        settings=("server",),
        uses_pkce=True,
        account=account_at("/api/v1/accounts/verify_credentials", lambda data: f"@{data['username']}"),
    )

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['server']}/search"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['server']}"

    def request(self, page: PageRequest) -> ApiRequest:
        query = {"q": page.search.text, "type": "statuses", "limit": PAGE_SIZE}
        if page.cursor:
            query["max_id"] = page.cursor
        headers = {"Authorization": f"Bearer {page.secrets['token']}"}
        return ApiRequest(f"{page.api_url}/api/v2/search?{urlencode(query)}", headers)

    def read(self, data: Any, page: PageRequest) -> Page:
        return read_statuses(data["statuses"], page)
