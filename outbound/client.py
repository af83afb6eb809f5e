"""The HTTP client: a URL in, a `FetchResult` out; network failures are values, never exceptions.

Called by platforms, by adding a source and by the match explainer, from many threads. It follows redirects
itself to check each one, limits the size while decompressing, and turns every failure that a server can cause into a
`FetchError`.
"""

import io
import re
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode, urljoin

import requests
import requests.certs
from requests.structures import CaseInsensitiveDict
from urllib3 import exceptions as urllib3_errors

from outbound.bot_walls import START_BYTES, WALL_STATUSES, find_wall
from outbound.headers import read_cache_lifetime, read_retry_after
from outbound.memory import return_free_memory
from outbound.records import FEED_TYPES, ApiRequest, ClientSettings, FetchError, FetchResult
from outbound.secret_urls import hide
from outbound.ssrf import (
    CheckedResolver,
    RequestRefused,
    Resolver,
    Target,
    parse_url,
    same_site,
    system_resolver,
)
from outbound.transport import CheckedAdapter, RequestBudget, set_budget

_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT_REDIRECTS = {301, 308}
# Parts of a response (ranges, differences), for requests that ask for them.
_PARTIAL = {206, 226}
_STATUS_ERRORS = {
    401: "sign_in_required",
    403: "forbidden",
    404: "not_found",
    407: "proxy_sign_in_required",
    410: "gone",
    429: "rate_limited",
    451: "legal_reasons",
    503: "unavailable",
}
# Brotli and zstd would save a few percent of bytes, and each add a decompressor to protect from bombs.
_ACCEPT_ENCODING = "gzip, deflate"
_UNSUPPORTED_ENCODING = re.compile(r"\b(?:br|zstd|(?:x-)?compress|dc[bz])\b", re.IGNORECASE)

_READ_SIZE = 64 * 1024
# The page of an error only says whether a bot wall sent it: that is worth no long wait.
_ERROR_PAGE_S = 2
# 64 hosts may send one at the same time.
_LARGE_BODY = 1024 * 1024
_LARGE_BODIES_READ = 6
# Validators are stored with the source. A truncated one would be wrong, so a longer one is discarded.
_MAX_ETAG_LENGTH = 500
_MAX_LAST_MODIFIED_LENGTH = 100
_MAX_DETAIL_LENGTH = 300
# Valid in a header in both directions: latin-1 without control characters.
_HEADER_TEXT = re.compile(r"[\x20-\x7e\xa0-\xff]*")


@dataclass(frozen=True, slots=True)
class _Options:
    """The request headers of one fetch, redirects included. `headers` are sent to the first origin only."""

    accept: str
    etag: str
    last_modified: str
    headers: Mapping[str, str]
    api_request: ApiRequest | None = None


class HttpClient:
    """Fetches URLs. Shared by all threads of a process; keeps a limited number of connections open."""

    def __init__(self, settings: ClientSettings | None = None, resolver: Resolver = system_resolver) -> None:
        self.settings = settings or ClientSettings()
        self.adapter = self._adapter(self.settings.allowed_hosts, resolver)
        # With its own connections: one that was allowed for an own feed must not serve another URL of that host.
        self._own_feeds = re.compile(self.settings.own_feeds or r"(?!)")
        self._own_adapter = self._adapter(("0.0.0.0/0", "::/0"), resolver)
        self.large_bodies = threading.BoundedSemaphore(_LARGE_BODIES_READ)

    def _adapter(self, allowed_hosts: Iterable[str], resolver: Resolver) -> CheckedAdapter:
        return CheckedAdapter(
            CheckedResolver(allowed_hosts, resolver),
            self.settings.ca_file or requests.certs.where(),  # type: ignore[attr-defined]  # not in its stubs
            self.settings.pooled_hosts,
            self.settings.connections_per_host,
        )

    def adapter_for(self, target: Target) -> CheckedAdapter:
        """Return the adapter that may connect to a URL: the one for own feeds only if the whole URL is one."""
        is_own = self._own_feeds.fullmatch(target.url) and not target.userinfo
        return self._own_adapter if is_own else self.adapter

    def fetch(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        accept: str = FEED_TYPES,
        headers: Mapping[str, str] | None = None,
    ) -> FetchResult:
        """GET `url`, following redirects. `headers`, for instance a token, are sent to the origin of `url` only."""
        return self._run(url, _Options(accept, etag, last_modified, headers or {}))

    def call(self, request: ApiRequest) -> FetchResult:
        """Make an API request. The result has the response headers, and the body of an error, too."""
        options = _Options(request.accept, "", "", request.headers, request)
        if not request.secret_query:
            return self._run(request.url, options)
        result = self._run(f"{request.url}?{urlencode(request.secret_query)}", options)
        # URLs are quoted in details, for instance of a redirect to itself.
        error = FetchError(result.error.code) if result.error else None
        return replace(result, url=request.url, permanent_url="", error=error)

    def _run(self, url: str, options: _Options) -> FetchResult:
        fetch = _Fetch(self, options)
        set_budget(fetch.budget)
        try:
            return fetch.run(url)
        except _NETWORK_FAILURES as failure:
            return fetch.failed(error_of(failure))
        finally:
            set_budget(None)

    def close(self) -> None:
        self.adapter.close()
        self._own_adapter.close()


