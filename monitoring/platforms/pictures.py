"""The pictures of a post at its platform: uploaded first, then named by the request that publishes. Pure.

A platform that publishes pictures has a subclass of `Pictures` as `pictures` of its posts; replying.py makes the
requests. Uploading a picture again is harmless: nobody sees one that no post names, and platforms delete it later.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

if TYPE_CHECKING:
    from monitoring.platforms.replies import ReplyRequest

# The codes of errors of pictures. Their words for people are in monitoring/messages/post_errors.py.
PICTURE_CODES = {
    "picture_refused": "a picture that the platform doesn't accept: its size, format or content",
    "picture_processing": "a picture that the platform has not processed yet",
}
# How long a worker waits for a picture that is being processed, and when it begins no further upload: with the slowest
# responses, all of that is less than the time limit of its task.
UPLOAD_LIMIT_S = 120
WAITS_S = (0.5, 1, 2, 4, 8)
JPEG = "image/jpeg"
# Errors of a request that was understood, but not accepted; what remains is about the account or passes.
_REFUSALS = frozenset({"http_error", "query_rejected", "not_found", "gone", "too_large"})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a post: a JPEG within the limits of every platform, and its description, which can be ""."""

    jpeg: bytes = field(repr=False)
    alt: str
    width: int
    height: int


class Pictures:
    """Uploading to one platform. `requests` is how many requests of its limit one picture takes."""

    requests = 1

    def request(self, reply: "ReplyRequest", picture: Picture) -> ApiRequest:
        """Return the request that uploads a picture."""
        raise NotImplementedError

    def read(self, data: Any) -> Any:
        """Return what a post names the picture by. Any exception is for a response of another shape."""
        raise NotImplementedError

    def describe_request(self, reply: "ReplyRequest", uploaded: Any, picture: Picture) -> ApiRequest | None:
        """Return the request that adds the description, None where the upload or the post has it."""
        return None

    def is_processing(self, response: FetchResult) -> bool:
        """Return whether a response says that the picture can't be published yet."""
        return False

    def progress_request(self, reply: "ReplyRequest", uploaded: Any) -> ApiRequest:
        """Return the request that asks again. Only where `is_processing` can be true."""
        raise NotImplementedError


def picture_refusal(error: PollError, status: int) -> PollError:
    """Return what an error means for a picture: nothing is published, so all but a refusal can be tried again."""
    if error.code in ("access_denied", "forbidden"):
        return PollError("reply_permission", error.detail)
    if error.code in _REFUSALS and status < 500:
        return PollError("picture_refused", error.detail)
    return error


def file_form(name: str, picture: Picture, fields: Mapping[str, str]) -> tuple[bytes, str]:
    """Return a multipart body with a picture as the file `name`, and its type. Fields without a text are left out."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{text}\r\n'.encode()
        for field, text in fields.items()
        if text
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="picture.jpg"\r\n'
    parts += [f"{head}Content-Type: {JPEG}\r\n\r\n".encode(), picture.jpeg, f"\r\n--{boundary}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
