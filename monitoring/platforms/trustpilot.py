"""Trustpilot: the reviews of a company, with an API key of a paid plan.

Facts (https://developers.trustpilot.com): `/v1/business-units/find?name=DOMAIN` gives the id of a company, once;
`/v1/business-units/ID/reviews` has up to 100 reviews a page, newest first with `orderBy=createdat.desc`. The key goes
into the header `apikey`. 833 calls per 5 minutes and 10,000 per hour are the most that is recommended
(/get-started/rate-limiting), and the smallest plan includes 200,000 per year (/api-module-best-practices), so 500 per
day. Trustpilot reports deletions to webhooks only. The names of fields were not checked live.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, Needs, Setting, gettext_noop
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.values import utc
from monitoring.records import Entry
from outbound import ApiRequest

PAGE_SIZE = 100


class Trustpilot(PagedPlatform):
    name = item_platform = "trustpilot"
    label = "Trustpilot"
    summary = gettext_noop("Reviews of a company, with an API key of a paid plan.")
    needs = Needs.PAYMENT
    can = frozenset({Can.BACKFILL, Can.ENGAGEMENT})
    settings = (
        Setting(
            "company",
            gettext_noop("Company"),
            help=gettext_noop("Its domain, or its page on Trustpilot."),
            example="lumen.example",
            pattern=(
                r"(?:https?://(?:[\w-]+\.)?trustpilot\.com/review/|https?://)?"
                r"(?P<value>(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})(?:[/?#]\S*)?"
            ),
        ),
        Setting("key", gettext_noop("API key"), link="https://businessapp.b2b.trustpilot.com/", is_secret=True),
    )
    limits = (Limit(833, 300), Limit(500, 86_400))
    min_interval_s = 3_600
    overlap = timedelta(days=1)
    first_poll = timedelta(days=90)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://www.trustpilot.com/review/{settings['company']}"

    def query_for_all(self, settings: Mapping[str, str]) -> str:
        return f'platform:trustpilot url:"{settings["company"]}"'

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://api.trustpilot.com"

    def request(self, page: PageRequest) -> ApiRequest:
        units, headers = f"{page.api_url}/v1/business-units", {"apikey": page.secrets["key"]}
        if "unit" not in page.kept:
            return ApiRequest(f"{units}/find?{urlencode({'name': page.settings['company']})}", headers)
        query = {"perPage": PAGE_SIZE, "page": page.cursor or 1, "orderBy": "createdat.desc"}
        return ApiRequest(f"{units}/{page.kept['unit']}/reviews?{urlencode(query)}", headers)

    def read(self, data: Any, page: PageRequest) -> Page:
        if "unit" not in page.kept:
            return Page((), 1, kept={"unit": data["id"]})
        reviews, company = data["reviews"], page.settings["company"]
        entries, skipped = read_items(reviews, lambda review: _entry(review, company))
        # New reviews move the others to later pages, so one may be read twice, but none is left out.
        return Page(entries, (page.cursor or 1) + 1 if len(reviews) >= PAGE_SIZE else None, skipped)


def _entry(review: dict[str, Any], company: str) -> Entry:
    number, consumer = review["id"], review.get("consumer") or {}
    return Entry(
        native_id=number,
        # The company is not in the address of a review; the part after "#" separates the reviews of companies.
        url=f"https://www.trustpilot.com/reviews/{number}#{company}",
        title=review.get("title") or "",
        body=review.get("text") or "",
        body_is_html=False,
        author=consumer.get("displayName") or "",
        author_url=f"https://www.trustpilot.com/users/{consumer['id']}" if consumer.get("id") else "",
        published=utc(review["createdAt"]),
        updated=utc(review["updatedAt"]) if review.get("updatedAt") else None,
        language=str(review.get("language") or "").lower(),
        kind="review",
        likes=review.get("numberOfLikes"),
        replies=int(bool(review["companyReply"])) if "companyReply" in review else None,
        engagement=review.get("numberOfLikes"),
        rating=float(review["stars"]),
        country=str(consumer.get("countryCode") or "").upper(),
    )
