"""The feed of a tag on Medium: RSS with the last 10 posts."""

from xml.sax.saxutils import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply
from tests.lookalikes.platforms.feed_pages import rss, rss_item


class MediumServer(PlatformServer):
    sends_json = False
    platform = "medium"
    settings = {"tag": "interior-design"}
    lacks = frozenset({"author", "likes", "replies", "shares", "views", "rating"})
    page_size = reach = 10

    def respond(self, request: Received) -> Reply:
        assert request.path in ("/feed/tag/interior-design", "/feed/@ada")
        return rss([self._item(post) for post in self.visible()[: self.page_size]])

    def native_id(self, post: Post) -> str:
        return f"https://medium.com/p/{post.number:012x}"

    def permalink(self, post: Post) -> str:
        return f"https://medium.com/@{post.author}/lumen-{post.number:012x}"

    def _item(self, post: Post) -> str:
        body = escape(f"<p>{escape(post.text)}</p>")
        return rss_item(
            post,
            guid=self.native_id(post),
            link=f"{self.permalink(post)}?source=rss------interior_design-5",
            title=post.title,
            more=f"<dc:creator>{post.name}</dc:creator><content:encoded>{body}</content:encoded>",
            is_malformed=post.number in self.malformed,
        )
