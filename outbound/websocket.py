"""Streams by WebSocket, with the address checks and limits of the HTTP client.

A client and a URL in; a `Stream` of messages out. Called by platforms whose items arrive by a stream. Every failure is
a `StreamFailed` with the error as a value. Reading less than the server sends makes the server wait: at most
`QUEUED` messages are kept. Messages are not compressed: a compressed one could be of any size when decompressed.
"""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import requests
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI, WebSocketException
from websockets.frames import CloseCode
from websockets.sync.client import ClientConnection, connect

from outbound.client import HttpClient, error_of, status_error
from outbound.headers import read_retry_after
from outbound.records import FetchError
from outbound.ssrf import RequestRefused, parse_url
from outbound.transport import open_socket, tls_context

QUEUED = 64
# A server that answers no ping for this long is gone.
PING_S = 20
CLOSE_S = 2


class StreamFailed(Exception):
    """The failure of a connection. `status` is that of the handshake, 0 without a response."""

    def __init__(self, error: FetchError, status: int = 0, retry_after_s: int | None = None) -> None:
        super().__init__(f"{error.code}: {error.detail}")
        self.error, self.status, self.retry_after_s = error, status, retry_after_s


class Stream:
    """An open connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def receive(self, timeout_s: float) -> bytes | None:
        """Return the next message, None if none came in time. Raise StreamFailed when the connection has ended."""
        try:
            return self._connection.recv(timeout_s, decode=False)
        except TimeoutError:
            return None
        except ConnectionClosed as closed:
            raise StreamFailed(_closed(closed)) from None


@contextmanager
def open_stream(client: HttpClient, url: str, max_message: int) -> Iterator[Stream]:
    """Connect to an http(s) URL as a stream whose messages have at most `max_message` bytes. Raise StreamFailed."""
    settings = client.settings
    deadline = time.monotonic() + settings.total_timeout_s
    try:
        target = parse_url(url)
        plain = open_socket(settings, target.host, target.port, deadline)
        plain.settimeout(None)  # the library keeps time itself
        ca_file = settings.ca_file or requests.certs.where()  # type: ignore[attr-defined]  # not in its stubs
        connection = connect(
            target.url.replace("http", "ws", 1),
            sock=plain,
            ssl=tls_context(ca_file) if target.scheme == "https" else None,
            compression=None,
            proxy=None,
            user_agent_header=settings.user_agent,
            open_timeout=max(deadline - time.monotonic(), 0.1),
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=CLOSE_S,
            max_size=max_message,
            max_queue=QUEUED,
        )
    except _FAILURES as failure:
        raise _failed(failure) from None
    with connection as opened:
        yield Stream(opened)


_FAILURES = (RequestRefused, WebSocketException, OSError, ValueError, EOFError)


def _failed(failure: Exception) -> StreamFailed:
    """Return a failure before the first message."""
    if isinstance(failure, InvalidStatus):
        status, headers = failure.response.status_code, failure.response.headers
        if 200 <= status < 400:
            return StreamFailed(FetchError("protocol", f"status {status} instead of a stream"), status)
        wait_s = read_retry_after(headers.get("Retry-After", ""), datetime.now(UTC))
        return StreamFailed(status_error(status), status, wait_s)
    if isinstance(failure, TimeoutError):
        return StreamFailed(FetchError("timeout", "no stream in time"))
    if isinstance(failure, ssl.SSLError):
        return StreamFailed(FetchError("tls", str(failure.reason or "")))
    if isinstance(failure, InvalidHandshake | EOFError):
        return StreamFailed(FetchError("protocol", type(failure).__name__))
    if isinstance(failure, OSError):
        return StreamFailed(FetchError("connect", failure.strerror or ""))
    # The URL was valid, so it is that of a redirect, which could lead anywhere: the library refuses to follow it.
    if isinstance(failure, InvalidURI | ValueError):
        return StreamFailed(FetchError("bad_redirect", "a stream is not redirected"))
    return StreamFailed(error_of(failure))


def _closed(closed: ConnectionClosed) -> FetchError:
    """Return why an open connection ended: by what Vigie refused, or by the server."""
    sent = closed.sent.code if closed.sent and not closed.rcvd_then_sent else None
    if sent == CloseCode.MESSAGE_TOO_BIG:
        return FetchError("too_large", "a message beyond the limit")
    if sent in (CloseCode.PROTOCOL_ERROR, CloseCode.INVALID_DATA):
        return FetchError("protocol", "a malformed message")
    if sent == CloseCode.INTERNAL_ERROR:
        return FetchError("timeout", "no answer to a ping")
    code = f" with code {closed.rcvd.code}" if closed.rcvd else ""
    return FetchError("connect", f"the server closed the stream{code}")
