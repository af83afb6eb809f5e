"""The look-alikes of platforms on which posts of the calendar are published. Those of replies (replying.py) publish
posts, too; here are the platforms where a post needs more than a reply: a title and a place, or the name of a Page.

    with PUBLISHING["reddit"]() as server:
        server.loses = True     # the next post is published, and its response is lost
        assert server.published == [Published(1, "Lyon", text)]

`titles` are those of the published posts by number, `places` the places that exist.
"""

import re
from html import escape
from urllib.parse import unquote

from tests.lookalikes.platforms.base import Received, Reply
from tests.lookalikes.platforms.linkedin import LinkedInServer
from tests.lookalikes.platforms.replying import (
    REPLYING,
    Published,
    Replying,
    ReplyingDiscourse,
    ReplyingFacebook,
    ReplyingReddit,
    ReplyingX,
)

COUNTS = (5, 2, 1)  # likes, replies and shares of each published post, where a platform gives them


class PublishingDiscourse(ReplyingDiscourse):
    places = frozenset({"5"})
    shortest_title = 15

    def __init__(self) -> None:
        super().__init__()
        self.titles: dict[int, str] = {}
        self.holds_back = False

    def respond(self, request: Received) -> Reply:
        if found := re.fullmatch(r"/c/(\d+)/show\.json", request.path):
            if found[1] in self.places:
                return Reply({"category": {"id": int(found[1]), "name": "News", "slug": "news"}})
            return Reply({"errors": ["The requested URL or resource could not be found."]}, 404)
        if found := re.fullmatch(r"/t/(\d+)\.json", request.path):
            return self._topic_page(int(found[1]))
        if request.path == "/user_actions.json" and request.query["filter"] == "4":
            assert request.query["username"] == "lumen"
            return Reply({"user_actions": [self._created(one) for one in reversed(self.published)]})
        if (request.method, request.path) == ("POST", "/posts.json") and "title" in request.json:
            return self._create(request)
        return super().respond(request)

    def _create(self, request: Received) -> Reply:
        body = request.json
        assert request.headers["api-username"] == "lumen" and str(body["category"]) in self.places
        if not self.has_permission:
            return Reply({"errors": ["You are not permitted"], "error_type": "invalid_access"}, 403)
        problem = ""
        if len(body["title"]) < self.shortest_title:
            problem = f"Title is too short (minimum is {self.shortest_title} characters)"
        elif len(body["raw"]) > self.longest:
            problem = f"Body is limited to a maximum of {self.longest} characters"
        elif body["title"] in self.titles.values():
            problem = "Title has already been used"
        if problem:
            return Reply({"action": "create_post", "errors": [problem]}, 422)
        if self.holds_back:
            return Reply({"action": "enqueued", "success": True, "pending_count": 1, "pending_post": {"id": 3}})
        one = self.publish(str(body["category"]), body["raw"])
        self.titles[one.number] = body["title"]
        return Reply(
            {"id": 90_000 + one.number, "topic_slug": "lumen", "topic_id": 400 + one.number, "post_number": 1}
        )

    def _created(self, one: Published) -> dict:
        title = self.titles[one.number]
        tidied = title[:1].upper() + title[1:].rstrip(".")
        times = {"created_at": self.now.isoformat(), "excerpt": escape(one.text[:300])}
        return {"title": tidied, "slug": "lumen", "topic_id": 400 + one.number, "post_number": 1, **times}

    def _topic_page(self, number: int) -> Reply:
        if number - 400 not in [one.number for one in self.published]:
            return Reply({"errors": ["The requested URL or resource could not be found."]}, 404)
        first = {"id": 90_000, "post_number": 1, "actions_summary": [{"id": 2, "count": COUNTS[0]}]}
        stream = {"posts": [first, {"id": 90_001, "post_number": 2, "actions_summary": []}]}
        return Reply({"id": number, "posts_count": 1 + COUNTS[1], "post_stream": stream})


