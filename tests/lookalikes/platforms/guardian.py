"""The Guardian's content API: pages with numbers, a key in a header, days as the earliest date."""

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class GuardianServer(PlatformServer):
    platform = "guardian"
    secrets = {"key": "key-of-ada"}
    lacks = frozenset({"author", "likes", "replies", "shares", "views", "rating"})
    left = 480

    def is_accepted(self, request: Received) -> bool:
        return request.headers.get("api-key") == self.valid["key"]

    def rejection(self) -> Reply:
        return Reply({"message": "Invalid authentication credentials"}, 401)

    def rate_limited(self) -> Reply:
        return Reply({"message": "API rate limit exceeded"}, 429)

    def respond(self, request: Received) -> Reply:
        assert (request.path, request.query["order-by"]) == ("/search", "newest")
        found = [post for post in self.visible() if post.published.date().isoformat() >= request.query["from-date"]]
        size, number = int(request.query["page-size"]), int(request.query["page"])
        response = {
            "status": "ok",
            "total": len(found),
            "pageSize": size,
            "currentPage": number,
            "pages": -(-len(found) // size),
            "orderBy": "newest",
            "results": [self._result(post) for post in found[(number - 1) * size : number * size]],
        }
        return Reply({"response": response}, headers={"X-RateLimit-Remaining-day": str(self.left)})

    def native_id(self, post: Post) -> str:
        return f"technology/2026/nov/20/lumen-{post.number}"

    def permalink(self, post: Post) -> str:
        return f"https://www.theguardian.com/{self.native_id(post)}"

    def _result(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"id": self.native_id(post), "webTitle": None}
        return {
            "id": self.native_id(post),
            "type": "article",
            "sectionName": "Technology",
            "webPublicationDate": post.published.isoformat().replace("+00:00", "Z"),
            "webTitle": post.title,
            "webUrl": self.permalink(post),
            "fields": {"bodyText": post.text, "trailText": "La <strong>lampe</strong>", "byline": post.name},
        }
