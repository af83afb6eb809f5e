"""Posts of the editorial calendar on Bluesky. Pure; used by bluesky.py.

Facts: as for replies (bluesky_replies.py), without `reply`: `putRecord` with the same key writes the same post again.
Pictures are uploaded as blobs, whose reference is the hash of their bytes, so a repetition names the same ones; a post
has up to four, of 1,000,000 bytes (https://docs.bsky.app/docs/advanced-guides/posts#images-embeds).
"""

from collections.abc import Mapping
from typing import Any

from monitoring.platforms.bluesky_replies import BlueskyReplies, server_of
from monitoring.platforms.pictures import JPEG, Picture, Pictures
from monitoring.platforms.replies import NEW_POST, ReplyRequest, ReplyTarget, bearer
from outbound import ApiRequest


class BlueskyPictures(Pictures):
    def request(self, reply: ReplyRequest, picture: Picture) -> ApiRequest:
        url = f"{server_of(reply)}/xrpc/com.atproto.repo.uploadBlob"
        return ApiRequest(url, bearer(reply.secrets["access_jwt"]), content=(picture.jpeg, JPEG))

    def read(self, data: Any) -> dict[str, Any]:
        blob = data["blob"]
        reference = {"$link": str(blob["ref"]["$link"])}
        return {"$type": "blob", "ref": reference, "mimeType": str(blob["mimeType"]), "size": int(blob["size"])}


class BlueskyPosts(BlueskyReplies):
    has_lookup = False
    pictures = BlueskyPictures()

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return NEW_POST

    def request(self, reply: ReplyRequest) -> ApiRequest:
        request = super().request(reply)
        assert isinstance(request.json, dict)
        record = request.json["record"]
        del record["reply"]
        if reply.uploaded:
            images = [_image(blob, one) for blob, one in zip(reply.uploaded, reply.pictures, strict=True)]
            record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
        return request


def _image(blob: dict[str, Any], picture: Picture) -> dict[str, Any]:
    return {"image": blob, "alt": picture.alt, "aspectRatio": {"width": picture.width, "height": picture.height}}
