"""Replies on Bluesky. Pure; used by bluesky.py.

Facts: a reply names the URI and the CID of the post and of the first post of the thread, and `putRecord` with a key
of the client's choice writes the same record again instead of a second one
(https://docs.bsky.app/docs/advanced-guides/posts#replies, /docs/api/com-atproto-repo-put-record). A key of a post is
13 characters made of its time (https://atproto.com/specs/tid). Links are clickable only where `facets` name their
place, in bytes of UTF-8. `viewer.replyDisabled` says that the author allows no reply of this account.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.bluesky_posts import COLLECTION, post_url
from monitoring.platforms.replies import PublishedReply, Replies, ReplyRequest, ReplyTarget, bearer
from monitoring.platforms.reply_texts import LINK
from monitoring.platforms.values import error_body
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

_URL = re.compile(r"https://bsky\.app/profile/(did:[a-z]+:[A-Za-z0-9._:%-]+)/post/([A-Za-z0-9._:~-]+)")
# Seen from PDS 0.4.217 and, the second, from earlier versions.
_TOO_LONG = re.compile(r"(?:grapheme|string) too big .*\.text\b|must not be longer than")
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


class BlueskyReplies(Replies):
    needs = gettext_noop("The app password of an account may publish replies, too.")
    repeat_within = None

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        found = _URL.fullmatch(target.url)
        return f"at://{found[1]}/{COLLECTION}/{found[2]}" if found else ""

    def parent_request(self, reply: ReplyRequest) -> ApiRequest:
        query = urlencode({"uris": self.id_of(reply.target, reply.settings)})
        return ApiRequest(
            f"{server_of(reply)}/xrpc/app.bsky.feed.getPosts?{query}", bearer(reply.secrets["access_jwt"])
        )

    def read_parent(self, data: Any, reply: ReplyRequest) -> Mapping[str, Any] | PollError:
        if not data["posts"]:
            return PollError("parent_deleted")
        post = data["posts"][0]
        if (post.get("viewer") or {}).get("replyDisabled"):
            return PollError("reply_refused", "replyDisabled")
        own = {"uri": post["uri"], "cid": post["cid"]}
        root = (post["record"].get("reply") or {}).get("root") or own
        return {"parent": own, "root": {"uri": root["uri"], "cid": root["cid"]}}

    def request(self, reply: ReplyRequest) -> ApiRequest:
        record: dict[str, Any] = {
            "$type": COLLECTION,
            "text": reply.text,
            "createdAt": reply.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "reply": dict(reply.parent),
        }
        if reply.language:
            record["langs"] = [reply.language]
        if facets := _links(reply.text):
            record["facets"] = facets
        body = {
            "repo": reply.secrets["did"],
            "collection": COLLECTION,
            "rkey": record_key(reply.created_at, reply.key),
            "record": record,
        }
        url = f"{server_of(reply)}/xrpc/com.atproto.repo.putRecord"
        return ApiRequest(url, bearer(reply.secrets["access_jwt"]), json=body)

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply:
        return PublishedReply(data["uri"], post_url(data["uri"]))

    def error(self, response: FetchResult) -> PollError | None:
        message = str(error_body(response).get("message"))
        return PollError("reply_too_long") if _TOO_LONG.search(message) else None


def record_key(at: datetime, key: UUID) -> str:
    """Return the key of a reply, the same in each attempt: its time, and 10 bits of its own."""
    number = (int(at.timestamp() * 1_000_000) << 10 | key.int & 0x3FF) & (1 << 63) - 1
    return "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def _links(text: str) -> list[dict[str, Any]]:
    facets = []
    for found in LINK.finditer(text):
        url = found[0].rstrip(".,;:!?)»”’")
        start = len(text[: found.start()].encode())
        place = {"byteStart": start, "byteEnd": start + len(url.encode())}
        facets.append({"index": place, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": url}]})
    return facets


def server_of(reply: ReplyRequest) -> str:
    """Return the server of the account."""
    return reply.secrets.get("pds") or reply.api_url
