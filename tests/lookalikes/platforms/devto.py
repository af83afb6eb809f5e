"""The API of DEV: articles with a tag, by popularity rather than by date."""

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class DevToServer(PlatformServer):
    platform = "devto"
    settings = {"tag": "webdev"}
    lacks = frozenset({"shares", "views", "rating"})
    page_size = reach = 300

    def respond(self, request: Received) -> Reply:
        assert request.path == "/articles" and request.query["tag"] == "webdev"
        page = self.visible()[: min(int(request.query["per_page"]), 1_000)]
        return Reply([self._article(post) for post in sorted(page, key=lambda post: (post.number % 7, post.number))])

    def native_id(self, post: Post) -> str:
        return str(2_000_000 + post.number)

    def permalink(self, post: Post) -> str:
        return f"https://dev.to/{post.author}/lumen-{post.number}"

    def _article(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"type_of": "article", "id": 2_000_000 + post.number, "title": None, "published_timestamp": ""}
        return {
            "type_of": "article",
            "id": 2_000_000 + post.number,
            "title": post.title,
            "description": post.text,
            "url": self.permalink(post),
            "canonical_url": self.permalink(post),
            "tag_list": ["webdev"],
            "published_timestamp": post.published.isoformat().replace("+00:00", "Z"),
            "positive_reactions_count": post.likes,
            "comments_count": post.replies,
            "user": {"name": post.name, "username": post.author},
        }
