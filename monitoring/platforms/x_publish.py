"""Posts of the editorial calendar on X, with a connected account. Pure; used by x.py.

Facts: `POST /2/tweets` with the text alone; each is charged, and the same text twice is refused
(https://docs.x.com/x-api/posts/create-post). A lost one is found by searching the account's own posts.
Pictures are uploaded with the scope `media.write`, up to four of 5 MB each, and described by a second request
(https://docs.x.com/x-api/media/upload-media, https://docs.x.com/x-api/media/create-media-metadata).
"""

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.pictures import JPEG, Picture, Pictures
from monitoring.platforms.replies import NEW_POST, ReplyRequest, ReplyTarget, bearer
from monitoring.platforms.x_replies import XReplies
from outbound import ApiRequest


class XPictures(Pictures):
    requests = 2

    def request(self, reply: ReplyRequest, picture: Picture) -> ApiRequest:
        body = {"media": base64.b64encode(picture.jpeg).decode(), "media_category": "tweet_image", "media_type": JPEG}
        return ApiRequest(f"{reply.api_url}/2/media/upload", bearer(reply.secrets["token"]), json=body)

    def read(self, data: Any) -> str:
        return str(data["data"]["id"])

    def describe_request(self, reply: ReplyRequest, uploaded: Any, picture: Picture) -> ApiRequest:
        body = {"id": uploaded, "metadata": {"alt_text": {"text": picture.alt}}}
        return ApiRequest(f"{reply.api_url}/2/media/metadata", bearer(reply.secrets["token"]), json=body)


class XPosts(XReplies):
    pictures = XPictures()

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return NEW_POST

    def request(self, reply: ReplyRequest) -> ApiRequest:
        body: dict[str, Any] = {"text": reply.text}
        if reply.uploaded:
            body["media"] = {"media_ids": list(reply.uploaded)}
        return ApiRequest(f"{reply.api_url}/2/tweets", bearer(reply.secrets["token"]), json=body)

    def find_request(self, reply: ReplyRequest) -> ApiRequest | None:
        account = reply.secrets.get("account", "").lstrip("@")
        if not re.fullmatch(r"\w+", account):
            return None
        query = {"query": f"from:{account} -is:reply", "max_results": 20, "tweet.fields": "created_at"}
        url = f"{reply.api_url}/2/tweets/search/recent?{urlencode(query)}"
        return ApiRequest(url, bearer(reply.secrets["token"]))
