"""The interface of readers: a connection and two days in, the figures of these days or the code of an error out. Pure.

A reader asks its provider for totals and breakdowns per day, page by page, and adds them to a `Collector`. Days are
those of the website's own time zone. Called by website/reading.py and website/connecting.py; website/messages.py has
the words for the codes.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from zoneinfo import available_timezones

from outbound import ApiRequest, FetchResult

Found = TypeVar("Found")
MAX_VALUE, MAX_DETAIL = 300, 200  # characters of a breakdown's value and detail
MAX_ERROR = 300
# Exceptions that a malformed response causes; RecursionError comes from deeply nested JSON.
MALFORMED = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
MAX_COUNT = 2**31 - 1  # that Postgres stores in such a column
# Rows of a dimension and day: the rest is one row without a value, so the sum of the rows stays that of the provider.
MAX_ROWS = 100
MAX_PAGES = 50  # of one report: 15 days of a website with half a million rows
ERROR_CODES = {
    "credential_rejected": "the key is wrong, expired or was deleted",
    "not_allowed": "the key may not read this website",
    "api_disabled": "the API is not enabled for the project of the service account",
    "not_found": "no website has this number or name",
    "no_api": "the URL responds, but not as this provider does",
    "other_zone": "the website has another time zone",
    "private_address": "the host is in a private network, and no setting allows it",
    "not_secure": "no trustworthy TLS connection",
    "unreachable": "no response",
    "quota": "the provider allows no more requests for now",
    "too_many_rows": "more pages than one read may request",
    "server_error": "an error of the provider",
    "unexpected_response": "a response that is not what the provider documents",
    "reconnect": "the sign-in has ended, or a person removed the access",
    "app_rejected": "the OAuth client of this server is not accepted",
    "secret_unreadable": "the stored key cannot be decrypted",
}

# Errors that last until a person acts: admins get an email about them.
NEEDS_PERSON = frozenset(
    {"credential_rejected", "not_allowed", "api_disabled", "not_found", "other_zone", "secret_unreadable"}
    | {"reconnect", "app_rejected"}
)


def gettext_noop(text: str) -> str:
    """Mark a text for the catalogs; it is translated where it is shown."""
    return text


class Dimension(StrEnum):
    """The breakdowns of a day. A source has its medium as detail, a campaign its content."""

    SOURCE = "source"
    LANDING_PAGE = "landing_page"
    KEY_EVENT = "key_event"
    SEARCH_TERM = "search_term"
    CAMPAIGN = "campaign"


class ConvertedUnit(StrEnum):
    """The base of a provider’s conversion rate."""

    SESSIONS = "sessions"
    USERS = "users"


@dataclass(frozen=True, slots=True)
class Field:
    """A value that a person enters to connect. Secrets are stored encrypted and never shown again.

    The group `value` of `pattern` is what is stored. `check` returns the code of a problem of the value.
    """

    name: str
    label: str
    help: str = ""
    example: str = ""
    pattern: str = ""
    is_secret: bool = False
    is_multiline: bool = False
    is_url: bool = False
    is_zone: bool = False
    check: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """A website at its provider. `call` is the HTTP client's, `now` is UTC."""

    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    call: Callable[[ApiRequest], FetchResult]
    now: datetime


@dataclass(frozen=True, slots=True)
class ReadError:
    """Why nothing was read: one of ERROR_CODES, the field that it is about, and the provider's own words.

    `retry_after_s` is what the provider asked for, None without a wish.
    """

    code: str
    field: str = ""
    detail: str = ""
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """Name and time zone of a website, as its provider has them."""

    name: str
    zone: str

    def __post_init__(self) -> None:
        if self.zone not in available_timezones():
            raise ValueError(f"no time zone: {self.zone!r}"[:100])


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """Sessions (of KEY_EVENT: events) of a value on one day. Without a value it is the rest."""

    dimension: Dimension
    value: str
    detail: str
    count: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A day. `new_users` is None where the provider doesn't give it.

    `converted` are the sessions or users with a key event. `is_thresholded`: the provider leaves out figures of few
    people.
    """

    day: date
    sessions: int
    users: int
    new_users: int | None
    key_events: int
    converted: int
    is_thresholded: bool
    rows: tuple[BreakdownRow, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The days of a read, from older to newer. `wait_s` if the provider's quota is nearly used up."""

    property: Property
    days: tuple[DayFigures, ...]
    wait_s: int | None = None


class Refused(Exception):
    """Ends a read. Never leaves a reader."""

    def __init__(self, error: ReadError) -> None:
        super().__init__(error.code)
        self.error = error


