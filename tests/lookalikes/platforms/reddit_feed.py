"""Reddit's feeds: Atom with the newest posts of a subreddit, a user or a search; a token in the query."""

from xml.sax.saxutils import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply
from tests.lookalikes.platforms.feed_pages import atom

TOKEN = "0123456789abcdef0123456789abcdef01234567"


class RedditFeedServer(PlatformServer):
    sends_json = False
    platform = "redditfeed"
    settings = {"place": "r/france+Lyon", "user": "lumen_team"}
    secrets = {"token": TOKEN}
    secrets_in_query = frozenset({"token"})
    lacks = frozenset({"name", "likes", "replies", "shares", "views", "rating"})
    page_size = reach = 100

    def __init__(self) -> None:
        super().__init__()
        self.comments: frozenset[int] = frozenset()
        self.links: dict[int, str] = {}

    def is_accepted(self, request: Received) -> bool:
        given = request.query.get("feed")
        return given is None or (given, request.query.get("user")) == (self.valid["token"], "lumen_team")

    def rejection(self) -> Reply:
        return Reply(b"<html><body>Unauthorized</body></html>", 401, content_type="text/html")

    def rate_limited(self) -> Reply:
        return Reply(b"<html><body>Too Many Requests</body></html>", 429, {"Retry-After": "60"}, "text/html")

    def respond(self, request: Received) -> Reply:
        assert request.path in ("/r/france+Lyon/new/.rss", "/user/ada/.rss", "/search.rss")
        assert request.query["limit"] == "100"
        return atom([self._entry(post) for post in self.visible()[: self.page_size]])

    def native_id(self, post: Post) -> str:
        return f"{'t1' if post.number in self.comments else 't3'}_{post.number:06}"

    def permalink(self, post: Post) -> str:
        return f"https://www.reddit.com/r/Lyon/comments/{post.number}/lampe/"

    def _entry(self, post: Post) -> str:
        link = self.permalink(post)
        if post.number in self.malformed:
            return f'<entry><id>{self.native_id(post)}</id><title>?</title><link href="{link}"/></entry>'
        body = (
            f'<!-- SC_OFF --><div class="md"><p>{escape(post.text)}</p></div><!-- SC_ON --> &#32; submitted by &#32; '
            f'<a href="https://www.reddit.com/user/{post.author}"> /u/{post.author} </a> <br/> '
            f'<span><a href="{escape(self.links.get(post.number, link))}">[link]</a></span> &#32; '
            f'<span><a href="{link}">[comments]</a></span>'
        )
        return (
            f"<entry><author><name>/u/{post.author}</name><uri>https://www.reddit.com/user/{post.author}</uri></author>"
            f'<category term="Lyon" label="r/Lyon"/><content type="html">{escape(body)}</content>'
            f'<id>{self.native_id(post)}</id><link href="{link}"/><title>{escape(post.title)}</title>'
            f"<published>{post.published.isoformat()}</published><updated>{post.published.isoformat()}</updated></entry>"
        )
