"""Product Hunt's GraphQL API: the posts of a topic, newest first, and limits of complexity."""

from datetime import datetime

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class ProductHuntServer(PlatformServer):
    platform = "producthunt"
    settings = {"topic": "lamps"}
    secrets = {"token": "token-of-ada"}
    lacks = frozenset({"shares", "views", "rating"})
    page_size = 20

    def is_accepted(self, request: Received) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.valid['token']}"

    def rejection(self) -> Reply:
        return Reply({"data": None, "errors": [{"error": "invalid_oauth_token"}]}, 401)

    def rate_limited(self) -> Reply:
        body = {"data": None, "errors": [{"error": "rate_limit_reached", "details": {"limit": 6250, "remaining": 0}}]}
        return Reply(body, 429, {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "30"})

    def respond(self, request: Received) -> Reply:
        assert (request.method, request.path) == ("POST", "/graphql")
        variables = request.json["variables"]
        assert variables["topic"] == "lamps"
        since = datetime.fromisoformat(variables["since"])
        found = [post for post in self.visible() if post.published > since]
        start, size = int(variables["after"] or 0), min(variables["size"], self.page_size)
        end = start + size
        posts = {
            "nodes": [self._node(post) for post in found[start:end]],
            "pageInfo": {"hasNextPage": len(found) > end, "endCursor": str(end)},
        }
        return Reply(
            {"data": {"posts": posts}}, headers={"X-Rate-Limit-Limit": "6250", "X-Rate-Limit-Remaining": "6000"}
        )

    def native_id(self, post: Post) -> str:
        return str(900_000 + post.number)

    def permalink(self, post: Post) -> str:
        return f"https://www.producthunt.com/posts/lumen-{post.number}"

    def _node(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"id": self.native_id(post), "name": "Lumen"}
        return {
            "id": self.native_id(post),
            "name": post.title,
            "tagline": "Une lampe",
            "description": post.text,
            "url": self.permalink(post),
            "website": "https://lumen.example/",
            "createdAt": post.published.isoformat().replace("+00:00", "Z"),
            "votesCount": post.likes,
            "commentsCount": post.replies,
            "user": {"name": post.name, "username": post.author, "url": f"https://www.producthunt.com/@{post.author}"},
        }