class PublishingReddit(ReplyingReddit):
    """`waits_s` is the wait that the next post gets, 0 for none. `accepts` is what a subreddit accepts."""

    places = frozenset({"Lyon"})
    longest_title = 300

    def __init__(self) -> None:
        super().__init__()
        self.titles: dict[int, str] = {}
        self.waits_s = 0.0
        self.accepts = "any"

    def respond(self, request: Received) -> Reply:
        if found := re.fullmatch(r"/r/([\w-]+)/about", request.path):
            name = next((one for one in self.places if one.casefold() == found[1].casefold()), "")
            if not name:
                return Reply({"kind": "Listing", "data": {"children": []}})
            return Reply({"kind": "t5", "data": {"display_name": name, "submission_type": self.accepts}})
        if request.path == "/user/lumen_team/submitted":
            children = [{"kind": "t3", "data": self._own(one)} for one in reversed(self.published)]
            return Reply({"kind": "Listing", "data": {"after": None, "children": children}})
        if request.path == "/api/info" and request.query["id"].startswith("t3_own"):
            wanted = request.query["id"].split(",")
            own = [self._own(one) for one in self.published]
            counts = {"score": COUNTS[0], "num_comments": COUNTS[1], "num_crossposts": COUNTS[2]}
            found_own = [{"kind": "t3", "data": one | counts} for one in own if one["name"] in wanted]
            return Reply({"kind": "Listing", "data": {"after": None, "children": found_own}}, headers=self._limits(90))
        return self._submit(request) if request.path == "/api/submit" else super().respond(request)

    def _submit(self, request: Received) -> Reply:
        form = request.form
        assert (form["api_type"], form["kind"]) == ("json", "self") and form["sr"] in self.places
        if not self.has_permission:
            return Reply({"message": "Forbidden", "error": 403}, 403)
        errors = []
        if len(form["text"]) > 40_000:
            errors = [["TOO_LONG", "this is too long (max: 40000)", "text"]]
        elif self.waits_s:
            errors = [["RATELIMIT", "Take a break for 9 minutes before trying again.", "ratelimit"]]
        elif "forbidden" in form["title"]:
            errors = [["SUBMIT_VALIDATION_TITLE_BLACKLISTED_STRING", "Your title can’t have this word.", "title"]]
        if errors:
            wait, self.waits_s = self.waits_s, 0.0
            return Reply({"json": {"errors": errors} | ({"ratelimit": wait} if wait else {})})
        one = self.publish(form["sr"], form["text"])
        self.titles[one.number] = form["title"]
        own = self._own(one)
        data = {"url": f"https://www.reddit.com{own['permalink']}", "id": own["name"][3:], "name": own["name"]}
        return Reply({"json": {"errors": [], "data": data}}, headers=self._limits(91))

    def _own(self, one: Published) -> dict:
        return {
            "name": f"t3_own{one.number}",
            "permalink": f"/r/{one.parent}/comments/own{one.number}/lampe/",
            "subreddit": one.parent,
            "title": self.titles[one.number],
            "selftext": one.text,
            "created_utc": self.now.timestamp(),
            "author": "lumen_team",
        }


