"""Posts of the editorial calendar on Mastodon. Pure; used by mastodon_search.py, whose accounts have a token.

Facts: `POST /api/v1/statuses` with an `Idempotency-Key` that returns the same post again for an hour
(https://docs.joinmastodon.org/methods/statuses/#create); a lost one is among the last of the account
(`/api/v1/accounts/verify_credentials` names it, `/api/v1/accounts/{id}/statuses` lists them). Scopes:
`read:accounts`, `read:statuses`, `write:statuses`, and `write:media` for pictures: `POST /api/v2/media` returns 202 if
the picture is processed later, and `GET /api/v1/media/{id}` 206 until it is
(https://docs.joinmastodon.org/methods/media/).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from monitoring.platforms.mastodon_replies import MastodonReplies
from monitoring.platforms.pictures import Picture, Pictures, file_form
from monitoring.platforms.replies import (
    CLOCK_SLACK,
    NEW_POST,
    PublishedReply,
    ReplyRequest,
    ReplyTarget,
    bearer,
    plain,
)
from monitoring.platforms.values import error_body, utc
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

RECENT = 40


class MastodonPictures(Pictures):
    def request(self, reply: ReplyRequest, picture: Picture) -> ApiRequest:
        content = file_form("file", picture, {"description": picture.alt})
        return ApiRequest(f"{reply.api_url}/api/v2/media", bearer(reply.secrets["token"]), content=content)

    def read(self, data: Any) -> str:
        return str(data["id"])

    def is_processing(self, response: FetchResult) -> bool:
        return response.status in (202, 206)

    def progress_request(self, reply: ReplyRequest, uploaded: Any) -> ApiRequest:
        return ApiRequest(f"{reply.api_url}/api/v1/media/{quote(uploaded)}", bearer(reply.secrets["token"]))


class MastodonPosts(MastodonReplies):
    pictures = MastodonPictures()

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return NEW_POST

    def parent_request(self, reply: ReplyRequest) -> ApiRequest:
        """Return the request for the account itself, whose posts are looked through for a lost one."""
        return ApiRequest(f"{reply.api_url}/api/v1/accounts/verify_credentials", bearer(reply.secrets["token"]))

    def read_parent(self, data: Any, reply: ReplyRequest) -> Mapping[str, Any]:
        return {"id": str(data["id"])}

    def request(self, reply: ReplyRequest) -> ApiRequest:
        body: dict[str, Any] = {"status": reply.text, "visibility": "public"} | (
            {"language": reply.language} if reply.language else {}
        )
        if reply.uploaded:
            body["media_ids"] = list(reply.uploaded)
        headers = bearer(reply.secrets["token"]) | {"Idempotency-Key": str(reply.key)}
        return ApiRequest(f"{reply.api_url}/api/v1/statuses", headers, json=body)

    def error(self, response: FetchResult) -> PollError | None:
        message = str(error_body(response).get("error"))
        if response.status == 422 and "finished processing" in message:
            return PollError("picture_processing", message[:200])
        return super().error(response)

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply:
        """Return the post with the id by which the account's server looks it up."""
        return PublishedReply(str(data["id"]), str(data.get("url") or data["uri"]))

    def find_request(self, reply: ReplyRequest) -> ApiRequest:
        query = urlencode({"limit": RECENT, "exclude_replies": "true", "exclude_reblogs": "true"})
        url = f"{reply.api_url}/api/v1/accounts/{quote(reply.parent['id'])}/statuses?{query}"
        return ApiRequest(url, bearer(reply.secrets["token"]))

    def read_found(self, data: Any, reply: ReplyRequest) -> PublishedReply | None:
        for post in data:
            is_recent = utc(post["created_at"]) >= reply.created_at - CLOCK_SLACK
            if is_recent and plain(post["content"]) == plain(reply.text):
                return self.read(post, reply)
        return None
