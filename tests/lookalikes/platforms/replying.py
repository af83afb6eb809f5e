"""The look-alikes of platforms to which replies can be sent: each publishes them as its platform does.

    with REPLYING["mastodonsearch"]() as server:
        server.posts = make_posts(1)
        server.loses = True     # the next reply is published, and its response is lost
        assert server.published == [Published(1, parent, text)]

`locked` are the numbers of posts that accept no reply.
"""

from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply, make_posts
from tests.lookalikes.platforms.bluesky import DID, BlueskyServer
from tests.lookalikes.platforms.discourse import DiscourseServer
from tests.lookalikes.platforms.mastodon_search import MastodonSearchServer
from tests.lookalikes.platforms.mastodon_tag import status_of
from tests.lookalikes.platforms.meta_comments import FacebookServer
from tests.lookalikes.platforms.reddit import RedditServer
from tests.lookalikes.platforms.x import XServer
from tests.lookalikes.platforms.youtube import YouTubeServer, failure


@dataclass(frozen=True)
class Published:
    """A reply that the platform has. `key` is by which it recognizes a repetition."""

    number: int
    parent: str
    text: str
    key: str = ""


class Replying(PlatformServer):
    """`account` are the secrets that a connected account or a key has in addition. `longest` is what is accepted."""

    account: dict[str, str] = {}
    longest = 300
    refused_status = 403

    def __init__(self) -> None:
        super().__init__()
        self.published: list[Published] = []
        self.loses = False
        self.locked: frozenset[int] = frozenset()
        self.has_permission = True
        self.delay_s = 0.0

    def publish(self, parent: str, text: str, key: str = "") -> Published:
        known = [one for one in self.published if key and one.key == key]
        if not known:
            known = [Published(len(self.published) + 1, parent, text, key)]
            self.published += known
        return known[0]

    def post(self, native_id: str) -> Post | None:
        return next(iter(self.known([native_id])), None)

    def item_id(self, post: Post) -> str:
        return self.native_id(post)

    def is_locked(self, native_id: str) -> bool:
        post = self.post(native_id)
        return post is not None and post.number in self.locked

    def _reply(self, request: Received) -> Reply:
        before = len(self.published)
        reply = super()._reply(request)
        if self.loses and len(self.published) > before:
            self.loses = False
            return Reply(b"", 502)
        return Reply(reply.body, reply.status, reply.headers, reply.content_type, reply.delay_s or self.delay_s)


class ReplyingBluesky(Replying, BlueskyServer):
    def respond(self, request: Received) -> Reply:
        if request.path.endswith("app.bsky.feed.getPosts"):
            uris = [uri for uri in parse_qs(request.raw_query)["uris"] if uri.startswith(f"at://{DID}/")]
            own = [uri for uri in uris if any(uri.endswith(one.key) for one in self.published)]
            if uris:
                counts = {"likeCount": 5, "replyCount": 2, "repostCount": 1, "quoteCount": 0}
                return Reply({"posts": [{**self.post(make_posts(1)[0]), "uri": uri, **counts} for uri in own]})
        if not request.path.endswith("repo.putRecord"):
            return super().respond(request)
        body = request.json
        record = body["record"]
        assert (body["repo"], body["collection"], len(body["rkey"])) == (DID, "app.bsky.feed.post", 13)
        reply = record.get("reply")
        assert reply is None or (reply["parent"]["cid"] and reply["root"]["cid"])
        if not self.has_permission:
            return Reply({"error": "AuthMissing", "message": "Bad token scope"}, 403)
        if len(record["text"]) > self.longest:
            message = "Invalid app.bsky.feed.post record: grapheme too big (maximum 300, got 301) at $.record.text"
            return Reply({"error": "InvalidRequest", "message": message}, 400)
        self.publish(reply["parent"]["uri"] if reply else "", record["text"], body["rkey"])
        uri = f"at://{DID}/app.bsky.feed.post/{body['rkey']}"
        return Reply({"uri": uri, "cid": "bafyreinew", "validationStatus": "valid"}, headers=self._limit_headers(2000))

    def post(self, post):  # type: ignore[override]
        if isinstance(post, str):
            return Replying.post(self, post)
        found = BlueskyServer.post(self, post)
        return found | {"viewer": {"replyDisabled": post.number in self.locked}}


