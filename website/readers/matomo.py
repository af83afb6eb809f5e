"""Matomo: the Reporting API of Matomo Cloud or of an own server, with a token.

Facts (https://developer.matomo.org/api-reference/reporting-api): requests go to `index.php` with `module=API`, the
`method`, `period=day` and two dates; the response has one value per day, `[]` for a day without visits. The token is
sent in the body of a POST only, which is what Matomo 5 asks for. A table is cut by `filter_limit` and `filter_offset`
per day. Errors come with the status 200 and `{"result": "error", "message": …}`, in the language of `language`;
newer versions use 401 for a wrong token. Days are in the website's time zone. Campaigns have no content without a
plugin, and search engines name nearly no search terms.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from outbound import ApiRequest, FetchResult
from website.readers.base import (
    MAX_PAGES,
    Collector,
    Connection,
    Dimension,
    Field,
    Figures,
    Property,
    Reader,
    ReadError,
    Refused,
    gettext_noop,
    refusal_of,
    storable,
    whole,
)

PAGE_SIZE = 500
MAX_GOALS = 30  # one request each
# Method, what its rows are, the medium of a source, the field with the visits.
REPORTS: tuple[tuple[str, Dimension, str, str], ...] = (
    ("Referrers.getSearchEngines", Dimension.SOURCE, "organic", "nb_visits"),
    ("Referrers.getSocials", Dimension.SOURCE, "social", "nb_visits"),
    ("Referrers.getWebsites", Dimension.SOURCE, "referral", "nb_visits"),
    ("Referrers.getCampaigns", Dimension.SOURCE, "campaign", "nb_visits"),
    ("Actions.getEntryPageUrls", Dimension.LANDING_PAGE, "", "entry_nb_visits"),
    ("Referrers.getKeywords", Dimension.SEARCH_TERM, "", "nb_visits"),
    ("Referrers.getCampaigns", Dimension.CAMPAIGN, "", "nb_visits"),
)
# The row of searches whose words the search engine doesn't give.
NO_KEYWORD = "Keyword not defined"


class Matomo(Reader):
    name = "matomo"
    label = "Matomo"
    summary = gettext_noop("Matomo Cloud, or Matomo on your own server.")
    identity = "site"
    fields = (
        Field(
            "url",
            gettext_noop("URL of Matomo"),
            help=gettext_noop("The address where you sign in to Matomo."),
            example="https://matomo.example.com",
            is_url=True,
        ),
        Field(
            "site",
            gettext_noop("Website ID"),
            help=gettext_noop("A number, in Matomo under Administration, Websites, Manage."),
            example="1",
            pattern=r"(?P<value>[0-9]{1,9})",
        ),
        Field(
            "token",
            gettext_noop("Token"),
            help=gettext_noop(
                "In Matomo under Personal, Security, Auth tokens. Its account needs to view the website."
            ),
            example="33dc3f2536d3025974cccb4b4d2d98f4",
            is_secret=True,
        ),
    )

    def read_property(self, connection: Connection) -> Property:
        found = _call(connection, "SitesManager.getSiteFromId")
        site = found[0] if isinstance(found, list) else found
        return Property(str(site["name"]), str(site["timezone"]))

    def read_figures(self, connection: Connection, first: date, last: date) -> Figures:
        found, collector = self.read_property(connection), Collector(first, last)
        for day, row in _days(connection, "VisitsSummary.get", first, last):
            collector.total(day, sessions=whole(row.get("nb_visits")), users=whole(row.get("nb_uniq_visitors")))
        has_new = True
        for day, row in _days(connection, "VisitFrequency.get", first, last):
            has_new = has_new and "nb_uniq_visitors_new" in row
            collector.total(day, new_users=whole(row.get("nb_uniq_visitors_new")))
        collector.has_new_users = has_new
        for day, row in _days(connection, "Goals.get", first, last):
            events, visits = whole(row.get("nb_conversions")), whole(row.get("nb_visits_converted"))
            collector.total(day, key_events=events, converted=visits)
        self._key_events(connection, collector, first, last)
        self._direct(connection, collector, first, last)
        for method, dimension, medium, field in REPORTS:
            for day, row in _table(connection, method, first, last):
                label = str(row["label"])
                if dimension is not Dimension.SEARCH_TERM or label != NO_KEYWORD:
                    collector.row(day, dimension, label, whole(row.get(field)), medium)
        return collector.figures(found)

    def _key_events(self, connection: Connection, collector: Collector, first: date, last: date) -> None:
        """Read the conversions of each goal."""
        goals = _call(connection, "Goals.getGoals")
        rows = list(goals.values()) if isinstance(goals, dict) else goals
        if len(rows) > MAX_GOALS:
            rows = rows[:MAX_GOALS]
        for goal in rows:
            for day, row in _days(connection, "Goals.get", first, last, idGoal=str(goal["idgoal"])):
                collector.row(day, Dimension.KEY_EVENT, str(goal["name"]), whole(row.get("nb_conversions")))

    def _direct(self, connection: Connection, collector: Collector, first: date, last: date) -> None:
        """Read the visits without a referrer, which no report of referrers has."""
        for day, row in _table(connection, "Referrers.getReferrerType", first, last):
            if row.get("segment") == "referrerType==direct" or str(row.get("referrer_type")) == "1":
                collector.row(day, Dimension.SOURCE, "(direct)", whole(row.get("nb_visits")))


def _call(connection: Connection, method: str, **parameters: str) -> Any:
    """Return the JSON of a method. Raise Refused."""
    settings = connection.settings
    form = {
        "module": "API",
        "method": method,
        "format": "JSON",
        "language": "en",
        "idSite": settings["site"],
        "token_auth": connection.secrets["token"],
        **parameters,
    }
    answer = connection.call(ApiRequest(_index(settings["url"]), form=form))
    body = _json(answer)
    if isinstance(body, dict) and body.get("result") == "error":
        raise Refused(_refusal(answer, str(body.get("message") or "")))
    if answer.status in (401, 403):
        raise Refused(ReadError("credential_rejected", "token", f"status {answer.status}"))
    if answer.error:
        raise Refused(refusal_of(answer, "url"))
    if not isinstance(body, dict | list):
        raise Refused(ReadError("no_api", "url", "no JSON"))
    return body


def _index(url: str) -> str:
    """Return the URL of the API: of a person's URL without the page that they see after signing in."""
    parts = urlsplit(url)
    path = parts.path.removesuffix("index.php").rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}/index.php"


