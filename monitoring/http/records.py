"""The records at the door: settings in, results and error codes out. For `fetch.py` and all who call it."""

from dataclasses import dataclass, field

# Every code a `FetchError` can have, and what it says. The wording for people lives at the Django side.
ERROR_CODES = {
    "bad_url": "the address cannot be fetched: not http(s), malformed, too long, or a port that is no web port",
    "private_address": "the host is at an address that is not public, and no setting opens it",
    "dns": "the host name has no address, or the name server did not answer",
    "connect": "no connection: refused or unreachable",
    "tls": "no trustworthy TLS connection: certificate or handshake",
    "timeout": "the time limit was reached while connecting, waiting or reading",
    "too_large": "more bytes than the limit, before or after decompression",
    "too_many_redirects": "more redirects than the limit",
    "redirect_loop": "a redirect leads back to an address already tried",
    "bad_redirect": "a redirect without a usable address",
    "decode": "the body is not compressed in a way that was asked for or that its header says",
    "protocol": "the answer is not HTTP, is cut short, or makes no sense",
    "forbidden": "status 401 or 403",
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
    """Limits of the door; `max_bytes` counts the body decompressed, and as it comes over the wire.

    `connect_timeout_s` is for each of the two addresses of a host tried at most, and for the TLS handshake;
    `total_timeout_s` holds for everything together: lookups, redirects, handshakes, headers and bodies.
    `allowed_hosts` opens private hosts: "host", an address or a CIDR network, each with ":port" or not.
    `ca_file` replaces the bundled certificate authorities.
    """

    user_agent: str = "Vigie/0.1"
    connect_timeout_s: float = 5
    total_timeout_s: float = 20
    max_bytes: int = 10 * 1024 * 1024
    max_redirects: int = 5
    allowed_hosts: frozenset[str] = frozenset()
    hosts_kept: int = 64
    connections_per_host: int = 2
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class FetchError:
    """`code` is one of `ERROR_CODES`; `detail` is technical English for logs and experts, without secrets."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FetchResult:
    """An answer or a failure. `url` is the last address asked, without credentials; `status` is 0 where none answered.

    `etag` and `last_modified` are byte for byte what to send next time (those sent, where a 304 brings none).
    `permanent_url` is set when every redirect on the way was permanent, none left https, and the end was a success;
    it keeps the credentials of the address asked for where they were sent to it. `cache_max_age_s` and
    `retry_after_s` count from the answer.
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

    @property
    def not_modified(self) -> bool:
        return self.status == 304 and self.error is None
