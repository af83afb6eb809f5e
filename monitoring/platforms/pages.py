"""A page of a platform's items: the request for it, and what it has. Pure; used by paging.py and every platform."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from monitoring.platforms.searches import Search
from monitoring.records import Entry, PollError, QuotaReading
from outbound import ApiRequest, FetchResult

MAX_RAW = 20_000  # characters of an item as received
# Errors of reading something of another shape; OverflowError: a time that no datetime can have.
WRONG_SHAPE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
_TEXTS = frozenset(
    {"native_id", "url", "title", "body", "author", "author_url", "author_handle", "language", "country"}
    | {"reply_to", "thread"}
)
_COUNTS = ("followers", "engagement", "likes", "replies", "shares", "views")
# The meaning of a status where a platform doesn't say more: other codes keep their meaning of outbound/records.py.
STATUS_ERRORS = {
    400: "query_rejected",
    401: "credential_rejected",
    402: "quota_used_up",
    403: "access_denied",
    422: "query_rejected",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of items. `next` is the cursor of the next older page (JSON), None if this is the last one.

    `skipped` counts malformed items. `mark` is only for `is_forward` platforms: where to go on upward from this page.
    `spent` is what the page cost beyond a request, by the name of a limit. `error` if the body reports a failure;
    the entries are stored nevertheless, and the page is read again.
    `retry_after_s` and `quota` if the body says how long to wait, and how many requests are left. `left` is what is
    left of limits that only the platform counts (`Limit.cost` 0), by their names. `kept` is what the platform
    remembers for later pages and polls of the search, in addition to what it has (JSON).
    """

    entries: tuple[Entry, ...] = ()
    next: Any = None
    skipped: int = 0
    mark: Any = None
    spent: Mapping[str, float] = field(default_factory=dict)
    error: PollError | None = None
    retry_after_s: int | None = None
    quota: QuotaReading | None = None
    left: Mapping[str, float] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Everything that a platform's request for a page depends on.

    `since` (UTC) is the time down to which items are wanted, `cursor` what the page before gave as `next`, None for
    the first. `mark` is only for `is_forward` platforms. `kept` is what earlier pages gave to remember. `api_url` has
    no final slash.
    """

    api_url: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    search: Search
    since: datetime
    now: datetime
    cursor: Any = None
    mark: Any = None
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connection:
    """Everything that renewing a session or token depends on. `call` makes a request, which counts as one."""

    api_url: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    now: datetime
    call: Callable[[ApiRequest], FetchResult]


def read_items(items: Any, read: Callable[[Any], Entry | None]) -> tuple[tuple[Entry, ...], int]:
    """Return the entries of a list of items, and how many are malformed. `read` returns None for one to leave out."""
    entries, skipped = [], 0
    for item in items:
        try:
            entry = read(item)
            if entry is not None:
                raw = entry.raw or (json.dumps(item, ensure_ascii=False) if isinstance(item, dict) else "")
                entries.append(replace(entry, raw=raw[:MAX_RAW], **_sound_fields(entry)))
        except WRONG_SHAPE:
            skipped += 1
    return tuple(entries), skipped


def _sound_fields(entry: Entry) -> dict[str, Any]:
    """Return the fields that are none of their type: JSON has null and other numbers. TypeError if one can't be read.

    One item like that would otherwise fail each poll of its source, where its fields are used.
    """
    if not entry.native_id or not entry.url:
        raise TypeError("an item without id or URL")
    texts = {name: _text(value) for name in _TEXTS if type(value := getattr(entry, name)) is not str}
    counts = {name: _count(value) for name in _COUNTS if type(value := getattr(entry, name)) not in (int, type(None))}
    return texts | counts


def _text(value: Any) -> str:
    if value is None:
        return ""
    if type(value) is not int:
        raise TypeError(f"{type(value).__name__} for a text")
    return str(value)


def _count(value: Any) -> int | None:
    return int(value) if type(value) is float and value.is_integer() else None


def error_of(response: FetchResult) -> PollError:
    """Return what the status of a response that is no success means."""
    assert response.error is not None
    code = response.error.code
    if code in ("http_error", "forbidden", "sign_in_required"):
        code = STATUS_ERRORS.get(response.status, code)
    return PollError(code, response.error.detail)
