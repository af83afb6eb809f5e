"""LinkedIn's notifications of a Page, with `start` and `count`, and its comments and posts by URN."""

import re
from urllib.parse import unquote

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply

SOURCE_POST = "urn:li:activity:7094637247890620418"


class LinkedInServer(PlatformServer):
    """`comments` are the numbers of posts that are comments, `undecorated` of those whose notification has no text.

    `edited` are those with a further notification, about an edit. `gone` are those that respond 404 by themselves.
    """

    platform = "linkedin"
    settings = {"organization": "1234567", "version": "202607"}
    secrets = {"token": "linkedin-access-token"}
    lacks = frozenset({"author", "name", "title", "likes", "replies", "shares", "views", "rating"})
    page_size = 50

    def __init__(self) -> None:
        super().__init__()
        self.comments: frozenset[int] = frozenset()
        self.undecorated: frozenset[int] = frozenset()
        self.gone: frozenset[int] = frozenset()

    def respond(self, request: Received) -> Reply:
        assert request.headers["linkedin-version"] == "202607"
        assert request.headers["x-restli-protocol-version"] == "2.0.0"
        if request.path == "/organizationalEntityNotifications":
            return self._notifications(request)
        number = int(re.search(r"(\d+)$", unquote(request.path))[1])
        [post] = [post for post in self.posts if post.number == number]
        if number in self.gone:
            return Reply({"status": 404, "message": "Not found"}, 404)
        if request.path == f"/socialActions/{SOURCE_POST.replace(':', '%3A')}/comments/{number}":
            return Reply({"id": str(number), "message": {"text": post.text}})
        assert request.path == f"/posts/urn%3Ali%3Ashare%3A{number}", request.path
        return Reply({"id": self.native_id(post), "commentary": re.sub(r"([<@#])", r"\\\1", post.text)})

    def _notifications(self, request: Received) -> Reply:
        assert "organizationalEntity=urn%3Ali%3Aorganization%3A1234567&" in request.raw_query
        start, end = map(int, re.search(r"timeRange=\(start:(\d+),end:(\d+)\)", request.raw_query).groups())
        found = [post for post in self.visible() if start <= self._milliseconds(post) <= end]
        elements = [one for post in found for one in self._notifications_of(post)]
        first, count = int(request.query["start"]), int(request.query["count"])
        page = elements[first : first + count]
        return Reply({"paging": {"start": first, "count": count, "links": []}, "elements": page})

    def is_accepted(self, request: Received) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.valid['token']}"

    def rejection(self) -> Reply:
        return Reply({"status": 401, "serviceErrorCode": 65601, "code": "REVOKED_ACCESS_TOKEN"}, 401)

    def rate_limited(self) -> Reply:
        return Reply({"status": 429, "code": "TOO_MANY_REQUESTS", "message": "Resource level throttle limit"}, 429)

    def native_id(self, post: Post) -> str:
        return f"urn:li:{'comment' if post.number in self.comments else 'share'}:{post.number}"

    def permalink(self, post: Post) -> str:
        if post.number in self.comments:
            urn = f"urn%3Ali%3Acomment%3A%28activity%3A7094637247890620418%2C{post.number}%29"
            return f"https://www.linkedin.com/feed/update/{SOURCE_POST}?commentUrn={urn}"
        return f"https://www.linkedin.com/feed/update/{self.native_id(post)}"

    def _notifications_of(self, post: Post) -> list[dict]:
        is_comment = post.number in self.comments
        urn = f"urn:li:comment:(activity:7094637247890620418,{post.number})" if is_comment else self.native_id(post)
        content = {"entity": urn, "owner": "urn:li:person:zLqTygBP8S", "text": post.text}
        found = {
            "notificationId": post.number,
            "action": "COMMENT" if is_comment else "SHARE_MENTION",
            "organizationalEntity": "urn:li:organization:1234567",
            "sourcePost": SOURCE_POST if is_comment else urn,
            "generatedActivity": urn,
            "lastModifiedAt": self._milliseconds(post),
            "subscriber": "urn:li:person:admin",
        }
        if post.number in self.malformed:
            return [found | {"generatedActivity": None, "sourcePost": None}]
        if post.number not in self.undecorated:
            found["decoratedGeneratedActivity"] = {"comment" if is_comment else "share": content}
        if not post.edited:
            return [found]
        before = {"comment": content | {"text": "Lumen: avant"}}
        return [
            found | {"action": "COMMENT_EDIT"},
            found | {"decoratedGeneratedActivity": before, "lastModifiedAt": 1},
        ]

    @staticmethod
    def _milliseconds(post: Post) -> int:
        return int(post.published.timestamp() * 1000)
