"""Posts of the editorial calendar on Bluesky. Pure; used by bluesky.py.

Facts: as for replies (bluesky_replies.py), without `reply`: `putRecord` with the same key writes the same post again.
"""

from collections.abc import Mapping

from monitoring.platforms.bluesky_replies import BlueskyReplies
from monitoring.platforms.replies import NEW_POST, ReplyRequest, ReplyTarget
from outbound import ApiRequest


class BlueskyPosts(BlueskyReplies):
    has_lookup = False

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return NEW_POST

    def request(self, reply: ReplyRequest) -> ApiRequest:
        request = super().request(reply)
        assert isinstance(request.json, dict)
        del request.json["record"]["reply"]
        return request
