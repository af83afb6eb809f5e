"""Reddit's Data API: app tokens, search, comments of subreddits, `after`, rate limits in seconds."""

import base64

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class RedditServer(PlatformServer):
    """`comments` are the numbers of posts that are comments: searches don't find them."""

    platform = "reddit"
    settings = {"client_id": "lumen-app", "username": "lumen_team"}
    secrets = {"client_secret": "reddit-app-secret"}
    lacks = frozenset({"name", "views", "rating"})

    def __init__(self) -> None:
        super().__init__()
        self.tokens = 0
        self.expires_in = 86_400
        self.comments: frozenset[int] = frozenset()

    @property
    def token(self) -> str:
        return f"app-token-{self.tokens}"

    def is_accepted(self, request: Received) -> bool:
        authorization = request.headers.get("authorization", "")
        if request.path == "/api/v1/access_token":
            app = base64.b64decode(authorization.removeprefix("Basic ")).decode()
            return app == f"lumen-app:{self.valid['client_secret']}"
        return authorization == f"Bearer {self.token}"

    def rejection(self) -> Reply:
        return Reply({"message": "Unauthorized", "error": 401}, 401)

    def rate_limited(self) -> Reply:
        return Reply({"message": "Too Many Requests", "error": 429}, 429, self._limits(0))

    def respond(self, request: Received) -> Reply:
        assert request.headers["user-agent"] == "web:lumen-app:v0.1 (by /u/lumen_team)"
        if request.path == "/api/v1/access_token":
            assert request.form == {"grant_type": "client_credentials"}
            self.tokens += 1
            return Reply({"access_token": self.token, "token_type": "bearer", "expires_in": self.expires_in})
        if request.path == "/api/info":
            return self._info(request.query["id"].split(","))
        is_search = request.path == "/search"
        assert is_search or request.path == "/r/france+Lyon/comments"
        found = [post for post in self.visible() if (post.number in self.comments) != is_search]
        after = request.query.get("after")
        start = next((i + 1 for i, post in enumerate(found) if self.native_id(post) == after), 0)
        page = found[start : start + int(request.query["limit"])]
        more = self.native_id(page[-1]) if len(found) > start + len(page) else None
        children = [self._thing(post) for post in page]
        return Reply({"kind": "Listing", "data": {"after": more, "children": children}}, headers=self._limits(95.0))

    def _info(self, ids: list[str]) -> Reply:
        assert len(ids) <= 100
        things = [self._thing(post) for post in self.posts if self.native_id(post) in ids]
        deleted = {self.native_id(post) for post in self.posts if post.is_deleted}
        for thing in things:
            if thing["data"]["name"] in deleted:
                gone = {"author": "[deleted]", "selftext": "[deleted]", "removed_by_category": "deleted"}
                thing["data"] |= gone
        return Reply({"kind": "Listing", "data": {"after": None, "children": things}}, headers=self._limits(94.0))

    def native_id(self, post: Post) -> str:
        return f"{'t1' if post.number in self.comments else 't3'}_{post.number:06}"

    def permalink(self, post: Post) -> str:
        return f"https://www.reddit.com/r/Lyon/comments/{post.number}/lampe/"

    def _limits(self, left: float) -> dict[str, str]:
        return {"x-ratelimit-used": "5", "x-ratelimit-remaining": str(left), "x-ratelimit-reset": "30"}

    def _thing(self, post: Post) -> dict:
        is_comment = post.number in self.comments
        text = {"body": post.text} if is_comment else {"title": post.title, "selftext": post.text, "is_self": True}
        if post.number in self.malformed:
            return {"kind": "t3", "data": {"name": self.native_id(post)}}
        return {
            "kind": "t1" if is_comment else "t3",
            "data": {
                "name": self.native_id(post),
                "permalink": f"/r/Lyon/comments/{post.number}/lampe/",
                "author": post.author,
                "created_utc": post.published.timestamp(),
                "edited": post.edited.timestamp() if post.edited else False,
                "score": post.likes,
                "num_comments": post.replies,
                "num_crossposts": post.shares,
                "subreddit": "Lyon",
                **text,
            },
        }
