"""Shared by Facebook, Instagram and Threads: one form of errors, lists and tokens. Pure; called by their platforms.

Facts: errors have a `code`; 190 is a token that has ended, 10 and 200 to 299 a missing permission, 4, 17, 18, 32, 613,
80001 and 80002 too many calls, 1 and 2 a passing failure. A list ends where `paging.next` is absent, not where a page
is short. Tokens are accepted as Bearer, which keeps them out of addresses
(https://developers.facebook.com/docs/graph-api/guides/error-handling, /docs/graph-api/overview/rate-limiting).
"""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from monitoring.http import ApiRequest, FetchResult
from monitoring.platforms.pages import PageRequest
from monitoring.platforms.values import error_body, utc
from monitoring.records import PollError

_TOO_MANY = frozenset({4, 17, 18, 32, 613, 80001, 80002})
_PASSING = frozenset({1, 2})
# Headers with the share of a limit that is used, in percent, and the minutes until it is free again.
_USAGE = ("x-app-usage", "x-business-use-case-usage")
DEFAULT_WAIT_S = 3_600


def graph_request(page: PageRequest, path: str, **query: object) -> ApiRequest:
    """Return a request for a page of a list."""
    pairs = {name: value for name, value in query.items() if value not in (None, "")}
    headers = {"Authorization": f"Bearer {page.secrets.get('token', '')}"}
    return ApiRequest(f"{page.api_url}/{path}?{urlencode(pairs)}", headers)


def graph_error(response: FetchResult) -> PollError | None:
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
    return PollError("unavailable" if code in _PASSING else "query_rejected", detail)


def wait_s(response: FetchResult) -> int | None:
    """Return how many seconds to wait after too many calls: `Retry-After`, or what the usage headers say."""
    if response.retry_after_s is not None:
        return response.retry_after_s
    error = graph_error(response)
    if error is None or error.code != "rate_limited":
        return None
    minutes = [minutes for name in _USAGE for minutes in _waits(response.headers.get(name, ""))]
    return math.ceil(max(minutes) * 60) if minutes and max(minutes) > 0 else DEFAULT_WAIT_S


def _waits(header: str) -> Iterator[float]:
    try:
        usage = json.loads(header)
    except ValueError:
        return
    for limits in usage.values() if isinstance(usage, dict) else ():
        for limit in limits if isinstance(limits, list) else ():
            minutes = limit.get("estimated_time_to_regain_access") if isinstance(limit, dict) else None
            if isinstance(minutes, int | float):
                yield minutes


def next_cursor(data: Mapping[str, Any]) -> str | None:
    """Return the cursor of the next page, None on the last one."""
    paging = data.get("paging") or {}
    return (paging.get("cursors") or {}).get("after") if paging.get("next") else None


def graph_time(text: str) -> datetime:
    """Return a time such as 2026-11-19T08:33:21+0000, in UTC."""
    return utc(text)
