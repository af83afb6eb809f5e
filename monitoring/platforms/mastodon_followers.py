"""The followers of an own account on Mastodon. Pure; used by mastodon_search.py.

Facts: `accounts/verify_credentials` has `followers_count` of the account of the token, with `read:accounts`
(https://docs.joinmastodon.org/methods/accounts/#verify_credentials). Ids are those of the server.
"""

from typing import Any

from monitoring.platforms.followers import AccountFollowers, AccountRequest, Followers, count_of
from monitoring.platforms.replies import bearer
from outbound import ApiRequest


class MastodonFollowers(Followers):
    def request(self, account: AccountRequest) -> ApiRequest:
        url = f"{account.api_url}/api/v1/accounts/verify_credentials"
        return ApiRequest(url, bearer(account.secrets["token"]))

    def read(self, data: Any, account: AccountRequest) -> AccountFollowers:
        server = account.settings["server"]
        name = f"@{data['username']}@{server}"
        return AccountFollowers(f"{server}/{data['id']}", name, count_of(data["followers_count"]))