class _Fetch:
    """One fetch, from the requested URL through all redirects."""

    def __init__(self, http_client: HttpClient, options: _Options) -> None:
        self._settings = http_client.settings
        self._adapter_for = http_client.adapter_for
        self._large_bodies = http_client.large_bodies
        self._options = options
        self._api = options.api_request
        self._posted = self._api.body if self._api else None
        self._started = time.monotonic()
        self._url = ""
        self.budget = RequestBudget(
            deadline=self._started + self._settings.total_timeout_s,
            connect_timeout_s=self._settings.connect_timeout_s,
            max_bytes=self._settings.max_bytes,
        )

    def run(self, url: str) -> FetchResult:
        """Request `url` and follow its redirects. Raise one of _NETWORK_FAILURES."""
        target = parse_url(url)
        trusted, permanent = True, True
        seen: set[str] = set()
        while True:
            self._url = target.url
            seen.add(target.url)
            response = self._send(target, trusted)
            if response.status_code not in _REDIRECTS or self._posted:
                return self._result(response, target.url_with_userinfo if permanent and len(seen) > 1 else "")
            response.raw.close()
            redirect = _redirect_target(target, response.headers.get("location") or "")
            if redirect.url in seen:
                raise RequestRefused("redirect_loop", f"back to {hide(redirect.url)}")
            if len(seen) > self._settings.max_redirects:
                raise RequestRefused("too_many_redirects", f"more than {self._settings.max_redirects}")
            # A permanent redirect from https to http is followed but not reported: it would be stored.
            downgrade = target.scheme == "https" and redirect.scheme == "http"
            permanent = permanent and response.status_code in _PERMANENT_REDIRECTS and not downgrade
            trusted = trusted and same_site(target, redirect)
            # Credentials in a redirect are never used: the server chose them, not the person.
            target = replace(redirect, userinfo=target.userinfo if trusted else "")

    def _send(self, target: Target, trusted: bool) -> requests.Response:
        request = requests.PreparedRequest()
        request.method = self._api.method if self._api and self._posted else "GET"
        request.url = target.url
        request.headers = CaseInsensitiveDict(self._headers(target, trusted))
        if self._posted:
            request.body, content_type = self._posted
            request.headers["Content-Length"] = str(len(request.body))
            if request.body:
                request.headers["Content-Type"] = content_type
        self.budget.reset()
        adapter = self._adapter_for(target)
        try:
            return self._send_once(adapter, request)
        except requests.ConnectionError:
            # A server may close a pooled connection at the moment it is reused: retry once on a new one.
            if not self.budget.is_reused or self._posted:
                raise
            self.budget.reset()
            return self._send_once(adapter, request)

    def _send_once(self, adapter: CheckedAdapter, request: requests.PreparedRequest) -> requests.Response:
        left_s = self.budget.remaining_s()
        with _any_failure_as_refusal():
            return adapter.send(request, stream=True, timeout=(min(self._settings.connect_timeout_s, left_s), left_s))

    def _headers(self, target: Target, trusted: bool) -> dict[str, str]:
        headers = {
            "User-Agent": self._settings.user_agent,
            "Accept": self._options.accept,
            "Accept-Encoding": _ACCEPT_ENCODING,
        }
        if _is_valid(self._options.etag, _MAX_ETAG_LENGTH):
            headers["If-None-Match"] = self._options.etag
        if _is_valid(self._options.last_modified, _MAX_LAST_MODIFIED_LENGTH):
            headers["If-Modified-Since"] = self._options.last_modified
        if target.userinfo:
            headers["Authorization"] = target.authorization
        if trusted:
            headers.update(self._options.headers)
        return headers

    def _result(self, response: requests.Response, permanent_url: str) -> FetchResult:
        status, headers = response.status_code, response.headers
        now = datetime.now(UTC)
        try:
            error = self._status_error(status)
            body = self._read_start(response) if error and not self._api else self._read(response)
            is_json = self._api and body.lstrip()[:1] in (b"{", b"[")
            if not is_json and (wall := find_wall(status, headers, body)):
                error = FetchError("bot_wall", f"status {status}, {wall} wall")
            result = FetchResult(
                url=self._url,
                status=status,
                body=b"" if error and not self._api else body,
                content_type=_valid_or_empty(headers.get("content-type"), 200),
                etag=_valid_or_empty(headers.get("etag"), _MAX_ETAG_LENGTH),
                last_modified=_valid_or_empty(headers.get("last-modified"), _MAX_LAST_MODIFIED_LENGTH),
                cache_max_age_s=read_cache_lifetime(headers, now),
                retry_after_s=read_retry_after(headers.get("retry-after") or "", now),
                permanent_url=permanent_url if error is None else "",
                error=error,
                headers={name.lower(): value[:1_000] for name, value in headers.items()} if self._api else {},
            )
        except _NETWORK_FAILURES as failure:
            return replace(self.failed(error_of(failure)), status=status)
        finally:
            response.raw.close()
        if status == 304:
            result = replace(
                result,
                etag=result.etag or self._options.etag,
                last_modified=result.last_modified or self._options.last_modified,
            )
        return replace(result, elapsed_s=time.monotonic() - self._started)

    def _status_error(self, status: int) -> FetchError | None:
        if status in _PARTIAL:
            return FetchError("protocol", f"status {status}, but the whole response was requested")
        if 200 <= status < 300:
            return None
        if status == 304:
            if self._options.etag or self._options.last_modified:
                return None
            return FetchError("protocol", "status 304 to an unconditional request")
        return status_error(status)

    def _read_start(self, response: requests.Response) -> bytes:
        """Return the start of an error's page, as much of it as arrives soon and can be read."""
        page = b""
        if response.status_code in WALL_STATUSES:
            self.budget.deadline = min(self.budget.deadline, time.monotonic() + _ERROR_PAGE_S)
            with suppress(*_NETWORK_FAILURES), _any_failure_as_refusal():
                while len(page) < START_BYTES and (chunk := response.raw.read1(START_BYTES, decode_content=True)):
                    page += chunk
        return page[:START_BYTES]

    def _read(self, response: requests.Response) -> bytes:
        limit = self._settings.max_bytes
        encoding = response.headers.get("content-encoding") or ""
        if _UNSUPPORTED_ENCODING.search(encoding):
            raise RequestRefused("decode", f"content-encoding {encoding[:40]!r} was not requested")
        if (response.raw.length_remaining or 0) > limit:
            raise RequestRefused("too_large", f"{response.raw.length_remaining} bytes announced, {limit} allowed")
        body = io.BytesIO()
        with ExitStack() as places:
            while chunk := self._read_chunk(response):
                if body.tell() <= _LARGE_BODY < body.tell() + len(chunk):
                    places.enter_context(self._place_for_large_body())
                body.write(chunk)
                if body.tell() > limit:
                    raise RequestRefused("too_large", f"more than {limit} bytes")
            return body.getvalue()

    @contextmanager
    def _place_for_large_body(self) -> Iterator[None]:
        if not self._large_bodies.acquire(timeout=self.budget.remaining_s()):
            raise RequestRefused("busy", "other large responses were being read until the time limit")
        try:
            return_free_memory()
            yield
        finally:
            self._large_bodies.release()

    @staticmethod
    def _read_chunk(response: requests.Response) -> bytes:
        with _any_failure_as_refusal():
            return response.raw.read(_READ_SIZE, decode_content=True)

    def failed(self, error: FetchError) -> FetchResult:
        return FetchResult(url=self._url, error=error, elapsed_s=time.monotonic() - self._started)


