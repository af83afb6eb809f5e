"""A Mastodon server with full-text search: posts for people with a token only, otherwise an empty list."""

from tests.lookalikes.platforms.base import Post, Received, Reply
from tests.lookalikes.platforms.mastodon_tag import MastodonTagServer, status_of


class MastodonSearchServer(MastodonTagServer):
    platform = "mastodonsearch"
    settings = {"server": "social.example"}
    secrets = {"token": "user-token-of-ada"}
    has_search = True

    def is_accepted(self, request: Received) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.valid['token']}"

    def rejection(self) -> Reply:
        return Reply({"error": "The access token is invalid"}, 401)

    def respond(self, request: Received) -> Reply:
        if request.path.startswith("/api/v1/statuses/"):
            return self.status(request.path.rpartition("/")[2])
        assert (request.path, request.query["type"]) == ("/api/v2/search", "statuses")
        before = int(request.query.get("max_id", 10**20))
        found = [post for post in self.visible() if int(self._id(post)) < before] if self.has_search else []
        page: list[Post] = found[: min(int(request.query["limit"]), self.page_size)]
        body = {"accounts": [], "hashtags": [], "statuses": [status_of(self, post) for post in page]}
        return Reply(body, headers=self._limit_headers(250))
