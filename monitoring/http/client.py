"""The door itself: one address in, one `FetchResult` out, whatever the outside does.

Called by the poller and by autodiscovery, from many threads at once. It follows redirects itself so that each is
checked, decompresses under a cap, and turns every failure the outside can cause into a `FetchError`.
"""

import re
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urljoin

import requests
import requests.certs
from urllib3 import exceptions as urllib3_errors

from monitoring.http.headers import read_cache_lifetime, read_retry_after
from monitoring.http.records import FEED_TYPES, ClientSettings, FetchError, FetchResult
from monitoring.http.ssrf import Guard, Refused, Resolver, Target, read_url, same_site, system_resolver
from monitoring.http.transport import Flight, GuardedAdapter, take_off

_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT_REDIRECTS = {301, 308}
_STATUS_ERRORS = {
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    410: "gone",
    429: "rate_limited",
    503: "unavailable",
}
# Brotli and zstd would each be one more decompressor to keep safe from bombs, for a few per cent of bytes.
_ACCEPT_ENCODING = "gzip, deflate"
_UNREADABLE_ENCODING = re.compile(r"\b(?:br|zstd|(?:x-)?compress|dc[bz])\b", re.IGNORECASE)

_READ_SIZE = 64 * 1024
# For status lines, headers and chunk sizes, on top of a body of the permitted size.
_HEADER_ROOM = 256 * 1024
# The store's room for validators. Cut short they would be wrong, so a longer one is not kept at all.
_MAX_ETAG_LENGTH = 500
_MAX_LAST_MODIFIED_LENGTH = 100
_MAX_DETAIL_LENGTH = 300
# What may stand in a header both ways: latin-1 without control characters.
_HEADER_TEXT = re.compile(r"[\x20-\x7e\xa0-\xff]*")


@dataclass(frozen=True, slots=True)
class _Ask:
    """What one fetch asks, at whatever address it comes to. `headers` are for the first origin only."""

    accept: str
    etag: str
    last_modified: str
    headers: Mapping[str, str]


class HttpClient:
    """The one way out. Shared by all threads of a process; it keeps a bounded number of connections open."""

    def __init__(self, settings: ClientSettings | None = None, resolver: Resolver = system_resolver) -> None:
        self.settings = settings or ClientSettings()
        self.adapter = GuardedAdapter(
            Guard(self.settings.allowed_hosts, resolver),
            self.settings.ca_file or requests.certs.where(),
            self.settings.hosts_kept,
            self.settings.connections_per_host,
        )

    def fetch(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        accept: str = FEED_TYPES,
        headers: Mapping[str, str] | None = None,
    ) -> FetchResult:
        """GETs `url`, following redirects. `headers` (a token, say) go to the origin of `url` and to no other."""
        trip = _Trip(self, _Ask(accept, etag, last_modified, headers or {}))
        take_off(trip.flight)
        try:
            return trip.follow(url)
        except _OUTSIDE_FAILURES as failure:
            return trip.failed(explain(failure))
        finally:
            take_off(None)

    def close(self) -> None:
        self.adapter.close()


