"""Product Hunt, by topic: the products that were posted in it.

Facts: a GraphQL API without a text search; `posts(topic:, postedAfter:, order: NEWEST)` has pages of at most 20. Each
query costs points for what it asks for, 6,250 per 15 minutes; `X-Rate-Limit-Reset` says the seconds until they refill
(https://api.producthunt.com/v2/docs). A page costs at most about 250 points [not documented], so requests are counted.
A developer token doesn't end. Names of people are redacted. Commercial use needs an agreement.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from monitoring.platforms.base import Can, Limit, Needs, Setting, gettext_noop
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.values import total, utc
from monitoring.records import Entry, PollError
from outbound import ApiRequest, FetchResult

PAGE_SIZE = 20
_QUERY = """
query Posts($topic: String!, $since: DateTime!, $size: Int!, $after: String) {
  posts(topic: $topic, postedAfter: $since, order: NEWEST, first: $size, after: $after) {
    nodes { id name tagline description url website createdAt votesCount commentsCount user { name username url } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
_ERRORS = {"rate_limit_reached": "rate_limited", "invalid_oauth_token": "credential_rejected"}


class ProductHunt(PagedPlatform):
    name = item_platform = "producthunt"
    label = "Product Hunt"
    summary = gettext_noop("New products in a category, filtered by your keywords.")
    needs = Needs.KEY
    can = frozenset({Can.BACKFILL, Can.ENGAGEMENT})
    settings = (
        Setting(
            "topic",
            gettext_noop("Category"),
            help=gettext_noop("The last part of the URL of its page."),
            example="artificial-intelligence",
            pattern=r"[a-z0-9-]+",
        ),
        Setting(
            "token",
            gettext_noop("Developer token"),
            help=gettext_noop("Create an application, then its developer token."),
            link="https://www.producthunt.com/v2/oauth/applications",
            is_secret=True,
        ),
    )
    limits = (Limit(20, 900),)
    min_interval_s = 900
    overlap = timedelta(hours=1)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://www.producthunt.com/topics/{settings['topic']}"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://api.producthunt.com/v2/api"

    def request(self, page: PageRequest) -> ApiRequest:
        variables = {
            "topic": page.settings["topic"],
            "since": page.since.isoformat(),
            "size": PAGE_SIZE,
            "after": page.cursor,
        }
        headers = {"Authorization": f"Bearer {page.secrets['token']}"}
        return ApiRequest(f"{page.api_url}/graphql", headers, json={"query": _QUERY, "variables": variables})

    def read(self, data: Any, page: PageRequest) -> Page:
        if problems := data.get("errors"):
            return Page(error=_error_of(problems))
        posts = data["data"]["posts"]
        entries, skipped = read_items(posts["nodes"], _entry)
        more = posts["pageInfo"]
        return Page(entries, more["endCursor"] if more["hasNextPage"] else None, skipped)

    def wait_s(self, response: FetchResult) -> int | None:
        reset = response.headers.get("x-rate-limit-reset", "")
        is_limit = response.status == 429 and response.retry_after_s is None and reset.isdecimal()
        return int(reset) if is_limit else response.retry_after_s


def _error_of(problems: Any) -> PollError:
    """Return the first error of a response with status 200."""
    problem = problems[0]
    name = str(problem.get("error") or problem.get("message") or "")
    return PollError(_ERRORS.get(name, "query_rejected"), name[:200])


def _entry(post: dict[str, Any]) -> Entry:
    votes, comments = post.get("votesCount"), post.get("commentsCount")
    user = post.get("user") or {}
    texts = (post.get("tagline"), post.get("website"))
    return Entry(
        native_id=str(post["id"]),
        url=post["url"],
        title=post["name"],
        body=post.get("description") or post.get("tagline") or "",
        body_is_html=False,
        other_texts=tuple((text, False) for text in texts if text),
        author=user.get("name") or "",
        author_handle=user.get("username") or "",
        author_url=user.get("url") or "",
        published=utc(post["createdAt"]),
        language="en",
        kind="post",
        likes=votes,
        replies=comments,
        engagement=total(votes, comments),
    )
