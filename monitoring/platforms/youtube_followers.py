"""The subscribers of an own channel on YouTube. Pure; used by youtube.py.

Facts: `channels?mine=true` has `statistics.subscriberCount` as a text, rounded down to three digits; there is none
where the channel hides it (https://developers.google.com/youtube/v3/docs/channels).
"""

from typing import Any

from monitoring.platforms.followers import AccountFollowers, AccountRequest, Followers, count_of
from monitoring.platforms.replies import bearer
from monitoring.records import PollError
from outbound import ApiRequest


class YouTubeFollowers(Followers):
    needs_connection = True

    def request(self, account: AccountRequest) -> ApiRequest:
        url = f"{account.api_url}/channels?part=snippet,statistics&mine=true"
        return ApiRequest(url, bearer(account.secrets["key"]))

    def read(self, data: Any, account: AccountRequest) -> AccountFollowers | PollError:
        items = data.get("items") or []
        if not items:
            return PollError("not_found", "the account has no channel")
        channel = items[0]
        if channel["statistics"].get("hiddenSubscriberCount"):
            return PollError("followers_hidden")
        followers = count_of(channel["statistics"]["subscriberCount"])
        return AccountFollowers(str(channel["id"]), str(channel["snippet"]["title"]), followers)
