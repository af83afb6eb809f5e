"""The counts of own posts on a Facebook Page. Pure; used by facebook.py.

Facts: `/{post}` with the summaries of `reactions` and `comments`, and `shares`, which is absent without any
(https://developers.facebook.com/docs/graph-api/reference/page-post). An object that is gone is code 100, subcode 33.
"""

from typing import Any

from monitoring.platforms.facebook_replies import NO_OBJECT
from monitoring.platforms.meta import graph_request
from monitoring.platforms.own_posts import OwnPosts, counted
from monitoring.platforms.rechecks import Lookup, Rechecked
from monitoring.platforms.values import error_body
from outbound import ApiRequest, FetchResult

SUMMARIES = ("reactions", "comments")
FIELDS = "shares,reactions.limit(0).summary(true),comments.filter(stream).limit(0).summary(true)"


class FacebookOwnPosts(OwnPosts):
    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        return graph_request(lookup, lookup.ids[0], fields=FIELDS)

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        likes, replies = (((data.get(name) or {}).get("summary") or {}).get("total_count") for name in SUMMARIES)
        shares = (data.get("shares") or {}).get("count", 0)
        return counted({str(data["id"]): (likes, replies, shares)})

    def recheck_of_error(self, response: FetchResult, lookup: Lookup) -> Rechecked | None:
        problem = error_body(response).get("error")
        is_gone = isinstance(problem, dict) and (problem.get("code"), problem.get("error_subcode")) == NO_OBJECT
        return Rechecked(deleted=frozenset(lookup.ids)) if is_gone else None
