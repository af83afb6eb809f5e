"""The Graph API of Meta: Threads' keyword search and mentions, and Instagram's hashtags."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply

BUSY = '{"100000000000001":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":7}]}'


class GraphServer(PlatformServer):
    """Lists with `paging`: its `cursors` are on every page, `next` only where another one follows.

    `headers` are those of successful responses.
    """

    secrets = {"token": "graph-access-token"}
    headers: Mapping[str, str] = {}
    path = ""

    def is_accepted(self, request: Received) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.valid['token']}"

    def rejection(self) -> Reply:
        return self.error(190, 463, "Error validating access token: Session has expired.", 400)

    def rate_limited(self) -> Reply:
        return self.error(80001, 2446079, "There have been too many calls", 403, {"x-business-use-case-usage": BUSY})

    def _reply(self, request: Received) -> Reply:
        reply = super()._reply(request)
        return replace(reply, headers=self.headers) if reply.status == 200 else reply

    def error(self, code: int, subcode: int, message: str, status: int, headers: dict | None = None) -> Reply:
        error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}
        return Reply({"error": error | {"fbtrace_id": "Ax"}}, status, headers or {})

    def list_of(self, found: list[Post], request: Received) -> Reply:
        start, size = int(request.query.get("after", 0)), int(request.query["limit"])
        page = found[start : start + size]
        paging = {"cursors": {"before": str(start), "after": str(start + size)}}
        if len(found) > start + size:
            paging["next"] = f"{self.url}/{request.path}?after={start + size}"
        return Reply({"data": [self.item(post) for post in page]} | ({"paging": paging} if page else {}))

    def item(self, post: Post) -> dict:
        raise NotImplementedError

    def since(self, request: Received) -> list[Post]:
        since = datetime.fromtimestamp(int(request.query["since"]), self.now.tzinfo)
        return [post for post in self.visible() if post.published >= since]

    @staticmethod
    def time(post: Post) -> str:
        return post.published.strftime("%Y-%m-%dT%H:%M:%S+0000")


class ThreadsServer(GraphServer):
    platform = "threads"
    lacks = frozenset({"name", "title", "likes", "replies", "shares", "views", "rating"})

    def respond(self, request: Received) -> Reply:
        assert (request.path, request.query["search_type"]) == ("/keyword_search", "RECENT")
        return self.list_of(self.since(request), request)

    def native_id(self, post: Post) -> str:
        return str(18_010_000_000_000_000 + post.number)

    def permalink(self, post: Post) -> str:
        return f"https://www.threads.com/@{post.author}/post/{post.number}"

    def item(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"id": self.native_id(post), "text": post.text}
        return {
            "id": self.native_id(post),
            "text": post.text.replace("&", "&amp;").replace("<", "&lt;"),
            "permalink": self.permalink(post),
            "timestamp": self.time(post),
            "username": post.author,
            "media_type": "TEXT_POST",
            "is_reply": False,
        }


class ThreadsMentionsServer(ThreadsServer):
    platform = "threadsmentions"
    settings = {"account": "lumen"}

    def respond(self, request: Received) -> Reply:
        assert request.path == "/me/mentions"
        return self.list_of(self.since(request), request)


class InstagramServer(GraphServer):
    """`asked` are the ids of the hashtags of the last 7 days, 30 at most."""

    platform = "instagram"
    settings = {"tag": "lumen", "account": "17841400000000000"}
    lacks = frozenset({"name", "author", "title", "shares", "views", "rating"})
    page_size = 50

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def respond(self, request: Received) -> Reply:
        if request.path == "/17841400000000000/recently_searched_hashtags":
            return Reply({"data": [{"id": hashtag} for hashtag in self.asked[: int(request.query["limit"])]]})
        assert request.query["user_id"] == "17841400000000000"
        if request.path == "/ig_hashtag_search":
            return self._hashtag(request.query["q"])
        assert request.path == "/17840000000000777/recent_media"
        found = [post for post in self.visible() if (self.now - post.published).days < 1]
        return self.list_of(found, request)

    def _hashtag(self, name: str) -> Reply:
        hashtag = {"lumen": "17840000000000777"}.get(name)
        if hashtag is None:
            return Reply({"data": []})
        if hashtag not in self.asked:
            if len(self.asked) >= 30:
                return self.error(18, 2207034, "Application request limit reached", 400)
            self.asked.append(hashtag)
        return Reply({"data": [{"id": hashtag}]})

    def native_id(self, post: Post) -> str:
        return str(17_900_000_000_000_000 + post.number)

    def permalink(self, post: Post) -> str:
        return f"https://www.instagram.com/p/{post.number}/"

    def item(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"id": self.native_id(post), "caption": post.text}
        return {
            "id": self.native_id(post),
            "caption": post.text,
            "permalink": self.permalink(post),
            "timestamp": self.time(post),
            "media_type": "IMAGE",
            "like_count": post.likes,
            "comments_count": post.replies,
        }
