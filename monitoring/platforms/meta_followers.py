"""The followers of an own Page on Facebook, or of a business account on Instagram. Pure.

Facts: a Page and an IG User have `followers_count` (https://developers.facebook.com/docs/graph-api/reference/page,
/docs/instagram-platform/instagram-graph-api/reference/ig-user). Used by facebook.py and instagram.py.
"""

from typing import Any

from monitoring.platforms.followers import AccountFollowers, AccountRequest, Followers, count_of
from monitoring.platforms.meta import graph_request
from outbound import ApiRequest


class PageFollowers(Followers):
    setting = "page"

    def request(self, account: AccountRequest) -> ApiRequest:
        return graph_request(account, account.settings["page"], fields="id,name,followers_count")

    def read(self, data: Any, account: AccountRequest) -> AccountFollowers:
        return AccountFollowers(str(data["id"]), str(data["name"]), count_of(data["followers_count"]))


class InstagramFollowers(Followers):
    setting = "account"

    def request(self, account: AccountRequest) -> ApiRequest:
        return graph_request(account, account.settings["account"], fields="id,username,followers_count")

    def read(self, data: Any, account: AccountRequest) -> AccountFollowers:
        return AccountFollowers(str(data["id"]), f"@{data['username']}", count_of(data["followers_count"]))
