"""Posts of the editorial calendar on LinkedIn in the name of a Page. Pure; used by linkedin.py.

Facts: `POST /rest/posts` with the URN of the Page as `author`, for its admins with `w_organization_social`; the
response is empty, its header `x-restli-id` has the URN of the post. The same text twice is refused. A lost one is
among the last posts of the author, which need `r_organization_social` to be read, and are listed by the time of their
last change (https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api).
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.linkedin_text import commentary, plain
from monitoring.platforms.replies import (
    CLOCK_SLACK,
    NEW_POST,
    PublishedReply,
    Replies,
    ReplyRequest,
    ReplyTarget,
    bearer,
)
from monitoring.platforms.values import error_body
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

RECENT = 20


class LinkedInPosts(Replies):
    scopes = ("w_organization_social", "r_organization_social")
    needs = gettext_noop(
        "A token needs w_organization_social and r_organization_social in addition. Posts appear in the name of the "
        "Page."
    )
    has_lookup = False

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return NEW_POST if settings.get("organization") and settings.get("version") else ""

    def request(self, reply: ReplyRequest) -> ApiRequest:
        distribution = {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []}
        body = {
            "author": page_urn(reply.settings),
            "commentary": commentary(reply.text),
            "visibility": "PUBLIC",
            "distribution": distribution,
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        return ApiRequest(f"{reply.api_url}/posts", rest_headers(reply.settings, reply.secrets), json=body)

    def content(self, response: FetchResult, decode: Callable[[bytes], Any]) -> Any:
        return {"id": response.headers["x-restli-id"]}

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply:
        urn = str(data["id"])
        if not urn.startswith("urn:li:"):
            raise ValueError("no URN")
        return PublishedReply(urn, f"https://www.linkedin.com/feed/update/{urn}")

    def find_request(self, reply: ReplyRequest) -> ApiRequest:
        author = quote(page_urn(reply.settings), safe="")
        url = f"{reply.api_url}/posts?author={author}&q=author&count={RECENT}&sortBy=LAST_MODIFIED"
        headers = rest_headers(reply.settings, reply.secrets) | {"X-RestLi-Method": "FINDER"}
        return ApiRequest(url, headers)

    def read_found(self, data: Any, reply: ReplyRequest) -> PublishedReply | None:
        for post in data["elements"]:
            created = datetime.fromtimestamp(post["createdAt"] / 1000, UTC)
            is_same = plain(post.get("commentary") or "").split() == reply.text.split()
            if created >= reply.created_at - CLOCK_SLACK and is_same:
                return self.read(post, reply)
        return None

    def error(self, response: FetchResult) -> PollError | None:
        if response.status not in (400, 422):
            return None
        body = error_body(response)
        fields = (body.get("errorDetails") or {}).get("inputErrors") or ()
        texts = [body.get("message"), *(one.get("description") for one in fields if isinstance(one, dict))]
        message = " ".join(text for text in texts if isinstance(text, str))[:200]
        known = message.lower()
        if "duplicate" in known:
            return PollError("reply_duplicate", message)
        if "length" in known or "too long" in known or "exceed" in known:
            return PollError("reply_too_long", message)
        return PollError("post_rules", message)


def page_urn(settings: Mapping[str, str]) -> str:
    return f"urn:li:organization:{settings['organization']}"


def rest_headers(settings: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a request with the token of an admin of the Page."""
    return bearer(secrets["token"]) | {
        "LinkedIn-Version": settings["version"],
        "X-Restli-Protocol-Version": "2.0.0",
    }
