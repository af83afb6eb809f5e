"""GDELT: news articles of the last three months in 65 languages, found by the DOC 2.0 API.

Facts: at most 250 articles, the newest first; no pages, so the next request ends where the last article was seen.
There is no text and no author, and `seendate` is when GDELT read the article. Parentheses are for alternatives only,
words of fewer than 3 letters are refused. An empty result is `{}`. Errors are plain text, often with status 200. One
request per 5 seconds; since 2026 it refuses more when it is busy
(https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.content.scrub import read_json
from monitoring.platforms.base import Can, Limit, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.windows import next_window
from monitoring.query.known_values import code_of
from monitoring.records import Entry, PollError
from outbound import ApiRequest

PAGE_SIZE = 250
# Longer plain texts are pages of something else.
MAX_MESSAGE = 500
BUSY_WAIT_S = 60
_TIME = "%Y%m%d%H%M%S"


class Gdelt(PagedPlatform):
    name = item_platform = "gdelt"
    label = "GDELT"
    summary = gettext_noop("News from many countries with a title that matches your keywords.")
    can = frozenset({Can.SEARCH, Can.BACKFILL})
    limits = (Limit(1, 5),)
    min_interval_s = 900
    dialect = Dialect(or_="OR", not_="-", max_chars=250, signs="", min_chars=3)
    # Articles are read again for this long: they are found a quarter of an hour late, or later.
    overlap = timedelta(hours=2)
    first_poll = timedelta(days=3)

    def address(self, settings: Mapping[str, str]) -> str:
        return "https://www.gdeltproject.org/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://api.gdeltproject.org/api/v2"

    def request(self, page: PageRequest) -> ApiRequest:
        until = datetime.fromtimestamp(page.cursor["until"], UTC) if page.cursor else page.now
        query = {
            "query": f"({page.search.text})" if " OR " in page.search.text else page.search.text,
            "mode": "artlist",
            "format": "json",
            "sort": "datedesc",
            "maxrecords": PAGE_SIZE,
            "startdatetime": page.since.strftime(_TIME),
            "enddatetime": until.strftime(_TIME),
        }
        return ApiRequest(f"{page.api_url}/doc/doc?{urlencode(query)}")

    def decode(self, body: bytes) -> Any:
        """Return JSON, or the text of an error."""
        text = body.decode("utf-8", "replace").strip()
        is_message = text[:1].isalpha() and len(text) <= MAX_MESSAGE
        return text if is_message else read_json(body, strict=False)

    def read(self, data: Any, page: PageRequest) -> Page:
        if isinstance(data, str):
            is_busy = "limit requests" in data.lower() or "too many" in data.lower()
            code = "rate_limited" if is_busy else "query_rejected"
            return Page(error=PollError(code, data[:200]), retry_after_s=BUSY_WAIT_S if is_busy else None)
        articles = data["articles"] if data else []
        entries, skipped = read_items(articles, _entry)
        times = [int(entry.published.timestamp()) for entry in entries if entry.published]
        following = next_window(times, page.cursor, has_more=len(articles) >= PAGE_SIZE)
        # Of more than 250 articles at one time, the others cannot be reached: go on with the second before.
        if following and following["page"]:
            following = {"until": following["until"] - 1, "page": 0}
        return Page(entries, following, skipped)


def _entry(article: dict[str, Any]) -> Entry:
    return Entry(
        native_id=article["url"],
        url=article["url"],
        title=article["title"],
        body="",
        body_is_html=False,
        published=datetime.strptime(article["seendate"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
        language=code_of("lang", article.get("language") or ""),
        country=code_of("country", article.get("sourcecountry") or "").upper(),
        kind="article",
    )
