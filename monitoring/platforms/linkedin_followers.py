"""The followers of an own Page on LinkedIn. Pure; used by linkedin.py.

Facts: `networkSizes/{organization}?edgeType=COMPANY_FOLLOWED_BY_MEMBER` has `firstDegreeSize`, for an admin of the
Page (https://learn.microsoft.com/linkedin/marketing/community-management/organizations/organization-lookup-api
#retrieve-organization-follower-count). It has no name.
"""

from typing import Any
from urllib.parse import quote

from monitoring.platforms.followers import AccountFollowers, AccountRequest, Followers, count_of
from monitoring.platforms.replies import bearer
from outbound import ApiRequest


class LinkedInFollowers(Followers):
    setting = "organization"

    def request(self, account: AccountRequest) -> ApiRequest:
        urn = quote(f"urn:li:organization:{account.settings['organization']}", safe="")
        headers = {"LinkedIn-Version": account.settings["version"], "X-Restli-Protocol-Version": "2.0.0"}
        url = f"{account.api_url}/networkSizes/{urn}?edgeType=COMPANY_FOLLOWED_BY_MEMBER"
        return ApiRequest(url, bearer(account.secrets["token"]) | headers)

    def read(self, data: Any, account: AccountRequest) -> AccountFollowers:
        organization = account.settings["organization"]
        return AccountFollowers(organization, organization, count_of(data["firstDegreeSize"]))
