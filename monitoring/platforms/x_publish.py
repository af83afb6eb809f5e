"""Posts of the editorial calendar on X, with a connected account. Pure; used by x.py.

Facts: `POST /2/tweets` with the text alone; each is charged, and the same text twice is refused
(https://docs.x.com/x-api/posts/create-post). A lost one is found by searching the account's own posts.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from monitoring.platforms.replies import NEW_POST, ReplyRequest, ReplyTarget, bearer
from monitoring.platforms.x_replies import XReplies
from outbound import ApiRequest


class XPosts(XReplies):
    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return NEW_POST

    def request(self, reply: ReplyRequest) -> ApiRequest:
        return ApiRequest(f"{reply.api_url}/2/tweets", bearer(reply.secrets["token"]), json={"text": reply.text})

    def find_request(self, reply: ReplyRequest) -> ApiRequest | None:
        account = reply.secrets.get("account", "").lstrip("@")
        if not re.fullmatch(r"\w+", account):
            return None
        query = {"query": f"from:{account} -is:reply", "max_results": 20, "tweet.fields": "created_at"}
        url = f"{reply.api_url}/2/tweets/search/recent?{urlencode(query)}"
        return ApiRequest(url, bearer(reply.secrets["token"]))
