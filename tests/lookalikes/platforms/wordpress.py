"""The search of a WordPress site as RSS: pages of 10 posts, 404 after the last one."""

from xml.sax.saxutils import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply
from tests.lookalikes.platforms.feed_pages import rss, rss_item


class WordPressServer(PlatformServer):
    sends_json = False
    platform = "wordpress"
    settings = {"site": "blog.example"}
    lacks = frozenset({"author", "likes", "replies", "shares", "views", "rating"})
    page_size = 10

    def respond(self, request: Received) -> Reply:
        assert request.path == "/" and (request.query["feed"], request.query["orderby"]) == ("rss2", "date")
        number = int(request.query.get("paged", 1))
        found = self.visible()[(number - 1) * self.page_size : number * self.page_size]
        items = rss([self._item(post) for post in found])
        return items if found or number == 1 else Reply(items.body, 404, content_type=items.content_type)

    def native_id(self, post: Post) -> str:
        return f"https://blog.example/?p={post.number}"

    def permalink(self, post: Post) -> str:
        return f"https://blog.example/lumen-{post.number}/"

    def _item(self, post: Post) -> str:
        body = escape(f"<p>{escape(post.text)}</p>")
        return rss_item(
            post,
            guid=self.native_id(post),
            link=self.permalink(post),
            title=post.title,
            more=f"<dc:creator>{post.name}</dc:creator><content:encoded>{body}</content:encoded>",
            is_malformed=post.number in self.malformed,
        )
