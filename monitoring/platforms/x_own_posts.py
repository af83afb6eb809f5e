"""The counts of own posts on X. Pure; used by x.py.

Facts: `GET /2/tweets` with `public_metrics`; each post read is charged, so it is read once a day and for a week only
(https://docs.x.com/x-api/posts/lookup/introduction).
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.own_posts import OwnPosts, counted
from monitoring.platforms.rechecks import Lookup, Rechecked
from monitoring.platforms.replies import bearer
from monitoring.platforms.values import total
from outbound import ApiRequest

POST_PRICE = 0.005  # US dollars


class XOwnPosts(OwnPosts):
    batch = 100
    price = POST_PRICE
    is_hourly = False
    lasts = timedelta(days=7, hours=12)
    note = gettext_noop(
        "X charges for each read of a post: its counts are read once a day, for 7 days, within the spending cap."
    )

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        query = urlencode({"ids": ",".join(lookup.ids), "tweet.fields": "public_metrics"})
        return ApiRequest(f"{lookup.api_url}/2/tweets?{query}", bearer(lookup.secrets["token"]))

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        posts = data.get("data") or []
        counts = {}
        for post in posts:
            metrics = post["public_metrics"]
            reposts = metrics.get("retweet_count", metrics.get("repost_count"))
            shares = total(reposts, metrics.get("quote_count"))
            counts[str(post["id"])] = (metrics.get("like_count"), metrics.get("reply_count"), shares)
        return counted(counts, spent={"usd": len(posts) * POST_PRICE})
