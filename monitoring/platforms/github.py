"""GitHub: issues that match the keywords and, with a token, discussions.

Facts: the search of issues reaches 1,000 results, so each page starts at the time where the one before ended. A query
may have 256 characters and 5 of AND, OR and NOT; parentheses are understood for issues only. Discussions are in the
GraphQL API, which needs a token. `incomplete_results` means that the search ran out of time. Too many requests have
status 403 or 429, with `Retry-After` or with `x-ratelimit-remaining: 0`. 30 searches per minute are allowed with a
token, 10 without one
(https://docs.github.com/rest/search, /rest/using-the-rest-api/rate-limits-for-the-rest-api, /graphql/guides).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.markdown import to_html
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.quotas import QuotaHeaders
from monitoring.platforms.searches import Plan, plan_searches
from monitoring.platforms.values import error_body, total, utc
from monitoring.platforms.windows import next_window
from monitoring.records import Entry, PollError, PollJob
from outbound import ApiRequest, FetchResult

PAGE_SIZE = 100
DISCUSSIONS = "discussions"
_DISCUSSIONS = """
query($q: String!, $first: Int!) { search(type: DISCUSSION, query: $q, first: $first) { nodes { ... on Discussion {
  id url title body createdAt lastEditedAt upvoteCount author { login url } comments { totalCount }
} } } }
"""


class GitHub(PagedPlatform):
    name = item_platform = "github"
    label = "GitHub"
    summary = gettext_noop("Issues and discussions on GitHub that match your keywords.")
    can = frozenset({Can.SEARCH, Can.BACKFILL, Can.ENGAGEMENT})
    settings = (
        Setting(
            "token",
            gettext_noop("Personal access token"),
            help=gettext_noop(
                "Optional: with a token, discussions are found, too, and 30 searches per minute are allowed instead "
                "of 10. It needs no permissions."
            ),
            link="https://github.com/settings/personal-access-tokens",
            is_secret=True,
            is_required=False,
        ),
    )
    limits = (Limit(10, 60),)
    limits_with_key = (Limit(30, 60),)
    min_interval_s = 900
    dialect = Dialect(or_="OR", not_="NOT ", has_groups=True, max_chars=250, max_operators=5)
    first_poll = timedelta(days=14)
    quota_headers = QuotaHeaders("x-ratelimit-remaining", "x-ratelimit-reset")

    def address(self, settings: Mapping[str, str]) -> str:
        return "https://github.com/search?type=issues"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://api.github.com"

    def plan(self, job: PollJob) -> Plan:
        """Return the searches for issues and, with a token, those for discussions, in their own dialect."""
        issues = plan_searches(job.queries, self.dialect)
        if not job.secrets.get("token"):
            return issues
        others = plan_searches(job.queries, replace(self.dialect, or_=None, has_groups=False)).searches
        discussions = (replace(one, key=f"{DISCUSSIONS}:{one.key}", kind=DISCUSSIONS) for one in others)
        return replace(issues, searches=(*issues.searches, *discussions))

    def request(self, page: PageRequest) -> ApiRequest:
        headers = {"X-GitHub-Api-Version": "2022-11-28"}
        if page.secrets.get("token"):
            headers["Authorization"] = f"Bearer {page.secrets['token']}"
        until = _iso(datetime.fromtimestamp(page.cursor["until"], UTC)) if page.cursor else ""
        created = f"created:{_iso(page.since)}..{until}" if until else f"created:>={_iso(page.since)}"
        if page.search.kind == DISCUSSIONS:
            variables = {"q": f"{page.search.text} {created} sort:created-desc", "first": PAGE_SIZE}
            body = {"query": _DISCUSSIONS, "variables": variables}
            return ApiRequest(f"{page.api_url}/graphql", headers=headers, json=body)
        text = f"({page.search.text})" if " OR " in page.search.text else page.search.text
        query = {"q": f"{text} is:issue {created}", "sort": "created", "order": "desc", "per_page": PAGE_SIZE}
        query["page"] = page.cursor["page"] + 1 if page.cursor else 1
        return ApiRequest(f"{page.api_url}/search/issues?{urlencode(query)}", headers=headers)

    def read(self, data: Any, page: PageRequest) -> Page:
        if page.search.kind == DISCUSSIONS:
            return _discussions(data, page)
        items = data["items"]
        entries, skipped = read_items(items, _issue)
        # Found, but not everything: what is there is stored, and the same page is read again later.
        is_cut = bool(data.get("incomplete_results"))
        error = PollError("unavailable", "incomplete results") if is_cut else None
        return Page(entries, _next(entries, items, page), skipped, error=error)

    def error(self, response: FetchResult) -> PollError | None:
        message = str(error_body(response).get("message"))
        if response.status == 403 and (response.retry_after_s or "rate limit" in message):
            return PollError("rate_limited", "status 403")
        return None


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _next(entries: tuple[Entry, ...], items: list[Any], page: PageRequest) -> dict[str, int] | None:
    times = [int(entry.published.timestamp()) for entry in entries if entry.published]
    return next_window(times, page.cursor, has_more=len(items) >= PAGE_SIZE)


def _discussions(data: dict[str, Any], page: PageRequest) -> Page:
    if data.get("errors"):
        kinds = {str(problem.get("type")) for problem in data["errors"]}
        return Page(error=PollError("rate_limited" if "RATE_LIMITED" in kinds else "unavailable", ", ".join(kinds)))
    nodes = data["data"]["search"]["nodes"]
    entries, skipped = read_items(nodes, _discussion)
    following = _next(entries, nodes, page)
    # GraphQL has no page numbers: of one second it shows the first hundred.
    return Page(entries, following if following and not following["page"] else None, skipped)


def _issue(issue: dict[str, Any]) -> Entry:
    reactions = (issue.get("reactions") or {}).get("total_count")
    author = issue.get("user") or {}
    return Entry(
        native_id=issue["node_id"],
        url=issue["html_url"],
        title=issue["title"],
        body=to_html(issue.get("body")),
        author=author.get("login") or "",
        author_handle=author.get("login") or "",
        author_url=author.get("html_url") or "",
        published=utc(issue["created_at"]),
        kind="post",
        likes=reactions,
        replies=issue.get("comments"),
        engagement=total(reactions, issue.get("comments")),
    )


def _discussion(node: dict[str, Any]) -> Entry:
    author = node.get("author") or {}
    replies = (node.get("comments") or {}).get("totalCount")
    return Entry(
        native_id=node["id"],
        url=node["url"],
        title=node["title"],
        body=to_html(node.get("body")),
        author=author.get("login") or "",
        author_handle=author.get("login") or "",
        author_url=author.get("url") or "",
        published=utc(node["createdAt"]),
        updated=utc(node["lastEditedAt"]) if node.get("lastEditedAt") else None,
        kind="post",
        likes=node.get("upvoteCount"),
        replies=replies,
        engagement=total(node.get("upvoteCount"), replies),
    )
