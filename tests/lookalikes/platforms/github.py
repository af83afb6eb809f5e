"""GitHub: the search of issues, which reaches 1,000 results, and that of discussions (GraphQL, with a token)."""

import re
from datetime import datetime

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class GitHubServer(PlatformServer):
    platform = "github"
    lacks = frozenset({"name", "shares", "views", "rating"})
    token = ""
    is_incomplete = False
    discussions: tuple[int, ...] = ()

    def respond(self, request: Received) -> Reply:
        if request.path == "/graphql":
            return self._graphql(request)
        assert request.path == "/search/issues" and "is:issue" in request.query["q"]
        size, page = int(request.query["per_page"]), int(request.query["page"])
        if size * page > 1_000:
            return Reply({"message": "Only the first 1000 search results are available"}, 422)
        found = [post for post in self._found(request.query["q"]) if post.number not in self.discussions]
        items = [self._issue(post) for post in found[(page - 1) * size : page * size]]
        body = {"total_count": len(found), "incomplete_results": self.is_incomplete, "items": items}
        return Reply(body, headers=self._limit_headers(9))

    def is_accepted(self, request: Received) -> bool:
        return not self.token or request.headers.get("authorization") == f"Bearer {self.token}"

    def rejection(self) -> Reply:
        return Reply({"message": "Bad credentials"}, 401)

    def rate_limited(self) -> Reply:
        return Reply({"message": "API rate limit exceeded for 192.0.2.1."}, 403, self._limit_headers(0))

    def native_id(self, post: Post) -> str:
        return f"I_kwDO{post.number}"

    def permalink(self, post: Post) -> str:
        return f"https://github.com/lumen/lamp/issues/{post.number}"

    def _limit_headers(self, left: int) -> dict[str, str]:
        reset = str(int(self.now.timestamp()) + 30)
        return {"X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": reset, "X-RateLimit-Resource": "search"}

    def _found(self, query: str) -> list[Post]:
        first, last = re.findall(r"created:(?:>=)?([^ .]+)(?:\.\.(\S+))?", query)[0]
        since, until = datetime.fromisoformat(first), datetime.fromisoformat(last) if last else self.now
        return [post for post in self.visible() if since <= post.published.replace(microsecond=0) <= until]

    def _issue(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"node_id": self.native_id(post), "title": None}
        return {
            "node_id": self.native_id(post),
            "html_url": self.permalink(post),
            "title": post.title,
            "body": post.text,
            "user": {"login": post.author, "html_url": f"https://github.com/{post.author}"},
            "created_at": f"{post.published:%Y-%m-%dT%H:%M:%SZ}",
            "comments": post.replies,
            "reactions": {"total_count": post.likes},
            "state": "open",
        }

    def _graphql(self, request: Received) -> Reply:
        variables = request.json["variables"]
        found = [post for post in self._found(variables["q"]) if post.number in self.discussions]
        nodes = [
            {
                "id": f"D_kwDO{post.number}",
                "url": f"https://github.com/lumen/lamp/discussions/{post.number}",
                "title": post.title,
                "body": post.text,
                "createdAt": f"{post.published:%Y-%m-%dT%H:%M:%SZ}",
                "lastEditedAt": None,
                "upvoteCount": post.likes,
                "author": None,
                "comments": {"totalCount": post.replies},
            }
            for post in found[: variables["first"]]
        ]
        return Reply({"data": {"search": {"nodes": nodes}}})
