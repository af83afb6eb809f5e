"""The look-alikes of platforms that publish posts with pictures: uploads first, then the post that names them.

with WITH_PICTURES["mastodonsearch"]() as server:
    server.processing = 2     # the next upload is processed after two questions
    server.refuses_pictures = True
    assert server.shown == {1: ["A lamp"]}     # the descriptions of the pictures of each post
    assert len(server.uploads) == 1
"""

import base64
import email
import hashlib
import io
import json
from dataclasses import dataclass

from PIL import Image

from tests.lookalikes.platforms.base import Received, Reply
from tests.lookalikes.platforms.replying import (
    Replying,
    ReplyingBluesky,
    ReplyingFacebook,
    ReplyingMastodon,
    ReplyingX,
)

LIMITS = {"bluesky": 1_000_000, "mastodonsearch": 16_000_000, "x": 5_000_000, "facebook": 10_000_000}


@dataclass(frozen=True)
class Upload:
    """A picture that a program has uploaded."""

    jpeg: bytes
    alt: str

    def __post_init__(self) -> None:
        with Image.open(io.BytesIO(self.jpeg)) as picture:
            assert picture.format == "JPEG" and max(picture.size) <= 2_000


class WithPictures(Replying):
    """A platform that publishes pictures. Each upload has an id of its own, `shown` are those that posts name."""

    def __init__(self) -> None:
        super().__init__()
        self.uploads: dict[str, Upload] = {}
        self.shown: dict[int, list[str]] = {}
        self.refuses_pictures = False
        self.processing = 0

    def upload_of(self, request: Received) -> Reply | None:
        """Return the response to an upload, None for another request."""
        raise NotImplementedError

    def named_by(self, request: Received) -> list[str]:
        """Return the ids of the pictures that a request to publish names."""
        raise NotImplementedError

    def refusal(self) -> Reply:
        return Reply({"error": "Validation failed: File is invalid"}, 422)

    def add(self, jpeg: bytes, alt: str = "", upload_id: str = "") -> str:
        assert len(jpeg) <= LIMITS[self.platform]
        upload_id = upload_id or str(900_001 + len(self.uploads))
        self.uploads[upload_id] = Upload(jpeg, alt)
        return upload_id

    def respond(self, request: Received) -> Reply:
        uploaded = self.upload_of(request)
        if uploaded is not None:
            return uploaded
        before = len(self.published)
        reply = super().respond(request)
        if len(self.published) > before:
            self.shown[len(self.published)] = [self.uploads[one].alt for one in self.named_by(request)]
        return reply


class BlueskyWithPictures(WithPictures, ReplyingBluesky):
    def upload_of(self, request: Received) -> Reply | None:
        if not request.path.endswith("repo.uploadBlob"):
            return None
        if self.refuses_pictures:
            return Reply({"error": "BlobTooLarge", "message": "This file is too large"}, 413)
        assert request.headers["content-type"] == "image/jpeg"
        link = self.add(request.body, upload_id=f"bafkrei{hashlib.sha256(request.body).hexdigest()[:20]}")
        blob = {"$type": "blob", "ref": {"$link": link}, "mimeType": "image/jpeg", "size": len(request.body)}
        return Reply({"blob": blob}, headers=self._limit_headers(2500))

    def named_by(self, request: Received) -> list[str]:
        embed = request.json["record"].get("embed", {"images": []})
        for one in embed["images"]:
            assert set(one["image"]) == {"$type", "ref", "mimeType", "size"} and set(one["image"]["ref"]) == {"$link"}
            assert one["aspectRatio"]["width"] > 0 and one["aspectRatio"]["height"] > 0
            link = one["image"]["ref"]["$link"]
            self.uploads[link] = Upload(self.uploads[link].jpeg, one["alt"])
        return [one["image"]["ref"]["$link"] for one in embed["images"]]


class MastodonWithPictures(WithPictures, ReplyingMastodon):
    def upload_of(self, request: Received) -> Reply | None:
        if request.path.startswith("/api/v1/media/"):
            upload_id = request.path.rpartition("/")[2]
            self.processing -= 1
            is_ready = self.processing <= 0
            return Reply(
                {"id": upload_id, "url": "https://x.example/1" if is_ready else None}, 200 if is_ready else 206
            )
        if request.path != "/api/v2/media":
            return None
        if self.refuses_pictures:
            return self.refusal()
        fields = form_fields(request)
        upload_id = self.add(fields["file"], fields.get("description", b"").decode())
        return Reply({"id": upload_id, "type": "image", "url": None}, 202 if self.processing else 200)

    def named_by(self, request: Received) -> list[str]:
        return [str(one) for one in request.json.get("media_ids", [])]


class XWithPictures(WithPictures, ReplyingX):
    def upload_of(self, request: Received) -> Reply | None:
        if request.path == "/2/media/metadata":
            body = request.json
            upload_id, alt = body["id"], body["metadata"]["alt_text"]["text"]
            assert len(alt) <= 1_000
            self.uploads[upload_id] = Upload(self.uploads[upload_id].jpeg, alt)
            return Reply(
                {"data": {"id": upload_id, "associated_metadata": body["metadata"]}}, headers=self._limits(80)
            )
        if request.path != "/2/media/upload":
            return None
        if self.refuses_pictures:
            problem = {"title": "Invalid Request", "type": "about:blank", "status": 400, "detail": "Image is invalid."}
            return Reply(problem, 400, self._limits(90))
        body = request.json
        assert (body["media_category"], body["media_type"]) == ("tweet_image", "image/jpeg")
        return Reply(
            {"data": {"id": self.add(base64.b64decode(body["media"], validate=True)), "size": 1}},
            headers=self._limits(90),
        )

    def named_by(self, request: Received) -> list[str]:
        return list(request.json.get("media", {"media_ids": []})["media_ids"])


class FacebookWithPictures(WithPictures, ReplyingFacebook):
    def upload_of(self, request: Received) -> Reply | None:
        if request.path != f"/{self.settings['page']}/photos":
            return None
        if self.refuses_pictures:
            return self.error(324, 0, "(#324) Missing or invalid image file", 400)
        fields = form_fields(request)
        assert fields["published"] == b"false"
        return Reply({"id": self.add(fields["source"], fields.get("alt_text_custom", b"").decode())})

    def named_by(self, request: Received) -> list[str]:
        form = request.form
        places = sorted(name for name in form if name.startswith("attached_media["))
        assert places == [f"attached_media[{place}]" for place in range(len(places))]
        return [json.loads(form[name])["media_fbid"] for name in places]


def form_fields(request: Received) -> dict[str, bytes]:
    """Return the fields of a multipart body."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + request.body)
    assert message.is_multipart()
    fields = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")
        fields[name] = part.get_payload(decode=True)
    return fields


WITH_PICTURES: dict[str, type[WithPictures]] = {
    server.platform: server
    for server in (BlueskyWithPictures, FacebookWithPictures, MastodonWithPictures, XWithPictures)
}
