"""Records of the HTTP client: its settings, results and error codes. Used by client.py and its callers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

# The codes of `FetchError` and their meaning. Their words for people are in monitoring/messages/source_errors.py.
ERROR_CODES = {
    "bad_url": "the URL cannot be fetched: not http(s), malformed, too long, or a port that is no web port",
    "private_address": "the host has an address that is not public, and no setting allows it",
    "dns": "the host name has no address, or the name server did not respond",
    "connect": "no connection: refused or unreachable",
    "tls": "no trustworthy TLS connection: certificate or handshake",
    "timeout": "the time limit was reached while connecting, waiting or reading",
    "too_large": "more bytes than the limit, before or after decompression",
    "too_many_redirects": "more redirects than the limit",
    "redirect_loop": "a redirect leads back to a URL already tried",
    "bad_redirect": "a redirect without a usable URL",
    "busy": "other large responses were being read until the time limit",
    "decode": "the body is not compressed in a requested way or as its header says",
    "protocol": "the response is not HTTP, is cut short, or is malformed",
    "bot_wall": "a page or header of a wall that lets only browsers pass, with any status",
    "sign_in_required": "status 401",
    "proxy_sign_in_required": "status 407",
    "forbidden": "status 403",
    "legal_reasons": "status 451",
    "not_found": "status 404",
    "gone": "status 410",
    "rate_limited": "status 429",
    "unavailable": "status 503",
    "server_error": "another status from 500 on",
    "http_error": "any other status that is not a success",
}

FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
    "application/json;q=0.9, text/html;q=0.5, */*;q=0.1"
)


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """The limits of the HTTP client. `max_bytes` limits the body, both decompressed and as received.

    `connect_timeout_s` limits the connection to each address (a host's first two are tried) and the TLS handshake,
    `total_timeout_s` everything together: lookups, redirects, handshakes, headers and bodies.
    `allowed_hosts` allows private hosts: "host", an address or a CIDR network, with or without ":port".
    `own_feeds` is a regular expression of the whole URLs that may be at a private address in addition: the feeds that
    Vigie serves itself.
    `pooled_hosts` and `connections_per_host` limit the connections kept open.
    `ca_file` replaces the bundled certificate authorities.
    """

    user_agent: str = "Vigie/0.1"
    connect_timeout_s: float = 5
    total_timeout_s: float = 20
    max_bytes: int = 10 * 1024 * 1024
    max_redirects: int = 5
    allowed_hosts: frozenset[str] = frozenset()
    own_feeds: str = ""
    pooled_hosts: int = 64
    connections_per_host: int = 2
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class FetchError:
    """`code` is one of `ERROR_CODES`; `detail` is technical English for logs and experts, without secrets."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request to a platform's API. `headers`, for instance a token, are sent to the origin of `url` only.

    With `json`, `form` or `content` it is a POST, or what `method` says, and follows no redirect; with an empty `form`
    it has no body. `content` is sent as it is, with its type. `secret_query` are parameters with secrets, for the few
    that no API takes elsewhere: they are part of no result, and of no error.
    """

    url: str = field(repr=False)  # a few platforms take a token in the query only
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    accept: str = "application/json"
    secret_query: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: tuple[bytes, str] | None = field(default=None, repr=False)
    method: str = "POST"

    @property
    def body(self) -> tuple[bytes, str] | None:
        """The body and its type, None for a GET."""
        if self.content is not None:
            return self.content
        if self.json is not None:
            return json.dumps(self.json).encode(), "application/json"
        if self.form is not None:
            return urlencode(self.form).encode(), "application/x-www-form-urlencoded"
        return None


@dataclass(frozen=True, slots=True)
class FetchResult:
    """A response or a failure. `url` is the last URL requested, without credentials; `status` is 0 without a response.

    `etag` and `last_modified` are byte for byte what to send next time: those sent, if a 304 has none.
    `permanent_url` is set if every redirect was permanent, none left https, and the last response was a success; it
    has the credentials of the requested URL if they were sent to it. `cache_max_age_s` and `retry_after_s` are in
    seconds from the response, `elapsed_s` is the duration of the whole fetch. `headers` have lower-case names; they
    and the `body` of an error are set for API requests only.
    """

    url: str
    status: int = 0
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    cache_max_age_s: int | None = None
    retry_after_s: int | None = None
    permanent_url: str = ""
    elapsed_s: float = 0.0
    error: FetchError | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def not_modified(self) -> bool:
        return self.status == 304 and self.error is None
