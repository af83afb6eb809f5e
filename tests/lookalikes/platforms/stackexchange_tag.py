"""The feed of a tag on Stack Exchange: Atom with the last 30 questions."""

from xml.sax.saxutils import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply
from tests.lookalikes.platforms.feed_pages import atom


class StackExchangeTagServer(PlatformServer):
    sends_json = False
    platform = "stackexchangetag"
    settings = {"site": "stackoverflow", "tag": "c#"}
    lacks = frozenset({"author", "likes", "replies", "shares", "views", "rating"})
    page_size = reach = 30

    def respond(self, request: Received) -> Reply:
        assert request.path == "/feeds/tag/c%23"
        return atom([self._question(post) for post in self.visible()[: self.page_size]])

    def native_id(self, post: Post) -> str:
        return f"stackoverflow/{post.number}"

    def permalink(self, post: Post) -> str:
        return f"https://stackoverflow.com/questions/{post.number}/lumen"

    def _question(self, post: Post) -> str:
        if post.number in self.malformed:
            return "<entry><id>?</id><title>?</title></entry>"
        return (
            f"<entry><id>https://stackoverflow.com/q/{post.number}</id><title>{escape(post.title)}</title>"
            f'<link rel="alternate" href="{self.permalink(post)}"/><author><name>{post.name}</name></author>'
            f"<published>{post.published.isoformat()}</published><updated>{post.published.isoformat()}</updated>"
            f'<summary type="html">{escape(f"<p>{escape(post.text)}</p>")}</summary></entry>'
        )
