"""Replies on YouTube, with a connected account: to comments, and comments on videos. Pure; used by youtube.py.

Facts: `comments.insert` replies to a top-level comment, `commentThreads.insert` comments on a video; each takes 50
units of the quota. The scope is `youtube.force-ssl`; a key can't write
(https://developers.google.com/youtube/v3/docs/comments/insert, /docs/commentThreads/insert, /docs/errors).
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.replies import CLOCK_SLACK, PublishedReply, Replies, ReplyRequest, ReplyTarget, bearer
from monitoring.platforms.values import error_body, utc
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

UNITS = 50
RECENT = 100
_ID = re.compile(r"[\w.-]+")
_REFUSALS = {
    "commentsDisabled": "reply_refused",
    "forbidden": "reply_refused",
    "ineligibleAccount": "reply_refused",
    "processingFailure": "reply_refused",
    "commentTextTooLong": "reply_too_long",
    "parentCommentNotFound": "parent_deleted",
    "videoNotFound": "parent_deleted",
    "commentNotFound": "parent_deleted",
    "insufficientPermissions": "reply_permission",
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": "reply_permission",
}


class YouTubeReplies(Replies):
    scopes = ("https://www.googleapis.com/auth/youtube.force-ssl",)
    needs = gettext_noop("Only a connected account can reply: a key can’t.")
    needs_connection = True
    cost = UNITS

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        video, comment = _ids(target)
        return comment or video

    def parent_request(self, reply: ReplyRequest) -> ApiRequest:
        video, comment = _ids(reply.target)
        method, found = ("comments", comment) if comment else ("videos", video)
        query = urlencode({"part": "id", "id": found})
        return ApiRequest(f"{reply.api_url}/{method}?{query}", bearer(reply.secrets["key"]))

    def read_parent(self, data: Any, reply: ReplyRequest) -> Mapping[str, Any] | PollError:
        return {} if data["items"] else PollError("parent_deleted")

    def request(self, reply: ReplyRequest) -> ApiRequest:
        video, comment = _ids(reply.target)
        own = {"textOriginal": reply.text}
        snippet: dict[str, Any]
        if comment:
            method, snippet = "comments", {"parentId": comment, **own}
        else:
            method, snippet = "commentThreads", {"videoId": video, "topLevelComment": {"snippet": own}}
        url = f"{reply.api_url}/{method}?part=snippet"
        return ApiRequest(url, bearer(reply.secrets["key"]), json={"snippet": snippet})

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply:
        number = str(data["id"])
        return PublishedReply(number, f"https://www.youtube.com/watch?v={_ids(reply.target)[0]}&lc={number}")

    def find_request(self, reply: ReplyRequest) -> ApiRequest:
        video, comment = _ids(reply.target)
        place = {"parentId": comment} if comment else {"videoId": video, "order": "time"}
        query = urlencode({"part": "snippet", "maxResults": RECENT, "textFormat": "plainText", **place})
        method = "comments" if comment else "commentThreads"
        return ApiRequest(f"{reply.api_url}/{method}?{query}", bearer(reply.secrets["key"]))

    def read_found(self, data: Any, reply: ReplyRequest) -> PublishedReply | None:
        for item in data["items"]:
            snippet = (item["snippet"].get("topLevelComment") or item)["snippet"]
            text = snippet.get("textOriginal") or snippet.get("textDisplay") or ""
            is_recent = utc(snippet["publishedAt"]) >= reply.created_at - CLOCK_SLACK
            if is_recent and text.split() == reply.text.split():
                return self.read(item, reply)
        return None

    def error(self, response: FetchResult) -> PollError | None:
        problem = error_body(response).get("error")
        found = problem if isinstance(problem, dict) else {}
        items = [*(found.get("errors") or ()), *(found.get("details") or ())]
        reasons = [str(item.get("reason")) for item in items if isinstance(item, dict)]
        code = next((_REFUSALS[reason] for reason in reasons if reason in _REFUSALS), "")
        return PollError(code, ", ".join(reasons)[:200]) if code else None


def _ids(target: ReplyTarget) -> tuple[str, str]:
    """Return the ids of the video and of the comment in an address, "" where there is none."""
    parts = urlsplit(target.url)
    if parts.hostname != "www.youtube.com" or parts.path != "/watch":
        return "", ""
    query = parse_qs(parts.query)
    video, comment = (query.get(name, [""])[0] for name in ("v", "lc"))
    return (video, comment) if _ID.fullmatch(video) and _ID.fullmatch(comment or "-") else ("", "")
