"""MediaWiki: pages of Wikipedia or another wiki, found by its search, the last edited first.

Facts: `list=search` gives a title, a snippet (HTML) and the time of the last edit; `last_edit_desc` needs the
extension CirrusSearch, which all wikis of Wikimedia have, and reaches 10,000 results. Errors have status 200 and a
code in `error`; `maxlag` asks the server to refuse while it is behind. `continue` has the parameters of the next page
(https://www.mediawiki.org/wiki/API:Search, /wiki/API:Errors_and_warnings, /wiki/Manual:Maxlag_parameter). Wikimedia
allows few requests without an account, and says how long to wait in `Retry-After`.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import Can, Limit, Setting, gettext_noop
from monitoring.platforms.dialects import Dialect
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.values import utc
from monitoring.records import Entry, PollError
from outbound import ApiRequest

PAGE_SIZE = 50
LAST_OFFSET = 10_000 - PAGE_SIZE
_QUERY = {
    "action": "query",
    "list": "search",
    "srsort": "last_edit_desc",
    "srprop": "snippet|timestamp",
    "srlimit": PAGE_SIZE,
    "format": "json",
    "formatversion": 2,
    "maxlag": 5,
}
_ERRORS = {
    "ratelimited": "rate_limited",
    "maxlag": "unavailable",
    "readonly": "unavailable",
    "cirrussearch-backend-error": "unavailable",
    "cirrussearch-too-busy-error": "unavailable",
    "readapidenied": "access_denied",
}


class MediaWiki(PagedPlatform):
    name = item_platform = "mediawiki"
    label = gettext_noop("Wikipedia and other wikis")
    summary = gettext_noop("New and edited pages of a wiki that match your keywords.")
    can = frozenset({Can.SEARCH, Can.BACKFILL})
    settings = (
        Setting(
            "wiki",
            gettext_noop("Wiki"),
            help=gettext_noop("The host of the wiki, one per language."),
            example="fr.wikipedia.org",
            default="en.wikipedia.org",
            pattern=r"(?:[a-z0-9-]+\.)+[a-z]{2,}",
        ),
        Setting(
            "path",
            gettext_noop("Path of the API"),
            help=gettext_noop("Only for wikis outside Wikimedia: the part of the URL before “/api.php”."),
            default="/w",
            pattern=r"(?:/[\w.-]+)*",
            is_required=False,
        ),
    )
    limits = (Limit(200, 3_600),)
    min_interval_s = 1_800
    dialect = Dialect(not_="-", max_chars=290, signs="")

    def address(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['wiki']}/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return f"https://{settings['wiki']}{settings.get('path', '/w')}"

    def request(self, page: PageRequest) -> ApiRequest:
        query = _QUERY | {"srsearch": page.search.text} | (page.cursor or {})
        return ApiRequest(f"{page.api_url}/api.php?{urlencode(query)}")

    def read(self, data: Any, page: PageRequest) -> Page:
        if data.get("error"):
            code = str(data["error"].get("code"))
            return Page(error=PollError(_ERRORS.get(code, "query_rejected"), code))
        wiki = page.settings["wiki"]
        entries, skipped = read_items(data["query"]["search"], lambda found: _entry(found, wiki))
        following = data.get("continue")
        is_end = not following or int(following["sroffset"]) > LAST_OFFSET
        return Page(entries, None if is_end else following, skipped)


def _entry(found: dict[str, Any], wiki: str) -> Entry:
    number = str(found["pageid"])
    return Entry(
        native_id=f"{wiki}/{number}",
        url=f"https://{wiki}/?curid={number}",
        title=found["title"],
        body=found.get("snippet") or "",
        published=utc(found["timestamp"]),
        language=_language(wiki),
        kind="article",
    )


def _language(wiki: str) -> str:
    """Return the language of a wiki of Wikimedia, "" of others."""
    code, _, project = wiki.partition(".")
    is_language = project.startswith("wiki") and project.endswith(".org") and len(code) in (2, 3)
    return code if is_language and code != "www" else ""