class ReplyingMastodon(Replying, MastodonSearchServer):
    account = {"client_id": "app", "account": "@lumen"}
    longest = 500

    def respond(self, request: Received) -> Reply:
        if request.path == "/api/v2/search" and request.query.get("resolve") == "true":
            found = [post for post in self.posts if self.permalink(post) == request.query["q"] and not post.is_deleted]
            statuses = [status_of(self, post) for post in found]
            return Reply({"accounts": [], "hashtags": [], "statuses": statuses}, headers=self._limit_headers(240))
        if request.method == "GET" and request.path.startswith("/api/v1/statuses/115"):
            number = int(request.path.rpartition("/")[2]) - 115_000_000_000_000_000
            found_own = [self._counted(one) for one in self.published if one.number == number]
            return Reply(found_own[0]) if found_own else Reply({"error": "Record not found"}, 404)
        if request.path.endswith("/context"):
            parent = request.path.split("/")[4]
            found_replies = [self._status(one) for one in self.published if one.parent == parent]
            return Reply({"ancestors": [], "descendants": found_replies})
        if request.path == "/api/v1/accounts/verify_credentials":
            return Reply({"id": "7", "acct": "lumen"}, headers=self._limit_headers(240))
        if request.path == "/api/v1/accounts/7/statuses":
            assert request.query["exclude_replies"] == "true"
            return Reply([self._status(one) for one in reversed(self.published) if not one.parent])
        if (request.method, request.path) != ("POST", "/api/v1/statuses"):
            return super().respond(request)
        body = request.json
        parent = next((post for post in self.posts if self._id(post) == body.get("in_reply_to_id")), None)
        assert request.headers["idempotency-key"] and body["visibility"] == "public"
        assert parent is None or body["status"].startswith(f"@{parent.author} ")
        if not self.has_permission:
            return Reply({"error": "This action is outside the authorized scopes"}, 403)
        if len(body["status"]) > self.longest:
            return Reply({"error": "Validation failed: Text character limit of 500 exceeded"}, 422)
        if parent and parent.number in self.locked:
            return Reply({"error": "This action is not allowed"}, 403)
        published = self.publish(body.get("in_reply_to_id", ""), body["status"], request.headers["idempotency-key"])
        return Reply(self._status(published), headers=self._limit_headers(230))

    def _counted(self, one: Published) -> dict:
        counts = {"favourites_count": 5, "replies_count": 2, "reblogs_count": 1}
        return status_of(self, make_posts(1)[0]) | self._status(one) | counts

    def _status(self, one: Published) -> dict:
        number = 115_000_000_000_000_000 + one.number
        text = escape(one.text).replace("@", '<span class="h-card"><a>@</a></span>', 1)
        return {
            "id": str(number),
            "uri": f"https://social.example/users/lumen/statuses/{number}",
            "url": f"https://social.example/@lumen/{number}",
            "created_at": self.now.isoformat(),
            "in_reply_to_id": one.parent or None,
            "content": f"<p>{text}</p>",
        }