def _redirect_target(target: Target, location: str) -> Target:
    """Return the target of a redirect. Its Location may be raw UTF-8. Raise RequestRefused("bad_redirect")."""
    if not location:
        raise RequestRefused("bad_redirect", "no Location header")
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return parse_url(urljoin(target.url, location.strip()))
    except ValueError:
        raise RequestRefused("bad_redirect", "malformed URL") from None
    except RequestRefused as refusal:
        raise RequestRefused("bad_redirect", refusal.detail) from None


def _is_valid(value: str, limit: int) -> bool:
    return bool(value) and len(value) <= limit and bool(_HEADER_TEXT.fullmatch(value))


def _valid_or_empty(value: str | None, limit: int) -> str:
    return value if value and _is_valid(value, limit) else ""


# requests and urllib3 wrap the cause in several exceptions; the first of these found in any of them gives the code.
# A NewConnectionError is also a ConnectTimeoutError, so it comes before the timeouts.
_CODES_BY_EXCEPTION: list[tuple[tuple[type[BaseException], ...], str]] = [
    ((urllib3_errors.NewConnectionError,), "connect"),
    ((TimeoutError, requests.Timeout, urllib3_errors.TimeoutError), "timeout"),
    ((ssl.SSLError, requests.exceptions.SSLError, urllib3_errors.SSLError), "tls"),
    ((urllib3_errors.DecodeError,), "decode"),
    ((urllib3_errors.LocationValueError, requests.exceptions.InvalidURL), "bad_url"),
]
_NETWORK_FAILURES = (RequestRefused, requests.RequestException, urllib3_errors.HTTPError, OSError)


