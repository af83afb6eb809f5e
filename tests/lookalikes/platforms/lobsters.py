"""Lobsters: new posts as JSON, 25 a page."""

from html import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class LobstersServer(PlatformServer):
    platform = "lobsters"
    settings = {"tag": ""}
    lacks = frozenset({"name", "shares", "views", "rating"})
    page_size = 25

    def respond(self, request: Received) -> Reply:
        path, _, number = request.path.removesuffix(".json").rpartition("/page/")
        assert path in ("/newest", "/t/privacy")
        start = (int(number) - 1) * self.page_size
        found = self.visible()
        if start and start >= len(found):
            return Reply(b"not found", 404, content_type="text/plain")
        return Reply([self._post(post) for post in found[start : start + self.page_size]])

    def native_id(self, post: Post) -> str:
        return f"s{post.number:05}"

    def permalink(self, post: Post) -> str:
        return f"https://lobste.rs/s/{self.native_id(post)}/lumen"

    def _post(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"short_id": self.native_id(post), "created_at": None}
        return {
            "short_id": self.native_id(post),
            "short_id_url": f"https://lobste.rs/s/{self.native_id(post)}",
            "comments_url": self.permalink(post),
            "created_at": post.published.isoformat(),
            "title": post.title,
            "url": f"https://example.org/{post.number}",
            "score": post.likes,
            "flags": 0,
            "comment_count": post.replies,
            "description": f"<p>{escape(post.text)}</p>",
            "submitter_user": post.author if post.number % 2 else {"username": post.author},
            "tags": ["privacy"],
        }
