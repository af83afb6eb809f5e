"""The App Store: customer reviews of an app in chosen countries, from Apple's public feed.

Facts: `/COUNTRY/rss/customerreviews/page=N/id=APP/sortby=mostrecent/json` has up to 50 reviews a page and ten pages;
page 10 is the oldest. Each value is the `label` of an object. `updated` is the time of the review or of its last
edit, absent before 2021 (app-store-scraper issues 50 and 164). `entry` may be absent, or an object if there is one;
an entry without `im:rating` is the app itself. The link `last` names the last page. Now and then the feed is empty for
a while, so an empty one says nothing about reviews, and the last seven days are read again. Apple documents no limit.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pycountry

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.searches import Plan, Search
from monitoring.platforms.values import utc
from monitoring.records import Entry, PollJob
from outbound import ApiRequest

# Where people read reviews. The sample project has a setting "site" for its own pages.
SITE = "https://apps.apple.com"
PAGES = 10
APP = Setting(
    "app",
    gettext_noop("App"),
    help=gettext_noop("The app’s page in the App Store, or the number in its URL."),
    example="https://apps.apple.com/fr/app/lumen/id1234567890",
    pattern=r"(?:https?://(?:apps|itunes)\.apple\.com/\S*?)?(?:id)?(?P<value>\d{5,12})(?:[?#/]\S*)?",
)
_LAST = re.compile(r"/page=(\d+)/")


def check_countries(text: str) -> str:
    """Return "unknown_country" if one of the codes is none of ISO 3166 (the United Kingdom is "gb")."""
    codes = (code.strip() for code in text.split(","))
    return "" if all(pycountry.countries.get(alpha_2=code.upper()) for code in codes) else "unknown_country"


class AppStore(PagedPlatform):
    name = item_platform = "appstore"
    label = "App Store"
    summary = gettext_noop("Customer reviews of an app in countries of your choice.")
    can = frozenset({Can.BACKFILL})
    settings = (
        APP,
        Setting(
            "countries",
            gettext_noop("Countries"),
            help=gettext_noop("Codes of two letters, separated by commas."),
            example="fr, be, ch",
            default="fr",
            pattern=r"[A-Za-z]{2}(?:\s*,\s*[A-Za-z]{2})*",
            check=check_countries,
        ),
    )
    limits = (Limit(20, 60),)
    min_interval_s = 3_600
    overlap = timedelta(days=7)
    first_poll = timedelta(days=30)

    def address(self, settings: Mapping[str, str]) -> str:
        site = settings.get("site", SITE)
        return f"{site}/{_countries(settings)[0]}/app/id{settings['app']}?see-all=reviews"

    def query_for_all(self, settings: Mapping[str, str]) -> str:
        return query_for_app(settings)

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://itunes.apple.com"

    def plan(self, job: PollJob) -> Plan:
        """Return one search per country, each with its own ten pages."""
        return Plan(tuple(Search(country, "", kind=country) for country in _countries(job.source.settings)))

    def request(self, page: PageRequest) -> ApiRequest:
        path = f"page={page.cursor or 1}/id={page.settings['app']}/sortby=mostrecent/json"
        return ApiRequest(f"{page.api_url}/{page.search.kind}/rss/customerreviews/{path}")

    def read(self, data: Any, page: PageRequest) -> Page:
        feed, number = data["feed"], page.cursor or 1
        items = feed.get("entry") or []
        items = items if isinstance(items, list) else [items]
        country, site = page.search.kind, page.settings.get("site", SITE)
        entries, skipped = read_items(items, lambda item: _entry(item, page.settings["app"], country, site))
        # New reviews move the others to later pages, so one may be read twice, but none is left out.
        has_more = bool(items) and number < _last_page(feed)
        return Page(entries, number + 1 if has_more else None, skipped)


def query_for_app(settings: Mapping[str, str]) -> str:
    """Return the query that matches all reviews of an app: each has its number in the URL."""
    return f"platform:appstore url:id{settings['app']}"


def review_url(app: str, country: str, number: str, site: str = SITE) -> str:
    """Return an address of a review: Apple has none, so it is that of the app's reviews, with the id."""
    return f"{site}/{country}/app/id{app}?see-all=reviews&reviewId={number}"


def _countries(settings: Mapping[str, str]) -> list[str]:
    found = (country.strip().lower() for country in settings["countries"].split(","))
    return list(dict.fromkeys(found))


def _last_page(feed: dict[str, Any]) -> int:
    """Return the number of the last page: the feed's own, or the most that there can be."""
    for link in feed.get("link") or ():
        attributes = link.get("attributes") or {}
        found = _LAST.search(str(attributes.get("href"))) if attributes.get("rel") == "last" else None
        if found:
            return min(int(found[1]), PAGES)
    return PAGES


def _entry(item: dict[str, Any], app: str, country: str, site: str) -> Entry | None:
    if "im:rating" not in item and "im:name" in item:
        return None  # the app itself
    number = item["id"]["label"]
    updated = _label(item, "updated")
    version = _label(item, "im:version")
    votes = _label(item, "im:voteSum")
    author = item["author"]
    return Entry(
        native_id=number,
        url=review_url(app, country, number, site),
        title=_label(item, "title"),
        body=item["content"]["label"],
        body_is_html=False,
        other_texts=((f"v{version}", False),) if version else (),
        author=_label(author, "name"),
        author_url=_label(author, "uri"),
        published=utc(updated) if updated else None,
        kind="review",
        likes=int(votes) if votes else None,
        engagement=int(votes) if votes else None,
        rating=float(item["im:rating"]["label"]),
        country=country.upper(),
    )


def _label(item: dict[str, Any], name: str) -> str:
    return (item.get(name) or {}).get("label") or ""
