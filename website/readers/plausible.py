"""Plausible: the Stats API v2 of plausible.io or of an own server, with a key.

Facts (https://plausible.io/docs/stats-api): `POST /api/v2/query` with the domain of the site, metrics, dimensions, two
dates and `pagination`; `meta.total_rows` counts the rows of all pages if asked for. A key has 600 requests per hour,
then 429. Days are in the time zone of the site, which is only in the offset of `query.date_range`; a day without
visits has no row. Plausible recognizes nobody on another day, so it has no new users, and its conversion rate is a
share of the visitors of a day. A goal has to be named to be filtered by.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from outbound import ApiRequest, FetchResult
from website.readers.base import (
    MAX_PAGES,
    Collector,
    Connection,
    ConvertedUnit,
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

PAGE_SIZE = 10_000
NOT_SET = "(not set)"
DIRECT = "Direct / None"
Row = tuple[date, list[str], list[float]]
# The dimensions of a query next to the day, and those of its rows.
QUERIES: tuple[tuple[tuple[str, ...], Dimension], ...] = (
    (("visit:source", "visit:utm_medium"), Dimension.SOURCE),
    (("visit:entry_page",), Dimension.LANDING_PAGE),
    (("visit:utm_term",), Dimension.SEARCH_TERM),
    (("visit:utm_campaign", "visit:utm_content"), Dimension.CAMPAIGN),
)


class Plausible(Reader):
    name = "plausible"
    label = "Plausible"
    summary = gettext_noop("Plausible Cloud, or Plausible on your own server.")
    identity = "site"
    converted_unit = ConvertedUnit.USERS
    fields = (
        Field(
            "url",
            gettext_noop("URL of Plausible"),
            help=gettext_noop("The address where you sign in to Plausible."),
            example="https://plausible.io",
            is_url=True,
        ),
        Field(
            "site",
            gettext_noop("Domain"),
            help=gettext_noop("The site, as Plausible names it."),
            example="example.com",
            pattern=r"(?P<value>[^\s/?#]+(?:/[^\s?#]+)?)",
        ),
        Field(
            "zone",
            gettext_noop("Time zone of the site"),
            help=gettext_noop("In Plausible under Site settings, General."),
            example="Europe/Paris",
            is_zone=True,
        ),
        Field(
            "key",
            gettext_noop("API key"),
            help=gettext_noop("A key for the Stats API, in Plausible under Account settings, API keys."),
            example="abc123…",
            is_secret=True,
        ),
    )

    def read_property(self, connection: Connection) -> Property:
        zone, today = connection.settings["zone"], connection.now.date()
        body = _query(connection, {"metrics": ["visitors"], "date_range": [today.isoformat(), today.isoformat()]})
        begin = (body.get("query") or {}).get("date_range") or [""]
        if "T" in str(begin[0]):
            said = datetime.fromisoformat(str(begin[0]))
            if said.utcoffset() != said.replace(tzinfo=ZoneInfo(zone)).utcoffset():
                raise Refused(ReadError("other_zone", "zone", str(begin[0])))
        return Property(connection.settings["site"], zone)

    def read_figures(self, connection: Connection, first: date, last: date) -> Figures:
        found, collector = self.read_property(connection), Collector(first, last)
        collector.has_new_users = False
        for day, _names, (visitors, visits) in _rows(connection, first, last, ("visitors", "visits"), ()):
            collector.total(day, sessions=visits, users=visitors)
        for names, dimension in QUERIES:
            for day, (value, *detail), (visits,) in _rows(connection, first, last, ("visits",), names):
                is_source = dimension is Dimension.SOURCE
                if is_source or value not in (NOT_SET, ""):
                    shown = "(direct)" if is_source and value == DIRECT else value
                    collector.row(day, dimension, shown, visits, _detail(detail))
        self._key_events(connection, collector, first, last)
        return collector.figures(found)

    def _key_events(self, connection: Connection, collector: Collector, first: date, last: date) -> None:
        """Read the events of each goal, then how many visitors reached any of them."""
        goals: set[str] = set()
        for day, (goal,), (events,) in _rows(connection, first, last, ("events",), ("event:goal",)):
            goals.add(goal)
            collector.row(day, Dimension.KEY_EVENT, goal, events)
            collector.total(day, key_events=events)
        if goals:
            reached: Sequence[Any] = ["is", "event:goal", sorted(goals)]
            for day, _names, (visitors,) in _rows(connection, first, last, ("visitors",), (), reached):
                collector.total(day, converted=visitors)


def _rows(
    connection: Connection,
    first: date,
    last: date,
    metrics: tuple[str, ...],
    names: tuple[str, ...],
    condition: Sequence[Any] = (),
) -> Iterator[Row]:
    """Yield day, dimensions and metrics of each row, page by page."""
    for number in range(MAX_PAGES):
        query = {
            "metrics": metrics,
            "date_range": [first.isoformat(), last.isoformat()],
            "dimensions": ["time:day", *names],
            "filters": [condition] if condition else [],
            "order_by": [[name, "asc"] for name in ("time:day", *names)],
            "include": {"total_rows": True},
            "pagination": {"limit": PAGE_SIZE, "offset": number * PAGE_SIZE},
        }
        body = _query(connection, query)
        for row in body["results"]:
            day, *values = row["dimensions"]
            yield date.fromisoformat(day), [str(value) for value in values], [whole(one) for one in row["metrics"]]
        if (number + 1) * PAGE_SIZE >= int(body["meta"]["total_rows"]):
            return
    raise Refused(ReadError("too_many_rows"))


def _query(connection: Connection, query: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the JSON of a query. Raise Refused."""
    url = f"{connection.settings['url'].rstrip('/')}/api/v2/query"
    headers = {"Authorization": f"Bearer {connection.secrets['key']}"}
    answer = connection.call(ApiRequest(url, headers, json={"site_id": connection.settings["site"], **query}))
    if answer.error:
        raise Refused(_refusal(answer))
    try:
        body = json.loads(answer.body)
    except ValueError:
        raise Refused(ReadError("no_api", "url", "no JSON")) from None
    if not isinstance(body, dict) or "results" not in body:
        raise Refused(ReadError("no_api", "url", "no results"))
    return body


def _refusal(answer: FetchResult) -> ReadError:
    words = _words(answer)
    if answer.status == 401:
        # Of a key that is wrong as well as of a site that it may not read: the response is the same.
        return ReadError("credential_rejected", "key", words)
    if answer.status in (402, 403):
        return ReadError("not_allowed", "key", words)
    if answer.status == 400:
        return ReadError("unexpected_response", detail=words)
    return refusal_of(answer, "url")


def _words(answer: FetchResult) -> str:
    try:
        return storable(str(json.loads(answer.body)["error"]), 300)
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status}"


def _detail(detail: list[str]) -> str:
    return "" if not detail or detail[0] == NOT_SET else detail[0]
