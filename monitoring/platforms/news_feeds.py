"""The news searches of Google and Bing: RSS, without a key. Nobody documents them or promises that they stay.

Facts, from observation: `news.google.com/rss/search?q=&hl=&gl=&ceid=` has up to 100 articles, by relevance rather than
date; the three parameters of an edition have to agree. Titles are "Headline - Publisher", links lead to Google, and
the guid of an article differs by edition. `bing.com/news/search?format=rss` has about 12 articles, and links through
`apiclick.aspx` that change with each request and have the article's URL in `url`, which feeds/links.py finds.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.feed_pages import FeedPages
from monitoring.platforms.pages import PageRequest
from monitoring.records import Entry
from outbound import ApiRequest

EDITION = Setting(
    "edition",
    gettext_noop("Edition"),
    help=gettext_noop("Language and country of the news."),
    example="fr-FR",
    default="en-US",
    pattern=r"[a-z]{2}-[A-Z]{2}",
)
_LATIN_AMERICA = frozenset({"AR", "CL", "CO", "CU", "MX", "PE", "US", "VE"})


class NewsSearch(FeedPages):
    """A search that both engines offer: one edition, one page of news."""

    can = frozenset({Can.SEARCH, Can.BACKFILL})
    settings = (EDITION,)
    limits = (Limit(30, 60),)
    min_interval_s = 900
    dialect = Dialect(or_="OR", not_="-", max_chars=400, max_operators=15, signs="")
    overlap = timedelta(hours=6)


class GoogleNews(NewsSearch):
    name = item_platform = "googlenews"
    label = "Google News"
    summary = gettext_noop("News with a title that matches your keywords.")

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://news.google.com/home?{urlencode(_edition(settings['edition']))}"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://news.google.com"

    def request(self, page: PageRequest) -> ApiRequest:
        # `after:` has no time of day. A day earlier, as nobody says in which time zone it is.
        after = (page.since - timedelta(days=1)).date().isoformat()
        query = {"q": f"{page.search.text} after:{after}"} | _edition(page.settings["edition"])
        return ApiRequest(f"{page.api_url}/rss/search?{urlencode(query)}")

    def entry(self, entry: Entry, settings: Mapping[str, str]) -> Entry:
        headline, separator, publisher = entry.title.rpartition(" - ")
        title, author = (headline, publisher) if separator else (entry.title, entry.author)
        # The body repeats the title and the publisher.
        return replace(entry, title=title, author=author, body="", language=settings["edition"][:2])


class BingNews(NewsSearch):
    name = item_platform = "bingnews"
    label = "Bing News"
    summary = gettext_noop("News that matches your keywords.")

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://www.bing.com/news?{urlencode({'setmkt': settings['edition']})}"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://www.bing.com"

    def request(self, page: PageRequest) -> ApiRequest:
        edition = page.settings["edition"]
        query = {"q": page.search.text, "format": "rss", "setmkt": edition, "setlang": edition[:2]}
        query["qft"] = 'sortbydate="1"'
        return ApiRequest(f"{page.api_url}/news/search?{urlencode(query)}")

    def entry(self, entry: Entry, settings: Mapping[str, str]) -> Entry:
        return replace(entry, native_id=entry.url, language=settings["edition"][:2])


def _edition(edition: str) -> dict[str, str]:
    """Return the parameters of Google News for an edition such as fr-FR."""
    language, _, country = edition.partition("-")
    if language == "es" and country in _LATIN_AMERICA:
        return {"hl": "es-419", "gl": country, "ceid": f"{country}:es-419"}
    if language == "pt":
        return {"hl": edition, "gl": country, "ceid": f"{country}:pt-{'419' if country == 'BR' else '150'}"}
    return {"hl": edition if language == "en" else language, "gl": country, "ceid": f"{country}:{language}"}
