"""The followers of an own account on Bluesky. Pure; used by bluesky.py.

Facts: `app.bsky.actor.getProfile` has `followersCount` (https://docs.bsky.app/docs/api/app-bsky-actor-get-profile).
The server of the account passes the request on, with the session that reading has.
"""

from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.followers import AccountFollowers, AccountRequest, Followers, count_of
from monitoring.platforms.replies import bearer
from outbound import ApiRequest


class BlueskyFollowers(Followers):
    def request(self, account: AccountRequest) -> ApiRequest:
        server = account.secrets.get("pds") or account.api_url
        actor = account.secrets.get("did") or account.settings["handle"].lstrip("@")
        url = f"{server}/xrpc/app.bsky.actor.getProfile?{urlencode({'actor': actor})}"
        return ApiRequest(url, bearer(account.secrets["access_jwt"]))

    def read(self, data: Any, account: AccountRequest) -> AccountFollowers:
        return AccountFollowers(str(data["did"]), f"@{data['handle']}", count_of(data["followersCount"]))
