"""Shared by the platforms of Meta (Facebook, Instagram, Threads): errors, lists, tokens and usage. Pure.

Facts: errors have a `code`; 190 is a token that has ended, 10 and 200 to 299 a missing permission, 4, 17, 18, 32, 613,
80001 and 80002 too many calls, 1 and 2 a passing failure. A list ends where `paging.next` is absent, not where a page
is short. Tokens are accepted as Bearer, which keeps them out of addresses. Usage headers have percentages of limits
over a sliding hour or day, and minutes until a used-up one is free again; calls beyond 100 percent are rejected
(https://developers.facebook.com/docs/graph-api/guides/error-handling, /docs/graph-api/overview/rate-limiting).
`appsecret_proof` is the HMAC of the token with the app's secret, which an app can demand
(https://developers.facebook.com/docs/graph-api/guides/secure-requests).
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from monitoring.platforms.base import Limit, Needs, Setting, gettext_noop
from monitoring.platforms.followers import AccountRequest
from monitoring.platforms.meta_oauth import app_secret_proof, page_token
from monitoring.platforms.pages import Page, PageRequest
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.rechecks import Lookup
from monitoring.platforms.replies import ReplyRequest
from monitoring.platforms.session import MAX_WAIT_S
from monitoring.platforms.values import error_body
from monitoring.records import PollError, QuotaReading
from outbound import ApiRequest, FetchResult

_TOO_MANY = frozenset({4, 17, 18, 32, 613, 80001, 80002})
_PASSING = frozenset({1, 2})
_USAGE = ("x-app-usage", "x-business-use-case-usage")
_SHARES = ("call_count", "total_cputime", "total_time")
DEFAULT_WAIT_S = 3_600
# From this percentage on, checks pause: the longer, the nearer the limit, up to `DEFAULT_WAIT_S` just below it.
SLOW_FROM = 75

APP_SECRET = Setting(
    "app_secret",
    gettext_noop("App secret"),
    help=gettext_noop("Optional: needed if the app requires proof of its secret for server calls."),
    link="https://developers.facebook.com/apps",
    pattern=r"[0-9a-f]{32}",
    is_secret=True,
    is_required=False,
)


class GraphPlatform(PagedPlatform):
    """A platform of the Graph API. Its secrets have a `token`, and `app_secret` where that is one of its settings."""

    needs = Needs.APPROVAL
    limits: tuple[Limit, ...] = (Limit(180, 3_600),)

    def api_url(self, settings: Mapping[str, str]) -> str:
        return "https://graph.facebook.com/v25.0"

    def error(self, response: FetchResult) -> PollError | None:
        """Return what the error in a response means, None if it has none that is known."""
        problem = error_body(response).get("error")
        if not isinstance(problem, dict) or not isinstance(problem.get("code"), int):
            return None
        code = problem["code"]
        detail = f"code {code}, subcode {problem.get('error_subcode')}"
        if code == 190:
            return PollError("reconnect", detail)
        if code == 10 or 200 <= code <= 299:
            return PollError("access_denied", detail)
        if code in _TOO_MANY:
            return PollError("rate_limited", detail)
        if "appsecret_proof" in str(problem.get("message")):
            return PollError("credential_rejected", f"{detail}: appsecret_proof")
        return PollError("unavailable" if code in _PASSING else "query_rejected", detail)

    def page_of_error(self, response: FetchResult, page: PageRequest) -> Page | None:
        """Start again at the first page if a further one is rejected: cursors end when their item is deleted."""
        error = self.error(response)
        if page.cursor and error and error.code == "query_rejected":
            return Page(error=replace(error, code="bad_cursor"))
        return None

    def wait_s(self, response: FetchResult) -> int | None:
        """Return how many seconds to wait after too many calls: `Retry-After`, or what the usage headers say."""
        if response.retry_after_s is not None:
            return response.retry_after_s
        error = self.error(response)
        if error is None or error.code != "rate_limited":
            return None
        return math.ceil(_regain_minutes(response.headers) * 60) or DEFAULT_WAIT_S

    def quota(self, response: FetchResult, now: datetime) -> QuotaReading | None:
        """Return a pause if a limit is nearly used up, before calls are rejected. Percentages are no numbers."""
        used = max(_percentages(response.headers), default=None)
        if used is None:
            return None
        minutes = _regain_minutes(response.headers)
        if used >= 100 or minutes:
            wait_s = min(minutes * 60 or DEFAULT_WAIT_S, MAX_WAIT_S)
            return QuotaReading(0, now + timedelta(seconds=wait_s))
        pause_s = DEFAULT_WAIT_S * (used - SLOW_FROM) / (100 - SLOW_FROM)
        return QuotaReading(None, now + timedelta(seconds=pause_s) if pause_s > 0 else None)


def graph_request(
    page: PageRequest | ReplyRequest | AccountRequest | Lookup, path: str, **query: object
) -> ApiRequest:
    """Return a request of an object, or for a page of a list."""
    after = query.pop("after", None)
    query |= after if isinstance(after, dict) else {"after": after}
    pairs = {name: value for name, value in query.items() if value not in (None, "")}
    app_secret = page.secrets.get("app_secret")
    token = page_token(page.secrets, page.settings.get("page", "")) or page.secrets.get("token", "")
    if app_secret:
        pairs["appsecret_proof"] = app_secret_proof(app_secret, token)
    return ApiRequest(f"{page.api_url}/{path}?{urlencode(pairs)}", {"Authorization": f"Bearer {token}"})


def next_cursor(data: Mapping[str, Any]) -> Any:
    """Return the place of the next page for `after` of `graph_request`, None on the last one.

    It is a cursor, or the time and the token that are in the URL of the next page, as in feeds of Pages. A ValueError
    means that it is something else.
    """
    paging = data.get("paging") or {}
    if not paging.get("next"):
        return None
    if after := (paging.get("cursors") or {}).get("after"):
        return after
    query = dict(parse_qsl(urlsplit(paging["next"]).query))
    place = {name: query[name] for name in ("after", "until", "__paging_token") if query.get(name)}
    if not place:
        raise ValueError("a next page without a place")
    return place


def _percentages(headers: Mapping[str, str]) -> list[float]:
    return [share for limit in _limits(headers) for name in _SHARES if (share := _number(limit.get(name))) is not None]


def _regain_minutes(headers: Mapping[str, str]) -> float:
    return max((_number(limit.get("estimated_time_to_regain_access")) or 0 for limit in _limits(headers)), default=0)


def _limits(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Yield the usage of each limit: one of the app, those of each business by its id."""
    for name in _USAGE:
        try:
            usage = json.loads(headers.get(name, ""))
        except ValueError:
            continue
        if not isinstance(usage, dict):
            continue
        of_businesses = (limit for limits in usage.values() if isinstance(limits, list) for limit in limits)
        yield from (limit for limit in (usage, *of_businesses) if isinstance(limit, dict))


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and math.isfinite(value)
    return max(float(value), 0.0) if is_number else None  # type: ignore[arg-type]
