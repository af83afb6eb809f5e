"""Hacker News: submissions and comments found by Algolia's search.

Facts: `search_by_date` returns the newest first, at most 1,000 hits per query; `tags` in parentheses are alternatives;
`advancedSyntax` gives quotes and `-`; there is no OR. About 10,000 requests per hour and address are tolerated, which
no header says (https://hn.algolia.com/api). A page starts where the one before ended in time, not at a number:
new and deleted items shift the numbers. `/items/ID` is one item with its answers; a deleted one is 404 or has no text.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.rechecks import Lookup, Rechecked, RecheckPolicy
from monitoring.platforms.values import error_body
from monitoring.platforms.windows import next_window
from monitoring.records import Entry
from outbound import ApiRequest, FetchResult

PAGE_SIZE = 100


class HackerNews(PagedPlatform):
    name = item_platform = "hackernews"
    label = "Hacker News"
    summary = gettext_noop("Submissions and comments that match your keywords.")
    can = frozenset({Can.SEARCH, Can.BACKFILL, Can.ENGAGEMENT, Can.RECHECK})
    limits = (Limit(5_000, 3_600),)
    min_interval_s = 300
    dialect = Dialect(not_="-", max_chars=500)
    first_poll = timedelta(days=30)
    recheck = RecheckPolicy(1, timedelta(days=30))

    def address(self, settings: Mapping[str, str]) -> str:
        return "https://news.ycombinator.com/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://hn.algolia.com/api/v1"

    def request(self, page: PageRequest) -> ApiRequest:
        filters = [f"created_at_i>={int(page.since.timestamp())}"]
        number = 0
        if page.cursor:
            filters.append(f"created_at_i<={page.cursor['until']}")
            number = page.cursor["page"]
        query = {
            "query": page.search.text,
            "tags": "(story,comment)",
            "numericFilters": ",".join(filters),
            "hitsPerPage": PAGE_SIZE,
            "page": number,
            "advancedSyntax": "true",
            "typoTolerance": "false",
        }
        return ApiRequest(f"{page.api_url}/search_by_date?{urlencode(query)}")

    def read(self, data: Any, page: PageRequest) -> Page:
        hits = data["hits"]
        entries, skipped = read_items(hits, _entry)
        has_more = len(hits) >= (data.get("hitsPerPage") or PAGE_SIZE)
        return Page(entries, next_window(_times(hits), page.cursor, has_more=has_more and bool(hits)), skipped)

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        return ApiRequest(f"{lookup.api_url}/items/{lookup.ids[0]}")

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        """Return the points of an item: the number of comments is missing. A deleted one has no title and no text."""
        number = str(data["id"])
        if not (data["title"] if data["type"] == "story" else data["text"]):
            return Rechecked(deleted=frozenset({number}))
        points = data["points"]
        entry = Entry(number, "", "", "", likes=points, engagement=points if data["type"] == "comment" else None)
        return Rechecked({number: entry}, has_texts=False)

    def recheck_of_error(self, response: FetchResult, lookup: Lookup) -> Rechecked | None:
        is_gone = response.status == 404 and error_body(response).get("status") == 404
        return Rechecked(deleted=frozenset(lookup.ids)) if is_gone else None


def _times(hits: list[Any]) -> list[int]:
    return [hit["created_at_i"] for hit in hits if isinstance(hit, dict) and isinstance(hit.get("created_at_i"), int)]


def _entry(hit: dict[str, Any]) -> Entry:
    number = str(hit["objectID"])
    is_comment = "comment" in hit.get("_tags", ()) or hit.get("comment_text") is not None
    points, comments = hit.get("points"), hit.get("num_comments")
    return Entry(
        native_id=number,
        url=f"https://news.ycombinator.com/item?id={number}",
        title="" if is_comment else hit.get("title") or "",
        title_is_html=True,
        body=(hit.get("comment_text") if is_comment else hit.get("story_text")) or "",
        other_texts=((hit["url"], False),) if hit.get("url") and not is_comment else (),
        author=hit.get("author") or "",
        author_handle=hit.get("author") or "",
        author_url=f"https://news.ycombinator.com/user?id={hit['author']}" if hit.get("author") else "",
        published=datetime.fromtimestamp(hit["created_at_i"], UTC),
        kind="comment" if is_comment else "post",
        likes=points,
        replies=comments,
        engagement=None if points is None and comments is None else (points or 0) + (comments or 0),
        reply_to=str(hit.get("parent_id") or ""),
        thread=str(hit.get("story_id") or ""),
    )