class _Trip:
    """One fetch from its first address to its last."""

    def __init__(self, http_client: HttpClient, ask: _Ask) -> None:
        self._settings = http_client.settings
        self._adapter = http_client.adapter
        self._ask = ask
        self._started = time.monotonic()
        self._url = ""
        self.flight = Flight(
            deadline=self._started + self._settings.total_timeout_s,
            connect_timeout_s=self._settings.connect_timeout_s,
            bytes_left=self._settings.max_bytes + _HEADER_ROOM,
        )

    def follow(self, url: str) -> FetchResult:
        target = read_url(url)
        trusted, permanent = True, True
        seen: set[str] = set()
        while True:
            self._url = target.url
            seen.add(target.url)
            response = self._send(target, trusted)
            if response.status_code not in _REDIRECTS:
                return self._arrived(response, target.url_with_userinfo if permanent and len(seen) > 1 else "")
            response.raw.close()
            onward = _redirected(target, response.headers.get("location") or "")
            if onward.url in seen:
                raise Refused("redirect_loop", f"back to {onward.url}")
            if len(seen) > self._settings.max_redirects:
                raise Refused("too_many_redirects", f"more than {self._settings.max_redirects}")
            # A permanent move from https to http is followed today but not written down for ever.
            downgrade = target.scheme == "https" and onward.scheme == "http"
            permanent = permanent and response.status_code in _PERMANENT_REDIRECTS and not downgrade
            trusted = trusted and same_site(target, onward)
            # Credentials that a server writes into its redirect are not used, here or anywhere.
            target = replace(onward, userinfo=target.userinfo if trusted else "")

    def _send(self, target: Target, trusted: bool) -> requests.Response:
        request = requests.PreparedRequest()
        request.method = "GET"
        request.url = target.url
        request.headers = self._headers(target, trusted)
        self.flight.board()
        try:
            return self._depart(request)
        except requests.ConnectionError:
            # A kept connection may be closed by its server at the very moment it is used again: once more, on another.
            if not self.flight.reused:
                raise
            self.flight.board()
            return self._depart(request)

    def _depart(self, request: requests.PreparedRequest) -> requests.Response:
        left_s = self.flight.remaining_s()
        return self._adapter.send(
            request, stream=True, timeout=(min(self._settings.connect_timeout_s, left_s), left_s)
        )

    def _headers(self, target: Target, trusted: bool) -> dict[str, str]:
        headers = {
            "User-Agent": self._settings.user_agent,
            "Accept": self._ask.accept,
            "Accept-Encoding": _ACCEPT_ENCODING,
        }
        if _usable(self._ask.etag, _MAX_ETAG_LENGTH):
            headers["If-None-Match"] = self._ask.etag
        if _usable(self._ask.last_modified, _MAX_LAST_MODIFIED_LENGTH):
            headers["If-Modified-Since"] = self._ask.last_modified
        if target.userinfo:
            headers["Authorization"] = target.authorization
        if trusted:
            headers.update(self._ask.headers)
        return headers

    def _arrived(self, response: requests.Response, permanent_url: str) -> FetchResult:
        status, headers = response.status_code, response.headers
        now = datetime.now(UTC)
        try:
            error = self._status_error(status)
            result = FetchResult(
                url=self._url,
                status=status,
                body=self._read(response) if error is None else b"",
                content_type=_kept(headers.get("content-type"), 200),
                etag=_kept(headers.get("etag"), _MAX_ETAG_LENGTH),
                last_modified=_kept(headers.get("last-modified"), _MAX_LAST_MODIFIED_LENGTH),
                cache_max_age_s=read_cache_lifetime(headers, now),
                retry_after_s=read_retry_after(headers.get("retry-after") or "", now),
                permanent_url=permanent_url if error is None else "",
                error=error,
            )
        except _OUTSIDE_FAILURES as failure:
            return replace(self.failed(explain(failure)), status=status)
        finally:
            response.raw.close()
        if status == 304:
            result = replace(
                result,
                etag=result.etag or self._ask.etag,
                last_modified=result.last_modified or self._ask.last_modified,
            )
        return replace(result, elapsed_s=time.monotonic() - self._started)

    def _status_error(self, status: int) -> FetchError | None:
        if 200 <= status < 300:
            return None
        if status == 304:
            if self._ask.etag or self._ask.last_modified:
                return None
            return FetchError("protocol", "status 304 to a request without conditions")
        code = _STATUS_ERRORS.get(status) or ("server_error" if status >= 500 else "http_error")
        return FetchError(code, f"status {status}")

    def _read(self, response: requests.Response) -> bytes:
        limit = self._settings.max_bytes
        encoding = response.headers.get("content-encoding") or ""
        if _UNREADABLE_ENCODING.search(encoding):
            raise Refused("decode", f"content-encoding {encoding[:40]!r} was not asked for")
        if (response.raw.length_remaining or 0) > limit:
            raise Refused("too_large", f"{response.raw.length_remaining} bytes announced, {limit} permitted")
        chunks, size = [], 0
        while chunk := response.raw.read(_READ_SIZE, decode_content=True):
            size += len(chunk)
            if size > limit:
                raise Refused("too_large", f"more than {limit} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

    def failed(self, error: FetchError) -> FetchResult:
        return FetchResult(url=self._url, error=error, elapsed_s=time.monotonic() - self._started)


def _redirected(target: Target, location: str) -> Target:
    """Where a redirect leads. A server that sends raw UTF-8 is understood."""
    if not location:
        raise Refused("bad_redirect", "no Location header")
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return read_url(urljoin(target.url, location.strip()))
    except ValueError as error:
        raise Refused("bad_redirect", str(error)) from None
    except Refused as refusal:
        raise Refused("bad_redirect", refusal.detail) from None


def _usable(value: str, limit: int) -> bool:
    return bool(value) and len(value) <= limit and bool(_HEADER_TEXT.fullmatch(value))


def _kept(value: str | None, limit: int) -> str:
    return value if value and _usable(value, limit) else ""


# requests and urllib3 wrap what happened in several layers; the first kind found in any layer names the failure.
# A NewConnectionError is also a ConnectTimeoutError, so it comes before the timeouts.
_KINDS: list[tuple[tuple[type[BaseException], ...], str]] = [
    ((urllib3_errors.NewConnectionError,), "connect"),
    ((TimeoutError, requests.Timeout, urllib3_errors.TimeoutError), "timeout"),
    ((ssl.SSLError, requests.exceptions.SSLError, urllib3_errors.SSLError), "tls"),
    ((urllib3_errors.DecodeError,), "decode"),
    ((urllib3_errors.LocationValueError, requests.exceptions.InvalidURL), "bad_url"),
]
_OUTSIDE_FAILURES = (Refused, requests.RequestException, urllib3_errors.HTTPError, OSError)


def explain(failure: BaseException) -> FetchError:
    """The failure as a value. Only the innermost message is told: the outer layers quote the URL with its secrets."""
    layers = list(_layers(failure))
    for layer in layers:
        if isinstance(layer, Refused):
            return FetchError(layer.code, layer.detail)
    code = next((code for kinds, code in _KINDS if any(isinstance(layer, kinds) for layer in layers)), "protocol")
    innermost = layers[-1]
    detail = f"{type(innermost).__name__}: {innermost}"
    return FetchError(code, re.sub(r"[^\x20-\x7e]+", " ", detail)[:_MAX_DETAIL_LENGTH])


def _layers(failure: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        yield failure
        wrapped = [getattr(failure, "reason", None), *failure.args, failure.__cause__, failure.__context__]
        failure = next((inner for inner in wrapped if isinstance(inner, BaseException)), None)
