"""The counts of own topics on a Discourse forum. Pure; used by discourse.py.

Facts: `/t/{id}.json` has `posts_count`, and the first posts with `actions_summary`, where the action 2 is a like
(https://docs.discourse.org/). Ids are those of discourse_publish.py: the forum, `/t/`, the number of the topic.
"""

from typing import Any

from monitoring.platforms.discourse_replies import key_headers
from monitoring.platforms.own_posts import OwnPosts, counted
from monitoring.platforms.rechecks import Lookup, Rechecked
from outbound import ApiRequest

LIKE = 2


class DiscourseOwnPosts(OwnPosts):
    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        number = lookup.ids[0].rpartition("/")[2]
        return ApiRequest(f"{lookup.api_url}/t/{number}.json", key_headers(lookup.secrets))

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        [first] = [post for post in data["post_stream"]["posts"] if post["post_number"] == 1]
        likes = [action.get("count", 0) for action in first["actions_summary"] if action["id"] == LIKE]
        return counted({lookup.ids[0]: (likes[0] if likes else 0, data["posts_count"] - 1, None)})
