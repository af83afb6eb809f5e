"""A Bluesky server: sessions whose tokens end and rotate, and `searchPosts` with `since` and `cursor`."""

import base64
import json
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply

DID = "did:plc:examplebrandbrandbrandbr"


class BlueskyServer(PlatformServer):
    platform = "bluesky"
    settings = {"handle": "lumen.example"}
    secrets = {"password": "abcd-efgh-ijkl-mnop"}
    lacks = frozenset({"title", "views", "rating"})
    page_size = 100

    def __init__(self) -> None:
        super().__init__()
        self.access, self.refresh, self.sessions = "", "", 0
        self.lasts = timedelta(hours=2)

    def is_accepted(self, request: Received) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if request.path.endswith("createSession"):
            return request.json == {"identifier": "lumen.example", "password": self.valid["password"]}
        return bool(token) and token == (self.refresh if request.path.endswith("refreshSession") else self.access)

    def rejection(self) -> Reply:
        name = self.requests[-1].path.rpartition(".")[2]
        if name == "createSession":
            return Reply({"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, 401)
        return Reply({"error": "ExpiredToken", "message": "Token has expired"}, 400)

    def rate_limited(self) -> Reply:
        body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
        return Reply(body, 429, self._limit_headers(0))

    def respond(self, request: Received) -> Reply:
        method = request.path.removeprefix("/xrpc/")
        if method.startswith("com.atproto.server."):
            assert method.endswith("createSession") or request.headers.get("content-length") == "0"
            return Reply(self.session())
        if method == "app.bsky.feed.getPosts":
            uris = parse_qs(request.raw_query)["uris"]
            assert len(uris) <= 25
            return Reply({"posts": [self.post(post) for post in self.known(uris)]}, headers=self._limit_headers(2800))
        assert (method, request.query["sort"]) == ("app.bsky.feed.searchPosts", "latest")
        since = datetime.fromisoformat(request.query["since"])
        found = [post for post in self.visible() if post.published >= since]
        start, size = int(request.query.get("cursor", 0)), int(request.query["limit"])
        posts = [self.post(post) for post in found[start : start + size]]
        more = {"cursor": str(start + size)} if len(found) > start + size else {}
        return Reply({"posts": posts, "hitsTotal": len(found)} | more, headers=self._limit_headers(2900))

    def session(self) -> dict:
        """Begin or renew the session: both tokens are new ones."""
        self.sessions += 1
        self.access, self.refresh = self._token("access"), self._token("refresh")
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example"}
        return {
            "did": DID,
            "handle": "lumen.example",
            "accessJwt": self.access,
            "refreshJwt": self.refresh,
            "active": True,
            "didDoc": {"id": DID, "service": [service]},
        }

    def _token(self, scope: str) -> str:
        claims = {
            "scope": f"com.atproto.{scope}",
            "exp": int((self.now + self.lasts).timestamp()),
            "jti": self.sessions,
        }
        return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.signature"

    def _limit_headers(self, left: int) -> dict[str, str]:
        reset = int((self.now + timedelta(seconds=30)).timestamp())
        return {
            "RateLimit-Limit": "3000",
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(reset),
            "RateLimit-Policy": "3000;w=300",
        }

    def native_id(self, post: Post) -> str:
        return f"at://did:plc:{post.author}/app.bsky.feed.post/3m{post.number}"

    def permalink(self, post: Post) -> str:
        return f"https://bsky.app/profile/did:plc:{post.author}/post/3m{post.number}"

    def post(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"uri": self.native_id(post), "author": None, "record": {"text": 3}}
        time = post.published.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "uri": self.native_id(post),
            "cid": f"bafyrei{post.number}",
            "author": {"did": f"did:plc:{post.author}", "handle": f"{post.author}", "displayName": post.name},
            "record": {
                "$type": "app.bsky.feed.post",
                "createdAt": time,
                "langs": ["fr"],
                "text": post.text,
            },
            "indexedAt": time,
            "likeCount": post.likes,
            "replyCount": post.replies,
            "repostCount": post.shares,
            "quoteCount": 0,
            "labels": [],
        }