class ReplyingDiscourse(Replying, DiscourseServer):
    account = {"api_key": "forum-key", "api_username": "lumen"}
    longest = 32_000
    key = "forum-key"
    refused_status = 422

    def respond(self, request: Received) -> Reply:
        if request.path.startswith("/posts/by_number/"):
            topic = int(request.path.split("/")[3])
            found = [post for post in self.posts if post.number == topic and not post.is_deleted]
            return Reply(self._post(found[0])) if found else self._whole(0)
        if request.path == "/user_actions.json":
            assert request.query == {"username": "lumen", "filter": "5"}
            return Reply({"user_actions": [self._action(one) for one in reversed(self.published)]})
        if (request.method, request.path) != ("POST", "/posts.json"):
            return super().respond(request)
        body = request.json
        assert request.headers["api-username"] == "lumen" and body["reply_to_post_number"] == 2
        if not self.has_permission:
            return Reply({"errors": ["You are not permitted"], "error_type": "invalid_access"}, 403)
        problem = ""
        if len(body["raw"]) > self.longest:
            problem = f"Body is limited to a maximum of {self.longest} characters"
        elif body["topic_id"] in self.locked:
            problem = "The topic is closed"
        elif any(one.text == body["raw"] for one in self.published):
            problem = "Body is too similar to what you recently posted"
        if problem:
            return Reply({"action": "create_post", "errors": [problem]}, 422)
        one = self.publish(str(body["topic_id"]), body["raw"])
        return Reply({"id": 90_000 + one.number, "topic_slug": "lumen", **self._place(one), "username": "lumen"})

    def _place(self, one: Published) -> dict:
        return {"topic_id": int(one.parent), "post_number": 2 + one.number}

    def _action(self, one: Published) -> dict:
        times = {"created_at": self.now.isoformat(), "excerpt": escape(one.text[:300])}
        return {"post_id": 90_000 + one.number, "slug": "lumen", **self._place(one), **times}


class ReplyingReddit(Replying, RedditServer):
    account = {
        "access_token": "app-token-0",
        "expires_at": "9999999999",
        "client_id": "lumen-app",
        "account": "lumen_team",
    }
    longest = 10_000
    refused_status = 200

    def native_id(self, post: Post) -> str:
        return f"t3_{post.number}"

    def _thing(self, post: Post) -> dict:
        thing = super()._thing(post)
        thing["data"] |= {"locked": post.number in self.locked, "archived": False}
        return thing

    def respond(self, request: Received) -> Reply:
        if request.path == "/user/lumen_team/comments":
            children = [{"kind": "t1", "data": self._comment(one)} for one in reversed(self.published)]
            return Reply({"kind": "Listing", "data": {"after": None, "children": children}})
        if request.path != "/api/comment":
            return super().respond(request)
        form = request.form
        assert form["api_type"] == "json"
        errors = []
        if not self.has_permission:
            return Reply({"message": "Forbidden", "error": 403}, 403)
        if len(form["text"]) > self.longest:
            errors = [["TOO_LONG", "this is too long (max: 10000)", "text"]]
        if errors:
            return Reply({"json": {"errors": errors}})
        data = self._comment(self.publish(form["thing_id"], form["text"]))
        return Reply({"json": {"errors": [], "data": {"things": [{"kind": "t1", "data": data}]}}})

    def _comment(self, one: Published) -> dict:
        path = f"/r/Lyon/comments/{one.parent[3:]}/lampe/c{one.number}/"
        return {"name": f"t1_c{one.number}", "parent_id": one.parent, "body": one.text, "permalink": path}


class ReplyingYouTube(Replying, YouTubeServer):
    account = {"client_id": "app", "account": "Lumen TV"}
    longest = 10_000

    def is_accepted(self, request: Received) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.valid['key']}"

    def rejection(self) -> Reply:
        return failure(401, "authError")

    def respond(self, request: Received) -> Reply:
        if request.method == "GET" and request.path == "/commentThreads":
            return Reply({"items": [self._own_thread(one) for one in reversed(self.published)]})
        if request.method == "GET":
            return super().respond(request)
        assert request.path == "/commentThreads" and request.query == {"part": "snippet"}
        snippet = request.json["snippet"]
        text = snippet["topLevelComment"]["snippet"]["textOriginal"]
        if not self.has_permission:
            return failure(403, "insufficientPermissions")
        if len(text) > self.longest:
            return failure(400, "commentTextTooLong")
        if self.is_locked(snippet["videoId"]):
            return failure(403, "commentsDisabled")
        return Reply(self._own_thread(self.publish(snippet["videoId"], text)))

    def _own_thread(self, one: Published) -> dict:
        snippet = {"textOriginal": one.text, "publishedAt": self.now.strftime("%Y-%m-%dT%H:%M:%SZ")}
        top = {"id": f"Ugown{one.number}", "snippet": snippet}
        return {"id": top["id"], "snippet": {"videoId": one.parent, "topLevelComment": top}}