def _json(answer: FetchResult) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _refusal(answer: FetchResult, message: str) -> ReadError:
    """Return what an error of Matomo means: its words are the only thing that says it."""
    words, detail = message.lower(), storable(message, 300)
    if answer.status == 429 or "rate limit" in words:
        return ReadError("quota", detail=detail, retry_after_s=answer.retry_after_s)
    if "authenticate" in words or "token_auth" in words:
        return ReadError("credential_rejected", "token", detail)
    if "access" in words:
        return ReadError("not_allowed", "site", detail)
    if "idsite" in words or "unexpected website" in words:
        return ReadError("not_found", "site", detail)
    return ReadError("server_error", detail=detail)


def _days(
    connection: Connection, method: str, first: date, last: date, **parameters: str
) -> Iterator[tuple[date, Mapping[str, Any]]]:
    """Yield the row of each day with visits."""
    for day, row in _call(connection, method, period="day", date=f"{first},{last}", **parameters).items():
        if isinstance(row, dict):
            yield date.fromisoformat(day), row


def _table(connection: Connection, method: str, first: date, last: date) -> Iterator[tuple[date, Mapping[str, Any]]]:
    """Yield the rows of each day, page by page: a page has so many rows of each day."""
    for number in range(MAX_PAGES):
        limits = {"filter_limit": str(PAGE_SIZE), "filter_offset": str(number * PAGE_SIZE), "flat": "1"}
        found = _call(connection, method, period="day", date=f"{first},{last}", **limits)
        for day, rows in found.items():
            for row in rows:
                yield date.fromisoformat(day), row
        if all(len(rows) < PAGE_SIZE for rows in found.values()):
            return
    raise Refused(ReadError("too_many_rows"))
