"""Algolia's search of Hacker News: `search_by_date` with `numericFilters`, pages of at most 100 hits."""

import re
from html import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class HackerNewsServer(PlatformServer):
    platform = "hackernews"
    lacks = frozenset({"name", "title", "shares", "views", "rating"})

    def respond(self, request: Received) -> Reply:
        if request.path.startswith("/items/"):
            return self._item(request.path.removeprefix("/items/"))
        assert request.path == "/search_by_date"
        found = self.visible()
        for sign, number in re.findall(r"created_at_i(<=|>=)(\d+)", request.query["numericFilters"]):
            found = [post for post in found if _is_within(int(post.published.timestamp()), sign, int(number))]
        size, page = int(request.query["hitsPerPage"]), int(request.query["page"])
        return Reply({"hits": [self._hit(post) for post in found[page * size : (page + 1) * size]], "page": page})

    def _item(self, number: str) -> Reply:
        found = self.known([number])
        if not found:
            return Reply({"status": 404, "error": "Not Found"}, 404)
        post = found[0]
        text = f"<p>{escape(post.text)}"
        item = {"id": int(number), "type": "comment", "title": None, "text": text, "points": post.likes}
        return Reply(item | {"author": post.author, "children": []})

    def rate_limited(self) -> Reply:
        return Reply({"message": "Too many requests", "status": 429}, 429)

    def native_id(self, post: Post) -> str:
        return str(49_000_000 + post.number)

    def permalink(self, post: Post) -> str:
        return f"https://news.ycombinator.com/item?id={self.native_id(post)}"

    def _hit(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"objectID": self.native_id(post), "created_at_i": "soon"}
        return {
            "objectID": self.native_id(post),
            "created_at_i": int(post.published.timestamp()),
            "created_at": post.published.isoformat(),
            "author": post.author,
            "comment_text": f"<p>{escape(post.text)}",
            "points": post.likes,
            "num_comments": post.replies,
            "story_id": 48_000_000,
            "parent_id": 48_000_001,
            "_tags": ["comment", f"author_{post.author}", "story_48000000"],
        }


def _is_within(time: int, sign: str, limit: int) -> bool:
    return time >= limit if sign == ">=" else time <= limit