class Reader(ABC):
    """A provider of website figures. `chunk_days` is how many days one read asks for at most."""

    name: ClassVar[str]
    label: ClassVar[str]
    summary: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    converted_unit: ClassVar[ConvertedUnit] = ConvertedUnit.SESSIONS
    chunk_days: ClassVar[int] = 15
    # The field that names the website, whose value identifies it.
    identity: ClassVar[str]

    def check(self, connection: Connection) -> Property | ReadError:
        """Return what the provider says about the website, or why it can't be read."""
        return _as_value(lambda: self.read_property(connection))

    def read(self, connection: Connection, first: date, last: date) -> Figures | ReadError:
        """Return the figures of the days from `first` to `last`."""
        return _as_value(lambda: self.read_figures(connection, first, last))

    @abstractmethod
    def read_property(self, connection: Connection) -> Property:
        """Return name and time zone. Raise Refused, or what a malformed response causes."""

    @abstractmethod
    def read_figures(self, connection: Connection, first: date, last: date) -> Figures:
        """Return the figures. Raise Refused, or what a malformed response causes."""


class Collector:
    """Collects the figures of days from the pages of reports; days without any have zeros."""

    def __init__(self, first: date, last: date) -> None:
        self.days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        self._totals: dict[date, dict[str, int]] = {day: defaultdict(int) for day in self.days}
        self._rows: dict[date, dict[tuple[Dimension, str, str], int]] = {day: defaultdict(int) for day in self.days}
        self.has_new_users = True
        self.is_thresholded = False

    def total(self, day: date, **values: float) -> None:
        """Add to the totals of a day; days that were not asked for are ignored."""
        if day in self._totals:
            for name, value in values.items():
                self._totals[day][name] += round(value)

    def row(self, day: date, dimension: Dimension, value: str, count: float, detail: str = "") -> None:
        """Add to a breakdown of a day. A value is text as Postgres can store it, of bounded length."""
        if day in self._rows and count:
            key = dimension, storable(value, MAX_VALUE) or "–", storable(detail, MAX_DETAIL)
            self._rows[day][key] += round(count)

    def figures(self, found: Property, wait_s: int | None = None) -> Figures:
        return Figures(found, tuple(self._day(day) for day in self.days), wait_s)

    def _day(self, day: date) -> DayFigures:
        totals, rows = self._totals[day], _largest(self._rows[day])
        if not all(0 <= count <= MAX_COUNT for count in (*totals.values(), *(row.count for row in rows))):
            raise ValueError(f"a count of {day} is below 0 or too large")
        return DayFigures(
            day=day,
            sessions=totals["sessions"],
            users=totals["users"],
            new_users=totals["new_users"] if self.has_new_users else None,
            key_events=totals["key_events"],
            converted=totals["converted"],
            is_thresholded=self.is_thresholded,
            rows=rows,
        )


def storable(text: str, length: int) -> str:
    """Return a text without what Postgres cannot store (NUL, surrogates), cut to a length."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()[:length].strip()


def refusal_of(answer: FetchResult, url_field: str = "") -> ReadError:
    """Return what a response with an error means at every provider. `url_field` is the one that names the server."""
    code, status = (answer.error.code if answer.error else ""), answer.status
    detail = f"status {status}" if status else (answer.error.detail if answer.error else "")
    if status == 429:
        return ReadError("quota", detail=detail, retry_after_s=answer.retry_after_s)
    if status >= 500:
        return ReadError("server_error", detail=detail, retry_after_s=answer.retry_after_s)
    if status:
        return ReadError("no_api" if url_field else "unexpected_response", url_field, detail)
    if code in ("private_address", "bad_url"):
        return ReadError("private_address", url_field, detail)
    return ReadError("not_secure" if code == "tls" else "unreachable", url_field, detail)


def _as_value(read: Callable[[], Found]) -> Found | ReadError:
    try:
        return read()
    except Refused as refused:
        return replace(refused.error, detail=storable(refused.error.detail, MAX_ERROR))
    except MALFORMED as error:
        return ReadError("unexpected_response", detail=storable(f"{type(error).__name__}: {error}", MAX_ERROR))


def _largest(rows: Mapping[tuple[Dimension, str, str], int]) -> tuple[BreakdownRow, ...]:
    """Return the largest rows of each dimension; the others become one without a value."""
    found: list[BreakdownRow] = []
    for dimension in Dimension:
        own = [BreakdownRow(*key, count) for key, count in rows.items() if key[0] == dimension]
        own.sort(key=lambda row: (-row.count, row.value, row.detail))
        found += own[:MAX_ROWS]
        if rest := sum(row.count for row in own[MAX_ROWS:]):
            found.append(BreakdownRow(dimension, "", "", rest))
    return tuple(found)


def whole(value: Any) -> float:
    """Return a number of a response, which may be a text; None and "" are 0."""
    return float(value or 0)
