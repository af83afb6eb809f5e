"""The transport of the HTTP client: a requests adapter whose connections go to checked addresses only.

Connections verify TLS with one shared context and stop at the deadline and byte limit of the fetch that uses them.
Called by client.py: one `CheckedAdapter` per process, one `RequestBudget` per fetch. imap.py and websocket.py open the
sockets of their own protocols with `open_socket`.
"""

import http.client
import logging
import socket
import ssl
import threading
import time
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from outbound.records import ClientSettings
from outbound.ssrf import CheckedResolver, RequestRefused

# urllib3 logs a traceback and the full URL for each malformed header, and a warning for each connection that it
# discards: the first isn't Vigie's error, the second is intended.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

# A host that is unreachable at its first address often responds at its second (broken IPv6).
_MAX_ADDRESSES_TRIED = 2
# For the status line and headers of a response and the interim responses before it. Real ones have a few kB.
_MAX_HEAD_BYTES = 256 * 1024


class RequestBudget:
    """The limits of one fetch: time until `deadline` (monotonic seconds) and `max_bytes` of bodies to receive.

    `is_reused` says whether the last request used a connection from the pool.
    """

    __slots__ = ("_bytes_left", "_reserved", "connect_timeout_s", "deadline", "has_connected", "is_reused")

    def __init__(self, deadline: float, connect_timeout_s: float, max_bytes: int) -> None:
        self.deadline = deadline
        self.connect_timeout_s = connect_timeout_s
        self._bytes_left = max_bytes + _MAX_HEAD_BYTES
        self.reset()

    def reset(self) -> None:
        """Prepare for the next request of the fetch: its connection is not known yet, and its head comes first."""
        self.has_connected = False
        self.is_reused = False
        self._reserved = max(0, self._bytes_left - _MAX_HEAD_BYTES)

    def end_head(self) -> None:
        """Allow the bytes of the body too: status line and headers have been received."""
        self._reserved = 0

    def remaining_s(self) -> float:
        """Return the seconds left. Raise TimeoutError if there are none."""
        return _left_s(self.deadline)

    def consume(self, received: int) -> None:
        """Subtract received bytes. Raise RequestRefused if they exceed the limit."""
        self._bytes_left -= received
        if self._bytes_left < self._reserved:
            raise RequestRefused("too_large", f"more bytes received than the limit of the {self._part}")

    @property
    def _part(self) -> str:
        return "head" if self._reserved else "body"


# urllib3 connects deep inside its pools, where a caller can pass nothing: the budget belongs to the thread.
_current = threading.local()


# The classes below are mixins: mypy sees what they are mixed into.
if TYPE_CHECKING:
    _SocketBase = socket.socket
    _ConnectionBase = HTTPConnection
else:
    _SocketBase = _ConnectionBase = object


def set_budget(budget: RequestBudget | None) -> None:
    """Apply the limits of `budget` to all that this thread sends and receives from now on."""
    _current.budget = budget


class _LimitedSocket(_SocketBase):
    """A socket whose receives end with the time left to the fetch.

    A timeout per receive would let a server occupy a thread forever with a byte now and then, in headers or body;
    http.client reads both through `recv_into`.
    """

    budget: RequestBudget | None = None

    def recv_into(self, *args: Any) -> int:
        if self.budget is None:
            return super().recv_into(*args)
        self.settimeout(self.budget.remaining_s())
        received = super().recv_into(*args)
        self.budget.consume(received)
        return received


class _PlainSocket(_LimitedSocket, socket.socket):
    pass


class _TLSSocket(_LimitedSocket, ssl.SSLSocket):
    pass


class _FinalResponse(http.client.HTTPResponse):
    """A response without the interim ones before it (RFC 9110, 15.2), of which Python skips only 100 Continue."""

    def begin(self) -> None:
        super().begin()
        while 100 < self.status < 200 and self.status != http.client.SWITCHING_PROTOCOLS:
            self.headers = self.msg = None  # type: ignore[assignment]  # as before the first response
            super().begin()
        _current.budget.end_head()


class _CheckedConnection(_ConnectionBase):
    """Resolves, checks and connects in one step: a second lookup could return another address (DNS rebinding)."""

    response_class = _FinalResponse

    def __init__(self, *args: Any, resolver: CheckedResolver, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._resolver = resolver

    def _new_conn(self) -> socket.socket:
        budget = _current.budget
        host = self.host.strip("[]")
        error: OSError | None = None
        for address in self._resolver.resolve(host, self.port, budget.remaining_s())[:_MAX_ADDRESSES_TRIED]:
            try:
                return connect(address, self.port, min(budget.connect_timeout_s, budget.remaining_s()))
            except OSError as failure:
                error = failure
        if isinstance(error, TimeoutError):
            raise ConnectTimeoutError(self, "no connection in time") from error
        raise NewConnectionError(self, str(error)) from error

    def connect(self) -> None:
        super().connect()
        _current.budget.has_connected = True

    def request(self, method: str, *args: Any, **kwargs: Any) -> None:
        budget = _current.budget
        if self.sock is not None and method != "GET":
            # The server may close a pooled connection at this moment, and only a GET can be sent a second time.
            self.close()
        if self.sock is None:
            self.connect()
        budget.is_reused = not budget.has_connected
        cast(_LimitedSocket, self.sock).budget = budget
        super().request(method, *args, **kwargs)


def connect(address: str, port: int, timeout_s: float) -> socket.socket:
    """Return a connection to an address that was checked."""
    sock = _PlainSocket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Applies to the TLS handshake too, which Python's ssl module limits as a whole.
        sock.settimeout(timeout_s)
        sock.connect((address, port))
    except BaseException:
        sock.close()
        raise
    return sock


def open_socket(settings: ClientSettings, host: str, port: int, deadline: float) -> socket.socket:
    """Return a connection to a host whose addresses were checked, of which the first two are tried.

    Raise RequestRefused or OSError.
    """
    error: OSError | None = None
    addresses = CheckedResolver(settings.allowed_hosts).resolve(host, port, _left_s(deadline))
    for address in addresses[:_MAX_ADDRESSES_TRIED]:
        try:
            return connect(address, port, min(settings.connect_timeout_s, _left_s(deadline)))
        except OSError as failure:
            error = failure
    raise error or OSError("no address")


def _left_s(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("total time limit reached")
    return left


class _PlainConnection(_CheckedConnection, HTTPConnection):
    pass


class _TLSConnection(_CheckedConnection, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


@cache
def tls_context(ca_file: str) -> ssl.SSLContext:
    """Return the process's TLS context: loading the authorities costs as much CPU as fifteen requests over TLS."""
    context = create_urllib3_context()
    context.load_verify_locations(ca_file)
    context.sslsocket_class = _TLSSocket
    return context


class CheckedAdapter(HTTPAdapter):
    """requests' adapter with checked connections, the shared TLS context, no proxies and no cookies."""

    def __init__(self, resolver: CheckedResolver, ca_file: str, pooled_hosts: int, connections_per_host: int) -> None:
        self._resolver = resolver
        self._tls = tls_context(ca_file)
        super().__init__(pool_connections=pooled_hosts, pool_maxsize=connections_per_host)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_PlainPool, resolver=self._resolver),
            "https": partial(_TLSPool, resolver=self._resolver),
        }

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "http":
            return host, {}
        return host, {"ssl_context": self._tls, "cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Do nothing: the context verifies. requests would load a bundle of authorities here for each host."""

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Return a response with the fields that the client reads; requests would also fill a cookie jar."""
        response = requests.Response()
        response.url = req.url or ""
        response.status_code = resp.status
        response.headers = resp.headers
        response.raw = resp
        return response
