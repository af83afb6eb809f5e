"""GDELT's DOC 2.0 API: articles within a window of time, `{}` for none, plain text for errors."""

from datetime import UTC, datetime

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class GdeltServer(PlatformServer):
    platform = "gdelt"
    # All that it has of an article is the title.
    lacks = frozenset({"title", "author", "name", "likes", "replies", "shares", "views", "rating"})
    page_size = 250

    def respond(self, request: Received) -> Reply:
        assert request.path == "/doc/doc" and request.query["sort"] == "datedesc"
        since, until = (_time(request.query[name]) for name in ("startdatetime", "enddatetime"))
        found = [post for post in self.visible() if since <= post.published.replace(microsecond=0) <= until]
        articles = [self._article(post) for post in found[: int(request.query["maxrecords"])]]
        return Reply({"articles": articles} if articles else b"{}")

    def rate_limited(self) -> Reply:
        text = b"Please limit requests to one every 5 seconds or contact us for larger queries."
        return Reply(text, 200, content_type="text/html")

    def native_id(self, post: Post) -> str:
        return f"https://news{post.number % 7}.example/{post.number}"

    def permalink(self, post: Post) -> str:
        return self.native_id(post)

    def _article(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"url": self.native_id(post), "title": post.title, "seendate": "yesterday"}
        return {
            "url": self.native_id(post),
            "url_mobile": "",
            "title": post.text,
            "seendate": f"{post.published:%Y%m%dT%H%M%SZ}",
            "socialimage": "",
            "domain": f"news{post.number % 7}.example",
            "language": "French",
            "sourcecountry": "France",
        }


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
