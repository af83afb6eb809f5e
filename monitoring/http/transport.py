"""The transport under the door: a requests adapter whose connections go to the checked address, verify TLS with one
shared context, and stop at the deadline and byte limit of the fetch that uses them.

Called by `fetch.py` only: one `GuardedAdapter` a process, one `Flight` a fetch.
"""

import logging
import socket
import ssl
import threading
import time
from functools import cache, partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from monitoring.http.ssrf import Guard, Refused

# urllib3 warns of each malformed header with a traceback and the whole URL, and of each connection that it does not
# keep: the first is the sender's affair, the second is meant.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

# A host whose first address is dead is often alive at another (broken IPv6): one more is tried.
_MAX_ADDRESSES_TRIED = 2


class Flight:
    """What one fetch may still use: time until `deadline` (monotonic seconds) and bytes from the wire."""

    __slots__ = ("bytes_left", "connect_timeout_s", "deadline", "fresh", "reused")

    def __init__(self, deadline: float, connect_timeout_s: float, bytes_left: int) -> None:
        self.deadline = deadline
        self.connect_timeout_s = connect_timeout_s
        self.bytes_left = bytes_left
        self.board()

    def board(self) -> None:
        """Called before each request: `reused` will say whether it went out on a connection kept from before."""
        self.fresh = False
        self.reused = False

    def remaining_s(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("total time limit reached")
        return left

    def took(self, received: int) -> None:
        self.bytes_left -= received
        if self.bytes_left < 0:
            raise Refused("too_large", "more bytes on the wire than the limit")


# urllib3 makes connections deep inside its pools; the thread is the only thing the caller shares with them.
_under_way = threading.local()


def take_off(flight: Flight | None) -> None:
    """Puts everything this thread now sends and receives under the limits of `flight`."""
    _under_way.flight = flight


class _LimitedSocket:
    """Every receive waits for what is left of the fetch's time at most.

    A timeout for each receive alone would let a server that sends a byte now and then hold a thread for ever, in the
    headers as in the body; http.client reads both through `recv_into`.
    """

    flight: Flight | None = None

    def recv_into(self, *args: Any) -> int:
        if self.flight is None:
            return super().recv_into(*args)
        self.settimeout(self.flight.remaining_s())
        received = super().recv_into(*args)
        self.flight.took(received)
        return received


class _PlainSocket(_LimitedSocket, socket.socket):
    pass


class _TLSSocket(_LimitedSocket, ssl.SSLSocket):
    pass


class _GuardedConnection:
    """Resolves, checks and connects in one step, so that no second lookup can give another address."""

    def __init__(self, *args: Any, guard: Guard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._guard = guard

    def _new_conn(self) -> socket.socket:
        flight = _under_way.flight
        host = self.host.strip("[]")
        error: OSError | None = None
        for address in self._guard.addresses(host, self.port, flight.remaining_s())[:_MAX_ADDRESSES_TRIED]:
            try:
                return _connect(address, self.port, min(flight.connect_timeout_s, flight.remaining_s()))
            except OSError as failure:
                error = failure
        if isinstance(error, TimeoutError):
            raise ConnectTimeoutError(self, "no connection in time") from error
        raise NewConnectionError(self, str(error)) from error

    def connect(self) -> None:
        super().connect()
        _under_way.flight.fresh = True

    def request(self, *args: Any, **kwargs: Any) -> None:
        flight = _under_way.flight
        if self.sock is None:
            self.connect()
        flight.reused = not flight.fresh
        self.sock.flight = flight
        super().request(*args, **kwargs)


def _connect(address: str, port: int, timeout_s: float) -> socket.socket:
    sock = _PlainSocket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Stays set for the TLS handshake, which OpenSSL's binding limits as a whole.
        sock.settimeout(timeout_s)
        sock.connect((address, port))
    except BaseException:
        sock.close()
        raise
    return sock


class _PlainConnection(_GuardedConnection, HTTPConnection):
    pass


class _TLSConnection(_GuardedConnection, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


@cache
def tls_context(ca_file: str) -> ssl.SSLContext:
    """The one TLS context of a process: reading the authorities costs the CPU of fifteen requests over TLS."""
    context = create_urllib3_context()
    context.load_verify_locations(ca_file)
    context.sslsocket_class = _TLSSocket
    return context


class GuardedAdapter(HTTPAdapter):
    """requests' adapter with the guard's connections, the shared TLS context, no proxies and no cookies."""

    def __init__(self, guard: Guard, ca_file: str, hosts_kept: int, connections_per_host: int) -> None:
        self._guard = guard
        self._tls = tls_context(ca_file)
        super().__init__(pool_connections=hosts_kept, pool_maxsize=connections_per_host)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_PlainPool, guard=self._guard),
            "https": partial(_TLSPool, guard=self._guard),
        }

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "http":
            return host, {}
        return host, {"ssl_context": self._tls, "cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to add: the context verifies. requests would name a bundle here, read again for each host."""

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Only what the door reads; requests would also feed a cookie jar."""
        response = requests.Response()
        response.url = req.url
        response.status_code = resp.status
        response.headers = resp.headers
        response.raw = resp
        return response
