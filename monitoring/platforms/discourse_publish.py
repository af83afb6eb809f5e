"""Posts of the editorial calendar on a Discourse forum: topics in a category. Pure; used by discourse.py.

Facts: `POST /posts.json` with `title`, `raw` and the id of a `category` creates a topic; an unknown category would be
replaced by the default one, so `/c/{id}/show.json` is read before. A forum has a shortest title (15 characters by
default) and text, refuses a title that exists, and may hold a topic back until a moderator approves it
(`action: enqueued`). `/user_actions.json` with filter 4 is what topics a user has created; titles are tidied there:
the first letter is a capital, a full stop at the end is left out (https://docs.discourse.org/).
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from monitoring.platforms.base import Setting, gettext_noop
from monitoring.platforms.discourse_replies import DiscourseReplies, base_of, key_headers
from monitoring.platforms.replies import CLOCK_SLACK, NEW_POST, PublishedReply, ReplyRequest, ReplyTarget, plain
from monitoring.platforms.values import error_body, utc
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

TOPICS_FILTER = 4


class DiscoursePosts(DiscourseReplies):
    place = Setting(
        "category",
        gettext_noop("Category"),
        help=gettext_noop("The URL of the category on the forum, or its number."),
        example="https://forum.example.org/c/news/5",
        pattern=r"(?:https?://[^\s?#]+/c/(?:[^\s/?#]+/)*)?(?P<value>[0-9]{1,9})(?:[/?#]\S*)?",
    )
    longest_title = 255

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return NEW_POST

    def place_of(self, entered: str, settings: Mapping[str, str]) -> str:
        """Return the number of a category, also from its URL on this forum: others have other numbers."""
        host = urlsplit(entered).netloc.lower()
        is_here = not host or host == urlsplit(base_of(settings)).netloc.lower()
        return super().place_of(entered, settings) if is_here else ""

    def parent_request(self, reply: ReplyRequest) -> ApiRequest:
        """Return the request for the category."""
        return ApiRequest(f"{reply.api_url}/c/{quote(reply.place)}/show.json", key_headers(reply.secrets))

    def read_parent(self, data: Any, reply: ReplyRequest) -> Mapping[str, Any]:
        return {"category": int(data["category"]["id"])}

    def request(self, reply: ReplyRequest) -> ApiRequest:
        body = {"title": reply.title, "raw": reply.text, "category": reply.parent["category"]}
        return ApiRequest(f"{reply.api_url}/posts.json", key_headers(reply.secrets), json=body)

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply:
        """Return the topic. One that waits for a moderator has no page yet, only the list of what waits."""
        if data.get("action") == "enqueued":
            user = quote(reply.secrets.get("api_username", ""))
            return PublishedReply("", f"{base_of(reply.settings)}/u/{user}/activity/pending")
        return _published(data.get("post") or data, reply)

    def find_request(self, reply: ReplyRequest) -> ApiRequest | None:
        username = reply.secrets.get("api_username")
        if not username:
            return None
        query = urlencode({"username": username, "filter": TOPICS_FILTER})
        return ApiRequest(f"{reply.api_url}/user_actions.json?{query}", key_headers(reply.secrets))

    def read_found(self, data: Any, reply: ReplyRequest) -> PublishedReply | None:
        for action in data["user_actions"]:
            is_recent = utc(action["created_at"]) >= reply.created_at - CLOCK_SLACK
            if is_recent and _comparable(action["title"]) == _comparable(reply.title):
                return _published(action, reply)
        return None

    def error(self, response: FetchResult) -> PollError | None:
        message = " ".join(map(str, error_body(response).get("errors") or ()))[:200]
        if response.status == 404:
            return PollError("place_not_found", message)
        known = super().error(response)
        if known and known.code == "reply_too_long" and "title" in message.lower():
            return PollError("post_rules", message)
        return PollError("post_rules", message) if known and known.code == "reply_refused" else known


def _published(topic: Mapping[str, Any], reply: ReplyRequest) -> PublishedReply:
    base, slug = base_of(reply.settings), topic.get("topic_slug") or topic.get("slug")
    number = int(topic["topic_id"])
    path = f"{slug}/{number}" if slug else str(number)
    return PublishedReply(f"{base.removeprefix('https://')}/t/{number}", f"{base}/t/{path}")


def _comparable(title: str) -> str:
    return re.sub(r"\W+", " ", plain(title)).strip().casefold()
