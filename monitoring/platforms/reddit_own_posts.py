"""The counts of own posts on Reddit. Pure; used by reddit.py.

Facts: `/api/info` looks up to 100 posts up by id; the score may be hidden at first, and begins
at 1, the vote of its author
(https://www.reddit.com/dev/api/oauth#GET_api_info).
"""

from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.own_posts import OwnPosts, counted
from monitoring.platforms.rechecks import Lookup, Rechecked
from monitoring.platforms.reddit_replies import headers
from outbound import ApiRequest


class RedditOwnPosts(OwnPosts):
    batch = 100

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        query = urlencode({"id": ",".join(lookup.ids), "raw_json": 1})
        return ApiRequest(f"{lookup.api_url}/api/info?{query}", headers(lookup))

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        posts = [thing["data"] for thing in data["data"]["children"]]
        return counted({str(post["name"]): _counts(post) for post in posts})


def _counts(post: dict[str, Any]) -> tuple[Any, Any, Any]:
    score = None if post.get("score_hidden") else post.get("score")
    return max(score - 1, 0) if score is not None else None, post.get("num_comments"), post.get("num_crossposts")