class ReplyingFacebook(Replying, FacebookServer):
    longest = 8_000
    refused_status = 403

    def respond(self, request: Received) -> Reply:
        node, _, edge = request.path.strip("/").partition("/")
        if (node, edge) == (self.settings["page"], "feed") and (
            request.method == "POST" or ("message" in request.query.get("fields", "") and self.published)
        ):
            return self._own_feed(request)
        if "_" not in node:
            return super().respond(request)
        post = self.post(node)
        if post is None:
            return self.error(100, 33, "Unsupported get request. Object does not exist", 400)
        if not edge:
            return Reply({"id": node})
        if request.method == "GET":
            return Reply({"data": [self._own_comment(one) for one in reversed(self.published) if one.parent == node]})
        text = request.form["message"]
        if not self.has_permission:
            return self.error(200, 0, "(#200) Permissions error", 403)
        if len(text) > self.longest:
            return self.error(100, 0, "(#100) Message is too long", 400)
        if post.number in self.locked:
            return self.error(368, 1404006, "The action attempted has been deemed abusive", 403)
        return Reply({"id": f"{node}_{self.publish(node, text).number}"})

    def _own_feed(self, request: Received) -> Reply:
        page = self.settings["page"]
        if request.method == "GET":
            return Reply({"data": [self._own_comment(one) for one in reversed(self.published) if one.parent == page]})
        text = request.form["message"]
        if not self.has_permission:
            return self.error(200, 0, "(#200) Permissions error", 403)
        if len(text) > self.longest:
            return self.error(100, 0, "(#100) Message is too long", 400)
        return Reply({"id": f"{page}_{self.publish(page, text).number}"})

    def _own_comment(self, one: Published) -> dict:
        own = {"id": self.settings["page"], "name": "Lumen"}
        created = self.now.strftime("%Y-%m-%dT%H:%M:%S+0000")
        return {"id": f"{one.parent}_{one.number}", "message": one.text, "from": own, "created_time": created}


class ReplyingX(Replying, XServer):
    account = {"client_id": "app", "account": "@lumen"}
    longest = 280

    def respond(self, request: Received) -> Reply:
        if request.path == "/2/tweets/search/recent" and request.query["query"].startswith("from:lumen "):
            search = request.query["query"]
            parent = "" if search.endswith("-is:reply") else search.rpartition(":")[2]
            found = [one for one in self.published if one.parent == parent]
            data = {"data": [self._own_post(one) for one in found]} if found else {}
            return Reply(data | {"meta": {"result_count": len(found)}}, headers=self._limits(400))
        if request.method == "GET":
            return super().respond(request)
        body = request.json
        parent = body["reply"]["in_reply_to_tweet_id"] if "reply" in body else ""
        post = self.post(parent)
        refusal = ""
        if not self.has_permission:
            refusal = "You are not permitted to perform this action."
        elif parent and post is None:
            refusal = "You attempted to reply to a Tweet that is deleted or not visible to you."
        elif len(body["text"]) > self.longest:
            refusal = "Your Tweet text is too long. For more information on how Twitter determines text length see."
        elif post and post.number in self.locked:
            refusal = "Reply to this conversation is not allowed because you have not been mentioned."
        elif any(one.text == body["text"] for one in self.published):
            refusal = "You are not allowed to create a Tweet with duplicate content."
        if refusal:
            problem = {"title": "Forbidden", "type": "about:blank", "status": 403, "detail": refusal}
            return Reply(problem, 403, self._limits(100))
        published = self.publish(parent, body["text"])
        return Reply({"data": self._own_post(published)}, 201, self._limits(99))

    def _own_post(self, one: Published) -> dict:
        number = str(1_995_000_000_000_000_000 + one.number)
        text = f"@ada1 {escape(one.text, quote=False)}" if one.parent else escape(one.text, quote=False)
        return {"id": number, "text": text, "created_at": self.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")}


REPLYING: dict[str, type[Replying]] = {
    server.platform: server
    for server in (
        ReplyingBluesky,
        ReplyingDiscourse,
        ReplyingFacebook,
        ReplyingMastodon,
        ReplyingReddit,
        ReplyingX,
        ReplyingYouTube,
    )
}
