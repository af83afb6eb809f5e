"""NewsAPI.org: articles of many news sites, found by its search.

Facts: `/v2/everything` takes AND, OR, NOT, phrases and at most 500 characters; `pageSize` is at most 100; errors are
`{"status": "error", "code", "message"}` (https://newsapi.org/docs/endpoints/everything, /docs/errors). The free plan
is for development: 100 requests per day, articles of the last month, 24 hours late, only the first 100 results of a
search. So a page starts where the one before ended in time. Texts are cut after 200 characters.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, Needs, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.values import error_body, utc
from monitoring.platforms.windows import next_window
from monitoring.records import Entry, PollError
from outbound import ApiRequest, FetchResult

PAGE_SIZE = 100
_ERRORS = {
    "apiKeyDisabled": "credential_rejected",
    "apiKeyInvalid": "credential_rejected",
    "apiKeyMissing": "credential_rejected",
    "apiKeyExhausted": "quota_used_up",
    "rateLimited": "rate_limited",
    "parameterInvalid": "query_rejected",
    "parametersMissing": "query_rejected",
    "unexpectedError": "server_error",
}
# The tail of a text that is cut: "… [+1234 chars]".
_CUT = re.compile(r"…?\s*\[\+\d+ chars\]$")
_REMOVED = "[Removed]"


class NewsApi(PagedPlatform):
    name = item_platform = "newsapi"
    label = "NewsAPI.org"
    summary = gettext_noop("News that matches your keywords. The free plan is for development only.")
    needs = Needs.KEY
    can = frozenset({Can.SEARCH, Can.BACKFILL})
    settings = (Setting("key", gettext_noop("API key"), link="https://newsapi.org/register", is_secret=True),)
    limits = (Limit(100, 86_400),)
    min_interval_s = 3_600
    dialect = Dialect(and_=" AND ", or_="OR", not_="NOT ", has_groups=True, max_chars=500)
    overlap = timedelta(hours=30)

    def address(self, settings: Mapping[str, str]) -> str:
        return "https://newsapi.org/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://newsapi.org/v2"

    def request(self, page: PageRequest) -> ApiRequest:
        query = {
            "q": page.search.text,
            "from": _time(page.since),
            "sortBy": "publishedAt",
            "pageSize": PAGE_SIZE,
        }
        if len(page.search.languages) == 1:
            query["language"] = min(page.search.languages)
        if page.cursor:
            query |= {"to": _time(datetime.fromtimestamp(page.cursor["until"], UTC)), "page": page.cursor["page"] + 1}
        return ApiRequest(f"{page.api_url}/everything?{urlencode(query)}", {"X-Api-Key": page.secrets["key"]})

    def read(self, data: Any, page: PageRequest) -> Page:
        articles = data["articles"]
        entries, skipped = read_items(articles, _entry)
        times = [int(entry.published.timestamp()) for entry in entries if entry.published]
        return Page(entries, next_window(times, page.cursor, has_more=len(articles) >= PAGE_SIZE), skipped)

    def error(self, response: FetchResult) -> PollError | None:
        name = error_body(response).get("code")
        code = _ERRORS.get(str(name))
        return PollError(code, f"status {response.status}, {name}") if code else None

    def page_of_error(self, response: FetchResult, page: PageRequest) -> Page | None:
        """Return an empty last page where the plan gives no further results."""
        return Page() if page.cursor and error_body(response).get("code") == "maximumResultsReached" else None


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S")


def _entry(article: dict[str, Any]) -> Entry | None:
    title, url = article["title"], article["url"]
    if title == _REMOVED:
        return None
    teaser = article.get("description") or ""
    return Entry(
        native_id=url,
        url=url,
        title=title,
        body=_CUT.sub("…", article.get("content") or "") or teaser,
        body_is_html=False,
        other_texts=((teaser, False),) if teaser else (),
        author=article.get("author") or (article.get("source") or {}).get("name") or "",
        published=utc(article["publishedAt"]),
        kind="article",
    )
