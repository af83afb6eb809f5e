"""A Mastodon server: the timeline of a hashtag, with `min_id`, `Link` headers and rate limits."""

from datetime import timedelta
from html import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class MastodonTagServer(PlatformServer):
    platform = "mastodon"
    settings = {"server": "social.example", "tag": "lumen"}
    lacks = frozenset({"title", "views", "rating"})
    page_size = 40
    path = "/api/v1/timelines/tag/lumen"

    def respond(self, request: Received) -> Reply:
        if request.path.startswith("/api/v1/statuses/"):
            return self.status(request.path.rpartition("/")[2])
        assert request.path == self.path
        after = int(request.query.get("min_id", 0))
        size = min(int(request.query.get("limit", 20)), self.page_size)
        before = int(request.query.get("max_id", 10**20))
        found = [post for post in self.visible(newest_first=False) if after < int(self._id(post)) < before]
        page = found[:size] if after else found[-size:]
        return Reply([status_of(self, post) for post in reversed(page)], headers=self._limit_headers(250))

    def status(self, number: str) -> Reply:
        found = [post for post in self.posts if self._id(post) == number and not post.is_deleted]
        if not found:
            return Reply({"error": "Record not found"}, 404, self._limit_headers(240))
        return Reply(status_of(self, found[0]), headers=self._limit_headers(240))

    def rate_limited(self) -> Reply:
        return Reply({"error": "Too many requests"}, 429, self._limit_headers(0))

    def _limit_headers(self, left: int) -> dict[str, str]:
        reset = (self.now + timedelta(seconds=30)).isoformat().replace("+00:00", ".000000Z")
        return {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": reset}

    def _id(self, post: Post) -> str:
        return str(114_000_000_000_000_000 + post.number)

    def native_id(self, post: Post) -> str:
        return f"https://social.example/users/{post.author}/statuses/{self._id(post)}"

    def permalink(self, post: Post) -> str:
        return f"https://social.example/@{post.author}/{self._id(post)}"


def status_of(server: "MastodonTagServer", post: Post) -> dict:
    """Return a status as documented at https://docs.joinmastodon.org/entities/Status/."""
    if post.number in server.malformed:
        return {"id": server._id(post), "uri": server.native_id(post), "account": None}
    return {
        "id": server._id(post),
        "uri": server.native_id(post),
        "url": server.permalink(post),
        "created_at": post.published.isoformat().replace("+00:00", "Z"),
        "edited_at": post.edited.isoformat() if post.edited else None,
        "account": {
            "acct": post.author,
            "display_name": post.name,
            "url": f"https://social.example/@{post.author}",
            "followers_count": 1200,
        },
        "content": f"<p>{escape(post.text)}</p>",
        "spoiler_text": "",
        "language": "fr",
        "visibility": "public",
        "favourites_count": post.likes,
        "replies_count": post.replies,
        "reblogs_count": post.shares,
        "reblog": None,
        "in_reply_to_id": None,
    }
