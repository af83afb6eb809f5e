"""The Guardian: articles found by its search.

Facts: `/search` has pages of up to 200 results, newest first; `from-date` is a day; operators AND, OR, NOT and
phrases; the key may be sent in the header `api-key`. A developer key allows 500 calls per day, for non-commercial use
(https://open-platform.theguardian.com/documentation/search). New articles move others to later pages, so some are
read twice and none is left out.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, Needs, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.quotas import QuotaHeaders
from monitoring.platforms.values import error_body, utc
from monitoring.records import Entry, PollError
from outbound import ApiRequest, FetchResult

PAGE_SIZE = 100


class Guardian(PagedPlatform):
    name = item_platform = "guardian"
    label = "The Guardian"
    summary = gettext_noop("Texts of The Guardian that match your keywords, in full.")
    needs = Needs.KEY
    can = frozenset({Can.SEARCH, Can.BACKFILL})
    settings = (
        Setting(
            "key",
            gettext_noop("API key"),
            help=gettext_noop("A developer key is free, for non-commercial use."),
            link="https://open-platform.theguardian.com/access/",
            is_secret=True,
        ),
    )
    limits = (Limit(500, 86_400),)
    min_interval_s = 900
    dialect = Dialect(and_=" AND ", or_="OR", not_="NOT ", has_groups=True, max_chars=1_000)
    overlap = timedelta(hours=2)
    first_poll = timedelta(days=30)
    quota_headers = QuotaHeaders("x-ratelimit-remaining-day")

    def address(self, settings: Mapping[str, str]) -> str:
        return "https://www.theguardian.com/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://content.guardianapis.com"

    def request(self, page: PageRequest) -> ApiRequest:
        query = {
            "q": page.search.text,
            "order-by": "newest",
            "from-date": page.since.date().isoformat(),
            "page-size": PAGE_SIZE,
            "page": page.cursor or 1,
            "show-fields": "bodyText,trailText,byline",
        }
        return ApiRequest(f"{page.api_url}/search?{urlencode(query)}", {"api-key": page.secrets["key"]})

    def read(self, data: Any, page: PageRequest) -> Page:
        response = data["response"]
        entries, skipped = read_items(response["results"], _entry)
        number = response["currentPage"]
        return Page(entries, number + 1 if number < response["pages"] else None, skipped)

    def error(self, response: FetchResult) -> PollError | None:
        """Return what the gateway before the API says: a wrong key and a blocked one have different statuses."""
        message = str(error_body(response).get("message", ""))
        if response.status in (401, 403) and ("credentials" in message or "nauthorized" in message):
            return PollError("credential_rejected", f"status {response.status}, {message[:100]}")
        if response.status == 429 and response.headers.get("x-ratelimit-remaining-day") == "0":
            return PollError("quota_used_up", "status 429")
        return None


def _entry(result: dict[str, Any]) -> Entry:
    fields = result.get("fields") or {}
    teaser = fields.get("trailText")
    return Entry(
        native_id=result["id"],
        url=result["webUrl"],
        title=result["webTitle"],
        body=fields.get("bodyText") or "",
        body_is_html=False,
        other_texts=((teaser, True),) if teaser else (),
        author=fields.get("byline") or "The Guardian",
        published=utc(result["webPublicationDate"]),
        language="en",
        kind="article",
    )
