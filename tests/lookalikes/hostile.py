"""A server on loopback that misbehaves in every way that servers do, by accident or on purpose.

    with HostileServer() as server:
        http_client.fetch(server.url(BEHAVIORS["endless body"]))

Each `Behavior` has a name, a function that talks to one client, and the error codes that a poll of it may end with
("" if its entries are read). The behaviors are in tests/lookalikes/hostile_protocol.py, hostile_redirects.py and
hostile_bodies.py; tests run them against the HTTP client and the poller.
"""

import contextlib
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import trustme

# The most that one connection sends, to end a failing test too.
_MAX_SENT = 64 * 1024 * 1024
_MAX_CONNECTION_S = 20.0
_BLOCK = 64 * 1024

ITEM = b"<item><title>Lumen lance une lampe</title><link>https://phare.example/1</link><guid>1</guid></item>"
FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Le Phare</title>' + ITEM + b"</channel></rss>"


class Peer:
    """One connection of a client, after its request was read. `path` is that of the request."""

    def __init__(self, connection: socket.socket, server: "HostileServer") -> None:
        self.connection = connection
        self.server = server
        self.path = ""
        self.sent = 0
        self.ends_at = time.monotonic() + _MAX_CONNECTION_S

    def read_request(self) -> bool:
        """Read a request without a body. Return False if the client has closed the connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            received = self.connection.recv(_BLOCK)
            if not received:
                return False
            data += received
        self.path = data.split(b" ", 2)[1].decode("ascii")
        return True

    def send(self, data: bytes) -> None:
        self.sent += len(data)
        if self.sent > _MAX_SENT or time.monotonic() > self.ends_at:
            raise ConnectionAbortedError("the client has read more than any client should")
        self.connection.sendall(data)

    def flood(self, data: bytes) -> None:
        """Send `data` again and again until the client closes the connection."""
        block = data * max(1, _BLOCK // len(data))
        while True:
            self.send(block)

    def drip(self, data: bytes, interval_s: float = 0.02) -> None:
        """Send `data` byte by byte, again and again, until the client closes the connection."""
        while True:
            for position in range(len(data)):
                self.send(data[position : position + 1])
                time.sleep(interval_s)

    def hang(self) -> None:
        """Send nothing more, until the client closes the connection."""
        self.connection.settimeout(_MAX_CONNECTION_S)
        while self.connection.recv(_BLOCK):
            pass

    def reset(self) -> None:
        """Close the connection with RST: with a linger time of 0 the kernel sends it instead of FIN."""
        time.sleep(0.02)  # enough for earlier bytes to arrive
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def start_tls(self, certificate_for: str = "127.0.0.1", **certificate) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.authority.issue_cert(certificate_for, **certificate).configure_cert(context)
        self.connection = context.wrap_socket(self.connection, server_side=True)


@dataclass(frozen=True)
class Behavior:
    """`codes` are the possible error codes of a poll. `hangs` ends only by the client's own time limit.

    `scheme` is set for one that has a port of its own, because it acts before a request is read.
    """

    name: str
    act: Callable[[Peer], None]
    codes: frozenset[str]
    hangs: bool = False
    scheme: str = ""

    def __str__(self) -> str:
        return self.name


def behavior(name: str, *codes: str, hangs: bool = False, scheme: str = "") -> Callable:
    """Decorate a function that acts on a `Peer`; it becomes a `Behavior`."""
    return lambda act: Behavior(name, act, frozenset(codes), hangs, scheme)


def sends(name: str, response: bytes, *codes: str) -> Behavior:
    """Return a behavior that sends a complete response and closes the connection."""
    return Behavior(name, lambda peer: peer.send(response), frozenset(codes))


def head(*lines: str | bytes, status: str = "HTTP/1.1 200 OK") -> bytes:
    """Return the head of a response, its empty line included."""
    encoded = [line if isinstance(line, bytes) else line.encode("latin-1") for line in (status, *lines)]
    return b"\r\n".join([*encoded, b"", b""])


def feed_response(*lines: str | bytes, body: bytes = FEED, status: str = "HTTP/1.1 200 OK") -> bytes:
    """Return a response with a body, its length, and further header lines."""
    return head("Content-Type: application/rss+xml", f"Content-Length: {len(body)}", *lines, status=status) + body


def chunked(*parts: bytes) -> bytes:
    """Return a chunked response of `parts`, which hold their own sizes."""
    return head("Transfer-Encoding: chunked") + b"".join(parts)


class HostileServer:
    """Serves behaviors by path, and those with a scheme on a port of their own, from `__enter__` to `__exit__`."""

    def __init__(self, behaviors: list[Behavior]) -> None:
        self.authority = trustme.CA()
        self._paths: dict[str, Behavior] = {}
        self._urls: dict[str, str] = {}
        self._listeners: list[socket.socket] = []
        shared = self._listen(None)
        for number, each in enumerate(behaviors):
            if each.scheme:
                self._urls[each.name] = f"{each.scheme}://127.0.0.1:{self._listen(each)}/"
            else:
                self._paths[f"/{number}"] = each
                self._urls[each.name] = f"http://127.0.0.1:{shared}/{number}"
        self.shared_port = shared

    def __enter__(self) -> "HostileServer":
        self._folder = tempfile.TemporaryDirectory(prefix="vigie-hostile-")
        self.ca_file = str(Path(self._folder.name) / "ca.pem")
        self.authority.cert_pem.write_to_path(self.ca_file)
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._listeners:
            listener.close()
        self._folder.cleanup()

    def url(self, each: Behavior) -> str:
        return self._urls[each.name]

    def act(self, peer: Peer) -> None:
        """Let the behavior at the path of a request act. "/12/more" too: it may redirect below its own path."""
        found = self._paths.get("/" + peer.path.split("/")[1])
        if found:
            found.act(peer)
        else:
            peer.send(head(status="HTTP/1.1 404 x"))

    def _listen(self, only: Behavior | None) -> int:
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listeners.append(listener)
        threading.Thread(target=self._accept, args=(listener, only), daemon=True).start()
        return listener.getsockname()[1]

    def _accept(self, listener: socket.socket, only: Behavior | None) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection, only), daemon=True).start()

    def _serve(self, connection: socket.socket, only: Behavior | None) -> None:
        """Serve one connection. Errors are those of a client that closes it, which is what a behavior asks for."""
        connection.settimeout(_MAX_CONNECTION_S)
        peer = Peer(connection, self)
        with contextlib.suppress(OSError):
            if only:
                only.act(peer)
            elif peer.read_request():
                self.act(peer)
        with contextlib.suppress(OSError):
            # Read what the client still sends, or the kernel would answer it with RST and discard what was sent.
            peer.connection.shutdown(socket.SHUT_WR)
            peer.connection.settimeout(1)
            while peer.connection.recv(_BLOCK):
                pass
        peer.connection.close()
