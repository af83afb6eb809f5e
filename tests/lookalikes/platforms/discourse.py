"""A Discourse forum: search by day, at most 10 pages of 50 posts, titles in a list of topics."""

import re
from datetime import date
from html import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class DiscourseServer(PlatformServer):
    platform = "discourse"
    settings = {"forum": "forum.example"}
    lacks = frozenset({"replies", "shares", "views", "rating"})
    page_size = 50
    key = ""

    def respond(self, request: Received) -> Reply:
        if request.path.startswith("/posts/"):
            return self._whole(int(request.path.removeprefix("/posts/").removesuffix(".json")))
        assert request.path == "/search.json" and "order:latest" in request.query["q"]
        number = int(request.query["page"])
        if number > 10:
            return Reply({"errors": ["invalid page"], "error_type": "invalid_parameters"}, 400)
        found = self.visible()
        for name, day in re.findall(r"\b(after|before):(\S+)", request.query["q"]):
            limit = date.fromisoformat(day)
            found = [post for post in found if (post.published.date() >= limit) == (name == "after")]
        page = found[(number - 1) * 50 : number * 50]
        has_more = True if len(found) > number * 50 else None
        return Reply(
            {
                "posts": [self._post(post) for post in page],
                "topics": [self._topic(post) for post in page],
                "grouped_search_result": {"more_full_page_results": has_more, "error": None, "term": "lumen"},
            }
        )

    def _whole(self, number: int) -> Reply:
        found = self.known([f"forum.example/{number}"])
        if not found:
            errors = ["The requested URL or resource could not be found."]
            return Reply({"errors": errors, "error_type": "not_found"}, 404)
        return Reply(self._post(found[0]) | {"cooked": f"<p>{escape(found[0].text)}</p>", "raw": found[0].text})

    def is_accepted(self, request: Received) -> bool:
        return not self.key or request.headers.get("api-key") == self.key

    def rejection(self) -> Reply:
        return Reply({"errors": ["The API username or key is invalid."], "error_type": "invalid_access"}, 403)

    def rate_limited(self) -> Reply:
        return Reply({"errors": ["Too often"], "error_type": "rate_limit", "extras": {"wait_seconds": 12}}, 429)

    def native_id(self, post: Post) -> str:
        return f"forum.example/{70_000 + post.number}"

    def permalink(self, post: Post) -> str:
        return f"https://forum.example/t/lumen/{post.number}/2"

    def _post(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"id": 70_000 + post.number, "topic_id": post.number}
        return {
            "id": 70_000 + post.number,
            "name": post.name,
            "username": post.author,
            "created_at": post.published.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "like_count": post.likes,
            "blurb": escape(post.text),
            "post_number": 2,
            "topic_id": post.number,
        }

    def _topic(self, post: Post) -> dict:
        return {"id": post.number, "title": post.title, "fancy_title": escape(post.title), "slug": "lumen"}
