"""The news searches of Google and Bing as RSS."""

from urllib.parse import quote
from xml.sax.saxutils import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply
from tests.lookalikes.platforms.feed_pages import rss, rss_item


class GoogleNewsServer(PlatformServer):
    sends_json = False
    platform = "googlenews"
    settings = {"edition": "fr-FR"}
    lacks = frozenset({"title", "author", "likes", "replies", "shares", "views", "rating"})
    page_size = reach = 100

    def respond(self, request: Received) -> Reply:
        assert request.path == "/rss/search" and "after:" in request.query["q"]
        assert (request.query["hl"], request.query["gl"], request.query["ceid"]) == ("fr", "FR", "FR:fr")
        found = self.visible()[: self.page_size]
        return rss([self._item(post) for post in sorted(found, key=lambda post: (post.number % 5, post.number))])

    def native_id(self, post: Post) -> str:
        return f"CBMi{post.number:08}"

    def permalink(self, post: Post) -> str:
        return f"https://news.google.com/rss/articles/{self.native_id(post)}?oc=5"

    def _item(self, post: Post) -> str:
        body = f'<a href="{self.permalink(post)}">{escape(post.text)}</a><font color="#6f6f6f">{post.name}</font>'
        return rss_item(
            post,
            guid=self.native_id(post),
            link=self.permalink(post),
            title=f"{post.text} - {post.name}",
            more=f'<description>{escape(body)}</description><source url="https://ada.example">{post.name}</source>',
            is_malformed=post.number in self.malformed,
        )


class BingNewsServer(PlatformServer):
    sends_json = False
    platform = "bingnews"
    settings = {"edition": "fr-FR"}
    lacks = frozenset({"author", "name", "likes", "replies", "shares", "views", "rating"})
    page_size = reach = 12

    def respond(self, request: Received) -> Reply:
        assert request.path == "/news/search" and request.query["format"] == "rss"
        assert (request.query["setmkt"], request.query["setlang"]) == ("fr-FR", "fr")
        return rss([self._item(post) for post in self.visible()[: self.page_size]])

    def native_id(self, post: Post) -> str:
        return self.permalink(post)

    def permalink(self, post: Post) -> str:
        return f"https://ada.example/news/{post.number}"

    def _item(self, post: Post) -> str:
        # Its links change with each request.
        link = (
            f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid={len(self.requests):08}"
            f"&url={quote(self.permalink(post), safe='')}&c=123&mkt=fr-fr"
        )
        return rss_item(
            post,
            guid=link,
            link=link,
            title=post.title,
            more=f"<description>{escape(escape(post.text))}</description>",
            is_malformed=post.number in self.malformed,
        )
