"""Posts of the editorial calendar on Reddit: text posts in a subreddit. Pure; used by reddit.py.

Facts: `POST /api/submit` with `kind=self`, `sr`, `title` and `text`; with `api_type=json` errors come with status 200,
as lists of code, message and field, those of a subreddit's rules begin with SUBMIT_VALIDATION. `/r/{name}/about` is
read before: unknown names lead to a search, and some subreddits accept links only or ban the account
(https://www.reddit.com/dev/api/oauth#POST_api_submit). A lost one is among the last of `/user/{name}/submitted`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from monitoring.platforms.base import Setting, gettext_noop
from monitoring.platforms.reddit_items import SITE
from monitoring.platforms.reddit_replies import CODES, RECENT, RedditReplies, headers
from monitoring.platforms.replies import CLOCK_SLACK, NEW_POST, PublishedReply, ReplyRequest, ReplyTarget
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult

_CODES = CODES | {
    "SUBREDDIT_NOEXIST": "place_not_found",
    "SUBREDDIT_NOTALLOWED": "reply_permission",
    "ALREADY_SUB": "reply_duplicate",
}

_NAME = re.compile(r"[A-Za-z0-9_]{2,21}|u_[A-Za-z0-9_-]{3,20}")
# With the order of its posts, and parameters.
_URL = re.compile(
    r"(?:(?:https?://)?(?:\w+\.)?reddit\.com)?/?(?P<kind>r|u|user)/(?P<name>[\w-]+)(?:/\w*)?/?(?:[?#]\S*)?",
    re.IGNORECASE,
)


class RedditPosts(RedditReplies):
    place = Setting(
        "subreddit",
        gettext_noop("Subreddit"),
        help=gettext_noop("Its name, or u_ and the name of the account for a post on its profile."),
        example="r/Lyon",
    )
    longest_title = 300

    def id_of(self, target: ReplyTarget, settings: Mapping[str, str]) -> str:
        return NEW_POST

    def place_of(self, entered: str, settings: Mapping[str, str]) -> str:
        """Return the name of a subreddit or profile, also from its URL, u_NAME for a profile."""
        found = _URL.fullmatch(entered)
        name = entered.strip("/")
        if found:
            name = found["name"] if found["kind"].lower() == "r" else f"u_{found['name']}"
        return name if _NAME.fullmatch(name) else ""

    def parent_request(self, reply: ReplyRequest) -> ApiRequest:
        """Return the request for the subreddit."""
        return ApiRequest(f"{reply.api_url}/r/{quote(reply.place)}/about?raw_json=1", headers(reply))

    def read_parent(self, data: Any, reply: ReplyRequest) -> Mapping[str, Any] | PollError:
        if data["kind"] != "t5":
            return PollError("place_not_found", f"no subreddit {reply.place}")
        subreddit = data["data"]
        if subreddit.get("user_is_banned"):
            return PollError("reply_permission", "banned from the subreddit")
        if subreddit.get("submission_type") == "link":
            return PollError("post_rules", "This subreddit accepts links only.")
        return {"name": str(subreddit["display_name"])}

    def request(self, reply: ReplyRequest) -> ApiRequest:
        form = {"api_type": "json", "kind": "self", "sr": reply.parent["name"]}
        form |= {"title": reply.title, "text": reply.text}
        return ApiRequest(f"{reply.api_url}/api/submit", headers(reply), form=form)

    def read(self, data: Any, reply: ReplyRequest) -> PublishedReply | PollError:
        answer = data["json"]
        for code, message, *_fields in answer.get("errors") or ():
            return PollError(_CODES.get(code, "post_rules"), str(message)[:200])
        post = answer["data"]
        return PublishedReply(str(post["name"]), urljoin(SITE, urlsplit(post["url"]).path))

    def find_request(self, reply: ReplyRequest) -> ApiRequest:
        query = urlencode({"sort": "new", "limit": RECENT, "raw_json": 1})
        url = f"{reply.api_url}/user/{quote(reply.secrets.get('account', ''))}/submitted?{query}"
        return ApiRequest(url, headers(reply))

    def read_found(self, data: Any, reply: ReplyRequest) -> PublishedReply | None:
        for thing in data["data"]["children"]:
            post = thing["data"]
            is_recent = datetime.fromtimestamp(post["created_utc"], UTC) >= reply.created_at - CLOCK_SLACK
            is_here = post["subreddit"].casefold() == reply.parent["name"].casefold()
            is_same = (post["title"].split(), post["selftext"].split()) == (reply.title.split(), reply.text.split())
            if is_recent and is_here and is_same:
                return PublishedReply(post["name"], urljoin(SITE, post["permalink"]))
        return None

    def error(self, response: FetchResult) -> PollError | None:
        return PollError("place_not_found", "status 404") if response.status == 404 else None
