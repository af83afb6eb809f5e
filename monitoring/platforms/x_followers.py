"""The followers of an own account on X. Pure; used by x.py.

Facts: `GET /2/users/me` with `user.fields=public_metrics`, only with the token of an account; a read of a user is
charged (https://docs.x.com/x-api/users/get-my-user), so once a day.
"""

from typing import Any

from monitoring.platforms.followers import AccountFollowers, AccountRequest, Followers, count_of
from monitoring.platforms.replies import bearer
from outbound import ApiRequest


class XFollowers(Followers):
    needs_connection = True
    price = 0.010

    def request(self, account: AccountRequest) -> ApiRequest:
        url = f"{account.api_url}/2/users/me?user.fields=public_metrics"
        return ApiRequest(url, bearer(account.secrets["token"]))

    def read(self, data: Any, account: AccountRequest) -> AccountFollowers:
        user = data["data"]
        followers = count_of(user["public_metrics"]["followers_count"])
        return AccountFollowers(str(user["id"]), f"@{user['username']}", followers)
