"""A Mastodon server: its public timeline. `others` are the numbers of posts of people on other servers."""

from tests.lookalikes.platforms.base import Post, Received, Reply
from tests.lookalikes.platforms.mastodon_tag import MastodonTagServer


class MastodonPublicServer(MastodonTagServer):
    platform = "mastodonpublic"
    settings = {"server": "social.example", "timeline": "local"}
    others: frozenset[int] = frozenset()
    path = "/api/v1/timelines/public"
    is_local = False

    def respond(self, request: Received) -> Reply:
        self.is_local = request.query.get("local") == "true"
        return super().respond(request)

    def visible(self, *, newest_first: bool = True) -> list[Post]:
        found = super().visible(newest_first=newest_first)
        return [post for post in found if not (self.is_local and post.number in self.others)]