class PublishingLinkedIn(Replying, LinkedInServer):
    """`commentaries` are the texts as they were sent, in LinkedIn's own form."""

    account = {"client_id": "app", "account": "Ada"}
    longest = 3_000

    def __init__(self) -> None:
        super().__init__()
        self.commentaries: dict[int, str] = {}

    def respond(self, request: Received) -> Reply:
        if (request.method, request.path) == ("POST", "/posts"):
            return self._create(request)
        if request.path == "/posts":
            assert request.headers["x-restli-method"] == "FINDER"
            assert request.query["author"] == "urn:li:organization:1234567" and request.query["q"] == "author"
            return Reply({"paging": {}, "elements": [self._own(one) for one in reversed(self.published)]})
        if request.path == "/organizationalEntityShareStatistics":
            return self._statistics(request)
        return super().respond(request)

    def _create(self, request: Received) -> Reply:
        body = request.json
        assert request.headers["linkedin-version"] == "202607"
        assert (body["author"], body["lifecycleState"]) == ("urn:li:organization:1234567", "PUBLISHED")
        if not self.has_permission:
            return Reply({"status": 403, "code": "ACCESS_DENIED", "message": "Not enough permissions"}, 403)
        bare = re.sub(r"\\.", "", body["commentary"])
        if found := re.search(r"[\\|{}@\[\]()<>*_~]|(?<!\S)#(?!\w)", bare):
            raise AssertionError(f"LinkedIn would cut the post off at {found[0]}")
        text = re.sub(r"\\(.)", r"\1", body["commentary"])
        if len(text) > self.longest:
            return self._refusal("Commentary exceeds the maximum length", "TOO_LONG")
        if any(one.text == text for one in self.published):
            return self._refusal("Content is a duplicate of urn:li:share:1", "DUPLICATE_POST")
        one = self.publish("", text)
        self.commentaries[one.number] = body["commentary"]
        return Reply(b"", 201, {"x-restli-id": self._urn(one)})

    def _refusal(self, description: str, code: str) -> Reply:
        fields = {"inputErrors": [{"description": description, "code": code}]}
        return Reply({"status": 422, "code": "INVALID", "message": "Invalid input", "errorDetails": fields}, 422)

    def _own(self, one: Published) -> dict:
        hashtags = re.sub(r"(?<![\w\\])#(\w+)", r"{hashtag|\\#|\1}", self.commentaries[one.number])
        created = int(self.now.timestamp() * 1000)
        return {"id": self._urn(one), "commentary": hashtags, "createdAt": created, "lifecycleState": "PUBLISHED"}

    def _statistics(self, request: Received) -> Reply:
        assert "organizationalEntity=urn%3Ali%3Aorganization%3A1234567&" in request.raw_query
        [urn] = re.findall(r"shares=List\((.*)\)", request.raw_query)
        statistics = dict(zip(("likeCount", "commentCount", "shareCount"), COUNTS, strict=True))
        known = [one for one in self.published if self._urn(one) == unquote(urn)]
        elements = [{"share": self._urn(one), "totalShareStatistics": statistics} for one in known]
        return Reply({"paging": {}, "elements": elements})

    @staticmethod
    def _urn(one: Published) -> str:
        return f"urn:li:share:{7_000_000_000_000_000_000 + one.number}"


class PublishingX(ReplyingX):
    def respond(self, request: Received) -> Reply:
        ids = [str(1_995_000_000_000_000_000 + one.number) for one in self.published]
        if (
            request.path == "/2/tweets"
            and request.method == "GET"
            and request.query["ids"].split(",")[0][:5] == "19950"
        ):
            assert request.query["tweet.fields"] == "public_metrics"
            likes, replies, shares = COUNTS
            metrics = {"like_count": likes, "reply_count": replies, "retweet_count": shares, "quote_count": 0}
            wanted = request.query["ids"].split(",")
            data = [{"id": one, "text": "…", "public_metrics": metrics} for one in wanted if one in ids]
            return Reply({"data": data} if data else {"errors": []}, headers=self._limits(300))
        return super().respond(request)


class PublishingFacebook(ReplyingFacebook):
    def respond(self, request: Received) -> Reply:
        node = request.path.strip("/")
        if request.method == "GET" and "reactions" in request.query.get("fields", "") and "/" not in node:
            if node not in [f"{one.parent}_{one.number}" for one in self.published]:
                return self.error(100, 33, "Unsupported get request. Object does not exist", 400)
            likes, replies, shares = COUNTS
            summaries = {"reactions": likes, "comments": replies}
            counts = {name: {"data": [], "summary": {"total_count": count}} for name, count in summaries.items()}
            return Reply({"id": node, "shares": {"count": shares}, **counts})
        return super().respond(request)


PUBLISHING: dict[str, type[Replying]] = {name: REPLYING[name] for name in ("bluesky", "mastodonsearch")} | {
    server.platform: server
    for server in (PublishingDiscourse, PublishingFacebook, PublishingLinkedIn, PublishingReddit, PublishingX)
}
