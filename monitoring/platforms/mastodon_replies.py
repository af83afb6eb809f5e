"""Replies on Mastodon. Pure; used by mastodon_search.py, whose accounts have a token.

Facts: the same post has another id on each server, so the account's own server looks it up by its address
(`resolve=true`, https://docs.joinmastodon.org/methods/search/#v2). A reply notifies those whom its text mentions, and
may be no more public than the post. `Idempotency-Key` returns the same reply again for an hour
(https://docs.joinmastodon.org/methods/statuses/#create). Scopes: `read:search`, `read:statuses`, `write:statuses`.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.replies import (
    CLOCK_SLACK,
    PublishedReply,
    Replies,
    ReplyRequest,
    ReplyTarget,
    bearer,
    plain,
)
from monitoring.platforms.values import error_body, utc
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult


class MastodonReplies(Replies):
    scopes = ("read:statuses", "write:statuses", "write:media")
    needs = gettext_noop(
        "A token needs “write:statuses” and “read:statuses” in addition, for posts also “read:accounts”, and "
        "“write:media” for their pictures."
    )
    repeat_within = timedelta(minutes=50)

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return target.url if target.url.startswith("https://") else ""

    def parent_request(self, reply: ReplyRequest) -> ApiRequest:
        query = urlencode({"q": reply.target.url, "type": "statuses", "resolve": "true", "limit": 1})
        return ApiRequest(f"{reply.api_url}/api/v2/search?{query}", bearer(reply.secrets["token"]))

    def read_parent(self, data: Any, reply: ReplyRequest) -> Mapping[str, Any] | PollError:
        if not data["statuses"]:
            return PollError("parent_deleted")
        post = data["statuses"][0]
        return {
            "id": str(post["id"]),
            "author": str(post["account"]["acct"]),
            "visibility": str(post.get("visibility") or "public"),
        }

    def request(self, reply: ReplyRequest) -> ApiRequest:
        body = {
            "status": _with_mention(reply.text, reply.parent["author"]),
            "in_reply_to_id": reply.parent["id"],
            "visibility": reply.parent["visibility"],
        } | ({"language": reply.language} if reply.language else {})
        headers = bearer(reply.secrets["token"]) | {"Idempotency-Key": str(reply.key)}
        return ApiRequest(f"{reply.api_url}/api/v1/statuses", headers, json=body)

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply:
        return PublishedReply(str(data["uri"]), str(data.get("url") or data["uri"]))

    def find_request(self, reply: ReplyRequest) -> ApiRequest:
        url = f"{reply.api_url}/api/v1/statuses/{quote(reply.parent['id'])}/context"
        return ApiRequest(url, bearer(reply.secrets["token"]))

    def read_found(self, data: Any, reply: ReplyRequest) -> PublishedReply | None:
        for post in data["descendants"]:
            is_recent = utc(post["created_at"]) >= reply.created_at - CLOCK_SLACK
            is_direct = str(post.get("in_reply_to_id")) == reply.parent["id"]
            if is_recent and is_direct and plain(post["content"]).endswith(plain(reply.text)):
                return self.read(post, reply)
        return None

    def error(self, response: FetchResult) -> PollError | None:
        message = str(error_body(response).get("error"))
        if response.status == 422 and "limit" in message:
            return PollError("reply_too_long", message[:200])
        if response.status == 403 and "scope" in message:
            return PollError("reply_permission", message[:200])
        return None


def _with_mention(text: str, author: str) -> str:
    """Return the text with the name of the author in front, unless it is there: otherwise they would not know."""
    is_named = re.search(rf"@{re.escape(author)}(?![\w.@-])", text, re.IGNORECASE)
    return text if is_named else f"@{author} {text}"
