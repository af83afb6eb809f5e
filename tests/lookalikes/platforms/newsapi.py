"""NewsAPI.org's free plan: the first 100 results of a search, a key in a header, errors with codes."""

from datetime import UTC, datetime

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class NewsApiServer(PlatformServer):
    platform = "newsapi"
    secrets = {"key": "key-of-ada"}
    lacks = frozenset({"author", "likes", "replies", "shares", "views", "rating"})

    def is_accepted(self, request: Received) -> bool:
        return request.headers.get("x-api-key") == self.valid["key"]

    def rejection(self) -> Reply:
        return failure(401, "apiKeyInvalid")

    def rate_limited(self) -> Reply:
        return failure(429, "rateLimited")

    def respond(self, request: Received) -> Reply:
        assert (request.path, request.query["sortBy"]) == ("/everything", "publishedAt")
        size, number = int(request.query["pageSize"]), int(request.query.get("page", 1))
        if number * size > 100:
            return failure(426, "maximumResultsReached")
        first, last = (_time(request.query.get(name)) for name in ("from", "to"))
        found = [post for post in self.visible() if (not first or post.published >= first)]
        found = [post for post in found if not last or post.published.replace(microsecond=0) <= last]
        articles = [self._article(post) for post in found[:size]]
        return Reply({"status": "ok", "totalResults": len(found), "articles": articles})

    def native_id(self, post: Post) -> str:
        return f"https://news.example/2026/lumen-{post.number}"

    def permalink(self, post: Post) -> str:
        return self.native_id(post)

    def _article(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"title": "Lumen", "url": self.native_id(post), "publishedAt": None}
        return {
            "source": {"id": None, "name": "Le Journal"},
            "author": post.name,
            "title": post.title,
            "description": "La lampe en deux mots",
            "url": self.permalink(post),
            "urlToImage": None,
            "publishedAt": post.published.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "content": f"{post.text}… [+1234 chars]",
        }


def failure(status: int, code: str) -> Reply:
    return Reply({"status": "error", "code": code, "message": "No."}, status)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
