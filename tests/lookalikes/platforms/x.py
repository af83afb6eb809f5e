"""X API v2: recent search with `start_time`, `next_token`, `includes.users` and rate limit headers."""

from datetime import datetime
from html import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class XServer(PlatformServer):
    """`naming` is "tweet" or "post": the guides and the specification name the fields differently."""

    platform = "x"
    settings = {"cap": "2000"}
    secrets = {"token": "app-only-secret"}
    lacks = frozenset({"title", "rating"})
    naming = "tweet"

    def respond(self, request: Received) -> Reply:
        if request.path == "/2/tweets":
            return self._lookup(request.query["ids"].split(","))
        assert request.path == "/2/tweets/search/recent" and len(request.query["query"]) <= 512
        since = datetime.fromisoformat(request.query["start_time"])
        if (self.now - since).days >= 7:
            return Reply({"title": "Invalid Request", "type": "https://api.x.com/2/problems/invalid-request"}, 400)
        start, size = int(request.query.get("next_token", 0)), int(request.query["max_results"])
        found = [post for post in self.visible() if post.published.replace(microsecond=0) >= since]
        page = found[start : start + size]
        meta = {"result_count": len(page)} | ({"next_token": str(start + size)} if found[start + size :] else {})
        users = {post.author: self._user(post) for post in page}
        body = {"meta": meta} | ({"data": [self._post(post) for post in page]} if page else {})
        return Reply(body | ({"includes": {"users": list(users.values())}} if page else {}), headers=self._limits(440))

    def _lookup(self, ids: list[str]) -> Reply:
        assert len(ids) <= 100
        found = self.known(ids)
        missing = sorted(set(ids) - {self.native_id(post) for post in found})
        kind = "https://api.twitter.com/2/problems/resource-not-found"
        errors = [{"resource_id": one, "title": "Not Found Error", "type": kind} for one in missing]
        posts = {"data": [self._post(post) for post in found]} if found else {}
        return Reply(posts | ({"errors": errors} if errors else {}), headers=self._limits(290))

    def is_accepted(self, request: Received) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.valid['token']}"

    def rejection(self) -> Reply:
        return Reply({"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}, 401)

    def rate_limited(self) -> Reply:
        return Reply({"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, 429, self._limits(0))

    def native_id(self, post: Post) -> str:
        return str(1_990_000_000_000_000_000 + post.number)

    def permalink(self, post: Post) -> str:
        return f"https://x.com/i/web/status/{self.native_id(post)}"

    def _limits(self, left: int) -> dict[str, str]:
        return {"x-rate-limit-remaining": str(left), "x-rate-limit-reset": str(int(self.now.timestamp()) + 60)}

    def _user(self, post: Post) -> dict:
        return {
            "id": f"u{post.author}",
            "name": post.name,
            "username": post.author,
            "public_metrics": {"followers_count": 77},
        }

    def _post(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"id": self.native_id(post), "text": post.text, "created_at": "yesterday"}
        repost = "retweet_count" if self.naming == "tweet" else "repost_count"
        return {
            "id": self.native_id(post),
            "text": escape(post.text[:20], quote=False),
            f"note_{self.naming}": {"text": escape(post.text, quote=False)},
            "author_id": f"u{post.author}",
            "created_at": post.published.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "lang": "fr",
            "conversation_id": "1980000000000000000",
            f"referenced_{self.naming}s": [{"type": "replied_to", "id": "1980000000000000001"}],
            "public_metrics": {
                "like_count": post.likes,
                "reply_count": post.replies,
                repost: post.shares,
                "quote_count": 0,
                "impression_count": post.views,
            },
        }
