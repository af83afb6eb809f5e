"""Replies on a Discourse forum, with an API key. Pure; used by discourse.py.

Facts: `POST /posts.json` takes `raw`, `topic_id` and `reply_to_post_number`, in the name of the user of the key; a
forum may hold a post back until a moderator approves it (`action: enqueued`). It refuses a text that is shorter than
its minimum, or similar to one that the user has just posted. `/posts/by_number/{topic}/{number}.json` is a post,
`/user_actions.json` with filter 5 what a user has replied (https://docs.discourse.org/).
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.replies import CLOCK_SLACK, PublishedReply, Replies, ReplyRequest, ReplyTarget, plain
from monitoring.platforms.values import error_body, utc
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

REPLIES_FILTER = 5
# `user_actions` shows the start of a post.
COMPARED = 60
_PATH = re.compile(r"/t/(?:[^/]+/)?(\d+)/(\d+)")


class DiscourseReplies(Replies):
    needs = gettext_noop("The key needs the permission to write posts, and its username: replies appear in that name.")

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        base = base_of(settings)
        found = _PATH.fullmatch(target.url.removeprefix(base)) if target.url.startswith(base) else None
        return f"{found[1]}/{found[2]}" if found else ""

    def parent_request(self, reply: ReplyRequest) -> ApiRequest:
        path = self.id_of(reply.target, reply.settings)
        return ApiRequest(f"{reply.api_url}/posts/by_number/{path}.json", key_headers(reply.secrets))

    def read_parent(self, data: Any, reply: ReplyRequest) -> Mapping[str, Any] | PollError:
        if data.get("deleted_at") or data.get("user_deleted"):
            return PollError("parent_deleted")
        return {"topic": int(data["topic_id"]), "number": int(data["post_number"])}

    def request(self, reply: ReplyRequest) -> ApiRequest:
        body = {"raw": reply.text, "topic_id": reply.parent["topic"]}
        if reply.parent["number"] > 1:
            body["reply_to_post_number"] = reply.parent["number"]
        return ApiRequest(f"{reply.api_url}/posts.json", key_headers(reply.secrets), json=body)

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply:
        if data.get("action") == "enqueued":
            return PublishedReply("", f"{base_of(reply.settings)}/t/{reply.parent['topic']}")
        post = data.get("post") or data
        return _published(post["id"], post, reply)

    def find_request(self, reply: ReplyRequest) -> ApiRequest | None:
        username = reply.secrets.get("api_username")
        if not username:
            return None
        query = urlencode({"username": username, "filter": REPLIES_FILTER})
        return ApiRequest(f"{reply.api_url}/user_actions.json?{query}", key_headers(reply.secrets))

    def read_found(self, data: Any, reply: ReplyRequest) -> PublishedReply | None:
        wanted = plain(reply.text)[:COMPARED]
        for action in data["user_actions"]:
            is_recent = utc(action["created_at"]) >= reply.created_at - CLOCK_SLACK
            is_here = action["topic_id"] == reply.parent["topic"]
            if is_recent and is_here and plain(action["excerpt"]).startswith(wanted):
                return _published(action["post_id"], action, reply)
        return None

    def error(self, response: FetchResult) -> PollError | None:
        message = " ".join(map(str, error_body(response).get("errors") or ()))[:200]
        if response.status != 422:
            return None
        if "similar" in message:
            return PollError("reply_duplicate", message)
        return PollError("reply_too_long" if "maximum" in message else "reply_refused", message)


def key_headers(secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a key and its user, none without one."""
    names = {"api_key": "Api-Key", "api_username": "Api-Username"}
    return {header: secrets[name] for name, header in names.items() if secrets.get(name)}


def base_of(settings: Mapping[str, str]) -> str:
    return "https://" + settings.get("forum", "").removeprefix("https://").rstrip("/")


def _published(post_id: int, post: Mapping[str, Any], reply: ReplyRequest) -> PublishedReply:
    base, slug = base_of(reply.settings), post.get("topic_slug") or post.get("slug")
    path = f"{slug}/{post['topic_id']}" if slug else str(post["topic_id"])
    return PublishedReply(f"{base.removeprefix('https://')}/{post_id}", f"{base}/t/{path}/{post['post_number']}")
