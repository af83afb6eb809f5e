"""Discourse: posts of one forum, found by its search.

Facts: `/search.json` has 50 posts per page, at most 10 pages; `after:` and `before:` are days (UTC), so a walk that is
longer starts again at the first page with an earlier `before:`. A result has about 300 characters around what was
found, not the whole post; the title and slug of its topic are in another list, where a topic may be missing. `@` and
`#` are filters there. An overloaded forum says so in `grouped_search_result.error` with status 200, and how long to
wait in `extras.wait_seconds` (https://docs.discourse.org/, app/controllers/search_controller.rb). Without an account
about 8 searches per minute are allowed per address.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.discourse_own_posts import DiscourseOwnPosts
from monitoring.platforms.discourse_publish import DiscoursePosts
from monitoring.platforms.discourse_replies import DiscourseReplies, key_headers
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.rechecks import Lookup, Rechecked, RecheckPolicy
from monitoring.platforms.values import error_body, utc
from monitoring.records import Entry, PollError
from outbound import ApiRequest, FetchResult

PAGE_SIZE = 50
LAST_PAGE = 10


class Discourse(PagedPlatform):
    name = item_platform = "discourse"
    label = "Discourse"
    summary = gettext_noop("Posts on a forum made with Discourse that match your keywords.")
    can = frozenset({Can.SEARCH, Can.BACKFILL, Can.ENGAGEMENT, Can.RECHECK, Can.REPLY})
    settings = (
        Setting(
            "forum",
            gettext_noop("Forum"),
            help=gettext_noop("The URL of the forum’s first page."),
            example="forum.example.org",
            pattern=r"(?:https://)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[\w./-]*)?",
            is_server=True,
        ),
        Setting(
            "api_key",
            gettext_noop("API key"),
            help=gettext_noop("Optional: only for a forum that is not public. An admin of the forum creates it."),
            is_secret=True,
            is_required=False,
        ),
        Setting("api_username", gettext_noop("Username of the key"), is_secret=True, is_required=False),
    )
    limits = (Limit(8, 60),)
    min_interval_s = 900
    dialect = Dialect(signs="", min_chars=3)
    overlap = timedelta(hours=1)
    first_poll = timedelta(days=30)
    recheck = RecheckPolicy(1, timedelta(days=30))
    replies = DiscourseReplies()
    posts = DiscoursePosts()
    own_posts = DiscourseOwnPosts()

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://{_base(settings)}/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return f"https://{_base(settings)}"

    def request(self, page: PageRequest) -> ApiRequest:
        cursor = page.cursor or {"page": 1, "before": ""}
        text = f"{page.search.text} order:latest after:{page.since:%Y-%m-%d}"
        if cursor["before"]:
            text += f" before:{cursor['before']}"
        query = urlencode({"q": text, "page": cursor["page"]})
        return ApiRequest(f"{page.api_url}/search.json?{query}", headers=key_headers(page.secrets))

    def read(self, data: Any, page: PageRequest) -> Page:
        summary = data["grouped_search_result"] or {}
        if summary.get("error"):
            return Page(error=PollError("unavailable", f"search error: {summary['error']}"))
        topics = {
            topic["id"]: topic for topic in data.get("topics") or () if isinstance(topic, dict) and "id" in topic
        }
        posts, base = data.get("posts") or [], _base(page.settings)
        entries, skipped = read_items(posts, lambda post: _entry(post, topics.get(post["topic_id"], {}), base))
        has_more = bool(summary.get("more_full_page_results")) or len(posts) >= PAGE_SIZE
        return Page(entries, _next(entries, page.cursor) if has_more else None, skipped)

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        number = lookup.ids[0].rpartition("/")[2]
        return ApiRequest(f"{lookup.api_url}/posts/{number}.json", headers=key_headers(lookup.secrets))

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        """Return the likes of a post: its whole text can't be compared with the part that a search shows."""
        data["created_at"], data["cooked"]
        if data.get("deleted_at") or data.get("user_deleted"):
            return Rechecked(deleted=frozenset(lookup.ids))
        likes = data.get("like_count")
        entry = Entry(lookup.ids[0], "", "", "", likes=likes, engagement=likes)
        return Rechecked({lookup.ids[0]: entry}, has_texts=False)

    def recheck_of_error(self, response: FetchResult, lookup: Lookup) -> Rechecked | None:
        is_gone = response.status in (404, 410) and error_body(response).get("error_type") == "not_found"
        return Rechecked(deleted=frozenset(lookup.ids)) if is_gone else None

    def error(self, response: FetchResult) -> PollError | None:
        problem = error_body(response)
        if response.status == 403 and problem.get("error_type") == "not_logged_in":
            return PollError("timeline_closed", "the forum requires an account")
        if response.status == 403 and "API" in str(problem.get("errors")):
            return PollError("credential_rejected", "status 403")
        return None

    def wait_s(self, response: FetchResult) -> int | None:
        extras = error_body(response).get("extras")
        seconds = extras.get("wait_seconds") if isinstance(extras, dict) else None
        return seconds if isinstance(seconds, int) else response.retry_after_s


def _base(settings: Mapping[str, str]) -> str:
    return settings["forum"].removeprefix("https://").rstrip("/")


def _next(entries: tuple[Entry, ...], cursor: Any) -> dict[str, Any] | None:
    """Return the next page; after the last one, the first that ends with the day at which this one ended."""
    cursor = cursor or {"page": 1, "before": ""}
    if cursor["page"] < LAST_PAGE:
        return {**cursor, "page": cursor["page"] + 1}
    days = [entry.published.date() for entry in entries if entry.published]
    if not days:
        return None
    before = min(days) + timedelta(days=1)
    # More posts on one day than the forum shows: the rest of that day cannot be found.
    if cursor["before"] and before >= date.fromisoformat(cursor["before"]):
        before = min(days)
    return {"page": 1, "before": before.isoformat()}


def _entry(post: dict[str, Any], topic: Mapping[str, Any], base: str) -> Entry:
    number = post["post_number"]
    # With the slug, as in the forum's feeds: so a post that both have is stored once.
    path = f"{topic['slug']}/{post['topic_id']}" if topic.get("slug") else str(post["topic_id"])
    return Entry(
        native_id=f"{base}/{post['id']}",
        url=f"https://{base}/t/{path}/{number}",
        title=topic.get("title") or "",
        body=post.get("blurb") or "",
        author=post.get("name") or post["username"],
        author_handle=post["username"],
        author_url=f"https://{base}/u/{post['username']}",
        published=utc(post["created_at"]),
        kind="post" if number == 1 else "comment",
        likes=post.get("like_count"),
        engagement=post.get("like_count"),
    )
