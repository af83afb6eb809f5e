"""Platforms that say how many follow an own account. Each has `followers`; None leaves the field out."""

from typing import Any, ClassVar

from tests.lookalikes.platforms.base import PlatformServer, Received, Reply
from tests.lookalikes.platforms.bluesky import DID, BlueskyServer
from tests.lookalikes.platforms.linkedin import LinkedInServer
from tests.lookalikes.platforms.mastodon_search import MastodonSearchServer
from tests.lookalikes.platforms.meta import GraphServer, InstagramServer
from tests.lookalikes.platforms.x import XServer
from tests.lookalikes.platforms.youtube import YouTubeServer, failure


class Counting(PlatformServer):
    """A server that has one account under `path`. `connection` are the further secrets of a connected one."""

    path: ClassVar[str]
    connection: ClassVar[dict[str, str]] = {}
    name: ClassVar[str] = "@lumen"
    followers: int | None = 2_345

    def respond(self, request: Received) -> Reply:
        if request.path != self.path:
            return super().respond(request)
        return Reply(self.account(request, {} if self.followers is None else self.count(self.followers)))

    def account(self, request: Received, count: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def count(self, followers: int) -> dict[str, Any]:
        return {"followers_count": followers}


class CountingBluesky(Counting, BlueskyServer):
    path = "/xrpc/app.bsky.actor.getProfile"
    name = "@lumen.example"

    def account(self, request: Received, count: dict[str, Any]) -> dict[str, Any]:
        assert request.query["actor"] == DID
        return {"did": DID, "handle": "lumen.example", "displayName": "Lumen", **count}

    def count(self, followers: int) -> dict[str, Any]:
        return {"followersCount": followers, "followsCount": 12}


class CountingMastodon(Counting, MastodonSearchServer):
    path = "/api/v1/accounts/verify_credentials"
    name = "@lumen@social.example"
    number = "77"

    def account(self, request: Received, count: dict[str, Any]) -> dict[str, Any]:
        return {"id": self.number, "username": "lumen", "acct": "lumen", "following_count": 3, **count}


class CountingFacebook(Counting, GraphServer):
    platform = "facebook"
    settings: ClassVar[dict[str, str]] = {"page": "100000000000001"}
    path = "/100000000000001"
    name = "Maison Lumen"

    def account(self, request: Received, count: dict[str, Any]) -> dict[str, Any]:
        assert request.query["fields"] == "id,name,followers_count"
        return {"id": "100000000000001", "name": self.name, **count}


class CountingInstagram(Counting, InstagramServer):
    path = "/17841400000000000"

    def account(self, request: Received, count: dict[str, Any]) -> dict[str, Any]:
        assert request.query["fields"] == "id,username,followers_count"
        return {"id": "17841400000000000", "username": "lumen", **count}


class CountingX(Counting, XServer):
    path = "/2/users/me"
    connection: ClassVar[dict[str, str]] = {"client_id": "lumen-app", "account": "@lumen"}

    def account(self, request: Received, count: dict[str, Any]) -> dict[str, Any]:
        assert request.query["user.fields"] == "public_metrics"
        return {"data": {"id": "2244994945", "username": "lumen", "public_metrics": {"tweet_count": 4, **count}}}


class CountingYouTube(Counting, YouTubeServer):
    """`is_hidden`: the channel shows no number of subscribers."""

    path = "/channels"
    connection: ClassVar[dict[str, str]] = {"client_id": "lumen-app", "account": "Lumen TV"}
    name = "Lumen TV"
    is_hidden = False

    def is_accepted(self, request: Received) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.valid['key']}"

    def rate_limited(self) -> Reply:
        return failure(403, "quotaExceeded")

    def account(self, request: Received, count: dict[str, Any]) -> dict[str, Any]:
        assert request.query["mine"] == "true"
        statistics = {"viewCount": "9", "hiddenSubscriberCount": self.is_hidden, **({} if self.is_hidden else count)}
        return {"items": [{"id": "UC77", "snippet": {"title": self.name}, "statistics": statistics}]}

    def count(self, followers: int) -> dict[str, Any]:
        return {"subscriberCount": str(followers)}


class CountingLinkedIn(Counting, LinkedInServer):
    path = "/networkSizes/urn%3Ali%3Aorganization%3A1234567"
    name = "1234567"

    def account(self, request: Received, count: dict[str, Any]) -> dict[str, Any]:
        assert request.headers["linkedin-version"] == "202607"
        assert request.query["edgeType"] == "COMPANY_FOLLOWED_BY_MEMBER"
        return count

    def count(self, followers: int) -> dict[str, Any]:
        return {"firstDegreeSize": followers}


COUNTING: dict[str, type[Counting]] = {
    server.platform: server
    for server in (
        *(CountingBluesky, CountingMastodon, CountingFacebook, CountingInstagram),
        *(CountingX, CountingYouTube, CountingLinkedIn),
    )
}
