"""Replies on Reddit, with a connected account. Pure; used by reddit.py.

Facts: `POST /api/comment` takes the `thing_id` of a post or comment and Markdown; with `api_type=json` errors come
with status 200, as lists of code, message and field. Scopes: `submit`, and `history` to look at the account's own
comments (https://www.reddit.com/dev/api/oauth#POST_api_comment). A limit of its own, for young accounts, says how
long to wait in seconds (`ratelimit`).
"""

import re
from collections.abc import Mapping
from math import ceil
from typing import Any
from urllib.parse import quote, urlencode, urljoin

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.rechecks import Lookup
from monitoring.platforms.reddit_items import SITE, is_gone
from monitoring.platforms.replies import PublishedReply, Replies, ReplyRequest, ReplyTarget, bearer
from monitoring.platforms.session import MAX_WAIT_S
from monitoring.records import PollError
from outbound import ApiRequest

RECENT = 25  # own comments in which a lost one is looked for
_PATH = re.compile(r"https://www\.reddit\.com(?:/r/[^/]+|/user/[^/]+)?/comments/(\w+)(?:/[^/]*(?:/(\w+))?)?/?")
CODES = {
    "RATELIMIT": "rate_limited",
    "TOO_LONG": "reply_too_long",
    "DELETED_LINK": "parent_deleted",
    "DELETED_COMMENT": "parent_deleted",
    "USER_REQUIRED": "credential_rejected",
    "INSUFFICIENT_SCOPE": "reply_permission",
}


class RedditReplies(Replies):
    scopes = ("submit", "history")
    needs = gettext_noop("Only a connected account can reply: an app alone can’t.")
    needs_connection = True

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        found = _PATH.fullmatch(target.url)
        if not found:
            return ""
        return f"t1_{found[2]}" if found[2] else f"t3_{found[1]}"

    def parent_request(self, reply: ReplyRequest) -> ApiRequest:
        query = urlencode({"id": self.id_of(reply.target, reply.settings), "raw_json": 1})
        return ApiRequest(f"{reply.api_url}/api/info?{query}", headers(reply))

    def read_parent(self, data: Any, reply: ReplyRequest) -> Mapping[str, Any] | PollError:
        things = data["data"]["children"]
        if not things or is_gone(things[0]["data"]):
            return PollError("parent_deleted")
        thing = things[0]["data"]
        if thing.get("locked") or thing.get("archived"):
            return PollError("reply_refused", "locked" if thing.get("locked") else "archived")
        return {"id": thing["name"]}

    def request(self, reply: ReplyRequest) -> ApiRequest:
        form = {"api_type": "json", "thing_id": reply.parent["id"], "text": reply.text}
        return ApiRequest(f"{reply.api_url}/api/comment", headers(reply), form=form)

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply | PollError:
        answer = data["json"]
        for code, message, *_ in answer.get("errors") or ():
            return PollError(CODES.get(code, "reply_refused"), f"{code}: {message}"[:200])
        return _published(answer["data"]["things"][0]["data"])

    def find_request(self, reply: ReplyRequest) -> ApiRequest:
        query = urlencode({"sort": "new", "limit": RECENT, "raw_json": 1})
        url = f"{reply.api_url}/user/{quote(reply.secrets.get('account', ''))}/comments?{query}"
        return ApiRequest(url, headers(reply))

    def read_found(self, data: Any, reply: ReplyRequest) -> PublishedReply | None:
        for thing in data["data"]["children"]:
            own = thing["data"]
            if own["parent_id"] == reply.parent["id"] and own["body"].split() == reply.text.split():
                return _published(own)
        return None

    def wait_s(self, data: Any) -> int | None:
        seconds = data["json"].get("ratelimit")
        return min(max(ceil(seconds), 0), MAX_WAIT_S) if isinstance(seconds, int | float) else None


def _published(comment: Mapping[str, Any]) -> PublishedReply:
    path = comment.get("permalink") or f"/comments/{comment['link_id'].partition('_')[2]}/_/{comment['id']}/"
    return PublishedReply(comment["name"], urljoin(SITE, path))


def headers(reply: ReplyRequest | Lookup) -> dict[str, str]:
    app, account = reply.secrets.get("client_id"), reply.secrets.get("account")
    agent = f"web:{app}:v0.1 (by /u/{account})"
    return bearer(reply.secrets["access_token"]) | {"User-Agent": agent}