@contextmanager
def _any_failure_as_refusal() -> Iterator[None]:
    """Turn what requests, urllib3 and http.client raise for malformed responses into one of _NETWORK_FAILURES.

    It is not only their own exceptions: a negative chunk size ends in a ValueError, a huge one in an OverflowError.
    """
    try:
        yield
    except _NETWORK_FAILURES:
        raise
    except Exception as error:
        raise RequestRefused("protocol", _detail_of(error)) from error


def status_error(status: int) -> FetchError:
    """Return a status that is no success as a value."""
    code = _STATUS_ERRORS.get(status) or ("server_error" if status >= 500 else "http_error")
    return FetchError(code, f"status {status}")


def error_of(failure: BaseException) -> FetchError:
    """Return an exception as a value, with the innermost message only: outer ones quote the URL with its secrets."""
    chain = list(_causes(failure))
    for cause in chain:
        if isinstance(cause, RequestRefused):
            return FetchError(cause.code, cause.detail)
    code = next(
        (code for types, code in _CODES_BY_EXCEPTION if any(isinstance(cause, types) for cause in chain)), "protocol"
    )
    return FetchError(code, _detail_of(chain[-1]))


def _detail_of(failure: BaseException) -> str:
    return re.sub(r"[^\x20-\x7e]+", " ", f"{type(failure).__name__}: {failure}")[:_MAX_DETAIL_LENGTH]


def _causes(failure: BaseException | None) -> Iterator[BaseException]:
    """Yield the exception and those that it wraps, outermost first."""
    seen: set[int] = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        yield failure
        wrapped = [getattr(failure, "reason", None), *failure.args, failure.__cause__, failure.__context__]
        failure = next((inner for inner in wrapped if isinstance(inner, BaseException)), None)
