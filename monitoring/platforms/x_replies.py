"""Replies on X, with a connected account. Pure; used by x.py.

Facts: `POST /2/tweets` with `reply.in_reply_to_tweet_id` and the scope `tweet.write`; it is charged, and has no key
against repetition, but refuses the same text twice (https://docs.x.com/x-api/posts/create-post). Since February 2026
apps below the enterprise plan may reply only to posts that mention or quote the account
(https://www.tekedia.com/x-restricts-programmatic-bot-replies-to-boost-genuine-users-interaction). Looking a post up
costs as much as reading it, so the response to the reply says whether it exists. Links are shortened in what is read.
"""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.replies import CLOCK_SLACK, PublishedReply, Replies, ReplyRequest, ReplyTarget, bearer
from monitoring.platforms.reply_texts import LINK
from monitoring.platforms.values import error_body, utc
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

_URL = re.compile(r"https://(?:www\.)?(?:x|twitter)\.com/(?:i/web|\w+)/status/(\d+)")
_LEADING_MENTIONS = re.compile(r"^(?:@\w+\s+)+")


class XReplies(Replies):
    scopes = ("tweet.write", "media.write")
    needs = gettext_noop(
        "Only a connected account can reply. X charges for each reply, and lets most apps reply only to posts that "
        "mention or quote the account."
    )
    needs_connection = True
    has_lookup = False

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        found = _URL.fullmatch(target.url)
        return found[1] if found else ""

    def request(self, reply: ReplyRequest) -> ApiRequest:
        body = {"text": reply.text, "reply": {"in_reply_to_tweet_id": self.id_of(reply.target, reply.settings)}}
        return ApiRequest(f"{reply.api_url}/2/tweets", bearer(reply.secrets["token"]), json=body)

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply:
        return _published(str(data["data"]["id"]))

    def find_request(self, reply: ReplyRequest) -> ApiRequest | None:
        account = reply.secrets.get("account", "").lstrip("@")
        if not re.fullmatch(r"\w+", account):
            return None
        search = f"from:{account} in_reply_to_tweet_id:{self.id_of(reply.target, reply.settings)}"
        query = urlencode({"query": search, "max_results": 10, "tweet.fields": "created_at"})
        return ApiRequest(f"{reply.api_url}/2/tweets/search/recent?{query}", bearer(reply.secrets["token"]))

    def read_found(self, data: Any, reply: ReplyRequest) -> PublishedReply | None:
        for post in data.get("data") or ():
            is_recent = utc(post["created_at"]) >= reply.created_at - CLOCK_SLACK
            if is_recent and _comparable(unescape(post["text"])) == _comparable(reply.text):
                return _published(str(post["id"]))
        return None

    def error(self, response: FetchResult) -> PollError | None:
        body = error_body(response)
        message = f"{body.get('title') or ''} {body.get('detail') or ''}".strip()[:200]
        known = message.lower()
        if "duplicate" in known:
            return PollError("reply_duplicate", message)
        if "deleted or not visible" in known:
            return PollError("parent_deleted", message)
        if "too long" in known or "longer than" in known:
            return PollError("reply_too_long", message)
        if response.status == 403 and ("mention" in known or "conversation" in known or "reply" in known):
            return PollError("reply_refused", message)
        return None


def _published(number: str) -> PublishedReply:
    return PublishedReply(number, f"https://x.com/i/web/status/{number}")


def _comparable(text: str) -> list[str]:
    return LINK.sub("", _LEADING_MENTIONS.sub("", text)).split()
