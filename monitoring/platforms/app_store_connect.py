"""App Store Connect: the customer reviews of an own app in all countries, with a key of the developer's account.

Facts (https://developer.apple.com/documentation/appstoreconnectapi): `/v1/apps/APP/customerReviews` is sorted by
`-createdDate`, has up to 200 reviews a page and a cursor in `links.next`; `include=response` says which of them the
developer has replied to. Countries have three letters (ISO 3166-1 alpha-3). Each request has a token that the key
signs: ES256, audience `appstoreconnect-v1`, valid for 20 minutes at most. `X-Rate-Limit` says what the hour has left:
`user-hour-lim:3500;user-hour-rem:500;`. The ids are not those of the public feed of app_store.py.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pycountry

from monitoring.platforms.app_store import APP, query_for_app, review_url
from monitoring.platforms.base import Can, Limit, Needs, Setting, gettext_noop
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.values import utc
from monitoring.records import Entry, QuotaReading
from outbound import ApiRequest, FetchResult
from outbound.signed_tokens import check_p8, sign

PAGE_SIZE = 200
KEYS_PAGE = "https://appstoreconnect.apple.com/access/integrations/api"
# Apple's limit is 20 minutes; a job is read in less than this.
VALID_S = 900
# The hour is the last one, not that of the clock, and no header says when a request is allowed again.
WAIT = timedelta(minutes=10)
_LEFT = re.compile(r"user-hour-rem:(\d+)")


class AppStoreConnect(PagedPlatform):
    name = "appstoreconnect"
    item_platform = "appstore"
    label = "App Store Connect"
    summary = gettext_noop("Customer reviews of your own app in all countries.")
    needs = Needs.KEY
    can = frozenset({Can.BACKFILL})
    settings = (
        APP,
        Setting(
            "issuer",
            gettext_noop("Issuer ID"),
            help=gettext_noop("Above the list of keys, the same for all keys of a team."),
            link=KEYS_PAGE,
            example="57246542-96fe-1a63-e053-0824d011072a",
            pattern=r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
            is_secret=True,
        ),
        Setting(
            "key_id",
            gettext_noop("Key ID"),
            help=gettext_noop("Of a team key with the role Customer Support."),
            example="2X9R4HXF34",
            pattern=r"[A-Za-z0-9]{6,20}",
            is_secret=True,
        ),
        Setting(
            "private_key",
            gettext_noop("Private key"),
            help=gettext_noop("The whole .p8 file, which can be downloaded once."),
            example="-----BEGIN PRIVATE KEY-----",
            is_secret=True,
            is_multiline=True,
            check=check_p8,
        ),
    )
    limits = (Limit(3_500, 3_600),)
    min_interval_s = 900
    overlap = timedelta(days=1)
    first_poll = timedelta(days=90)

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://appstoreconnect.apple.com/apps/{settings['app']}"

    def query_for_all(self, settings: Mapping[str, str]) -> str:
        return query_for_app(settings)

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://api.appstoreconnect.apple.com"

    def request(self, page: PageRequest) -> ApiRequest:
        query = {"sort": "-createdDate", "limit": PAGE_SIZE, "include": "response"}
        query |= {"cursor": page.cursor} if page.cursor else {}
        url = f"{page.api_url}/v1/apps/{page.settings['app']}/customerReviews?{urlencode(query)}"
        return ApiRequest(url, {"Authorization": f"Bearer {_token(page.secrets, page.now)}"})

    def read(self, data: Any, page: PageRequest) -> Page:
        entries, skipped = read_items(data["data"], lambda review: _entry(review, page.settings["app"]))
        following = parse_qs(urlsplit((data.get("links") or {}).get("next") or "").query)
        return Page(entries, following["cursor"][0] if "cursor" in following else None, skipped)

    def quota(self, response: FetchResult, now: datetime) -> QuotaReading | None:
        found = _LEFT.search(response.headers.get("x-rate-limit", ""))
        left = int(found[1]) if found else None
        return None if left is None else QuotaReading(left, now + WAIT if left == 0 else None)


def _token(secrets: Mapping[str, str], now: datetime) -> str:
    issued = int(now.timestamp())
    claims = {"iss": secrets["issuer"], "iat": issued, "exp": issued + VALID_S, "aud": "appstoreconnect-v1"}
    return sign(claims, secrets["private_key"], "ES256", secrets["key_id"])


def _entry(review: dict[str, Any], app: str) -> Entry:
    values, number = review["attributes"], review["id"]
    country = pycountry.countries.get(alpha_3=values.get("territory") or "-")
    response = (review.get("relationships") or {}).get("response") or {}
    return Entry(
        native_id=number,
        url=review_url(app, country.alpha_2.lower() if country else "us", number),
        title=values.get("title") or "",
        body=values.get("body") or "",
        body_is_html=False,
        author=values.get("reviewerNickname") or "",
        published=utc(values["createdDate"]),
        kind="review",
        # The developer's response is the only reply that there can be.
        replies=int(bool(response["data"])) if "data" in response else None,
        rating=float(values["rating"]),
        country=country.alpha_2 if country else "",
    )
