"""The counts of own posts of a LinkedIn Page. Pure; used by linkedin.py.

Facts: `organizationalEntityShareStatistics` with the URN of a post, in the list of its kind, has the likes, comments
and shares that were not paid for, for an admin of the Page; a post without any is left out
(https://learn.microsoft.com/linkedin/marketing/community-management/organizations/share-statistics). An app in
development has 100 calls per day, so they are read once a day.
"""

from typing import Any
from urllib.parse import quote

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.linkedin_publish import page_urn, rest_headers
from monitoring.platforms.own_posts import OwnPosts, counted
from monitoring.platforms.rechecks import Lookup, Rechecked
from outbound import ApiRequest


class LinkedInOwnPosts(OwnPosts):
    is_hourly = False
    note = gettext_noop("LinkedIn allows few requests: the counts of a post are read once a day, for 30 days.")

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        [urn] = lookup.ids
        kind = "ugcPosts" if urn.startswith("urn:li:ugcPost:") else "shares"
        page = quote(page_urn(lookup.settings), safe="")
        # The syntax of lists is not escaped, only the values in it.
        path = f"organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={page}"
        url = f"{lookup.api_url}/{path}&{kind}=List({quote(urn, safe='')})"
        return ApiRequest(url, rest_headers(lookup.settings, lookup.secrets))

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        found = [one["totalShareStatistics"] for one in data["elements"]]
        names = ("likeCount", "commentCount", "shareCount")
        if not found:
            return Rechecked()
        likes, replies, shares = (found[0].get(name) for name in names)
        return counted({lookup.ids[0]: (likes, replies, shares)})
