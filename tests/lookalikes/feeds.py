"""A web server on loopback that responds like real servers, valid and malformed, for tests and benchmarks of polling.

    with FeedServer() as server:
        server.put("/feed.xml", body=b"<rss/>", etag='"1"')
        server.put("/old", status=301, location="/feed.xml")
        server.put("/dead-slow", fault="slow body", body=b"x" * 1000)
        http_client.fetch(server.url("/feed.xml"))
        assert server.requests[-1].headers["if-none-match"] == '"1"'

It runs an asyncio loop in its own thread and renders responses when they are put, to cost a benchmark little.
`FeedServerProcess` is the same in its own process.
"""

import asyncio
import gzip
import multiprocessing
import socket
import ssl
import struct
import tempfile
import threading
import time
import zlib
from collections import deque
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Literal

import trustme

# hang: never responds. reset: RST instead of a response. drop: closes a reused connection without a response. slow
# headers, slow body: one byte every `drip_s` seconds. raw: `body` is the complete response, including its head.
Fault = Literal["", "hang", "reset", "drop", "slow headers", "slow body", "raw"]

_MEGABYTE_OF_ZEROS = bytes(1024 * 1024)
GARBAGE = b"\x16\x03\x01\x00 this is not HTTP\r\n\r\n"


def cut_short(body: bytes) -> bytes:
    """Return a raw response that announces 100 bytes more than it sends."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body) + 100, body)


def cut_in_a_chunk(body: bytes) -> bytes:
    """Return a raw chunked response that ends in the middle of its second chunk."""
    first = b"%x\r\n%s\r\n" % (len(body), body)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + first + b"ffff\r\nhalf"


def gzip_bomb(size: int) -> bytes:
    """Return `size` (megabytes, in bytes) zero bytes, gzipped to a thousandth."""
    check = reduce(lambda check, _: zlib.crc32(_MEGABYTE_OF_ZEROS, check), range(size // len(_MEGABYTE_OF_ZEROS)), 0)
    return b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + _deflated_zeros(size) + struct.pack("<II", check, size)


def deflate_bomb(size: int) -> bytes:
    """Return `size` (megabytes, in bytes) zero bytes, deflated to a thousandth."""
    return b"\x78\xda" + _deflated_zeros(size) + struct.pack(">HH", size % 65521, 1)


def _deflated_zeros(size: int) -> bytes:
    """Deflate one megabyte and repeat the result, which a full flush allows: deflating all would take seconds."""
    compressor = zlib.compressobj(9, wbits=-15)
    block = compressor.compress(_MEGABYTE_OF_ZEROS) + compressor.flush(zlib.Z_FULL_FLUSH)
    return block * (size // len(_MEGABYTE_OF_ZEROS)) + compressor.flush()


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Route:
    """The response of one path. `gzipped` compresses it for clients that accept that; `encoding` is that of `body`."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/rss+xml; charset=utf-8"
    etag: str = ""
    last_modified: str = ""
    location: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    gzipped: bool = False
    encoding: str = ""
    latency_s: float = 0.0
    fault: Fault = ""
    drip_s: float = 0.05


class _Responses:
    """The responses of a route as bytes, rendered once."""

    def __init__(self, route: Route) -> None:
        self.route = route
        if route.fault == "raw":
            self.plain = self.gzipped = route.body
            return
        self.plain = _render(route, route.status, route.body, route.encoding)
        self.gzipped = _render(route, route.status, gzip.compress(route.body), "gzip") if route.gzipped else self.plain
        self.not_modified = _render(route, 304, None, "")

    def choose(self, headers: dict[str, str]) -> bytes:
        route = self.route
        if "if-none-match" in headers:
            if route.etag and headers["if-none-match"] == route.etag:
                return self.not_modified
        elif route.last_modified and headers.get("if-modified-since") == route.last_modified:
            return self.not_modified
        return self.gzipped if "gzip" in headers.get("accept-encoding", "") else self.plain


def _render(route: Route, status: int, body: bytes | None, encoding: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Status"]
    for name, value in (
        ("ETag", route.etag),
        ("Last-Modified", route.last_modified),
        ("Location", route.location),
        ("Content-Encoding", encoding),
        ("Content-Type", route.content_type if body is not None else ""),
    ):
        if value:
            lines.append(f"{name}: {value}")
    lines += [f"{name}: {value}" for name, value in route.headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


class _Connection(asyncio.Protocol):
    """A connection, kept open until the client closes it."""

    def __init__(self, server: "FeedServer") -> None:
        self._server = server
        self._pending = b""
        self._served = 0
        self._drip: asyncio.Task | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._server._open.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._server._open.discard(self._transport)
        if self._drip:
            self._drip.cancel()

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"\x16\x03"):
            # A TLS handshake on a plain port: respond like nginx and Apache.
            self._transport.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            self._transport.close()
            return
        self._pending += data
        while (end := self._pending.find(b"\r\n\r\n")) >= 0:
            head, self._pending = self._pending[:end], self._pending[end + 4 :]
            first, *lines = head.decode("latin-1").split("\r\n")
            method, path, _ = first.split(" ", 2)
            headers = {}
            for line in lines:
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            self._server._received(Request(method, path, headers))
            self._respond(self._server._routes.get(path) or _NOT_FOUND, headers)
            self._served += 1

    def _respond(self, responses: _Responses, headers: dict[str, str]) -> None:
        route = responses.route
        if route.fault == "hang":
            return
        if route.fault == "reset":
            # With a linger time of 0 the kernel sends RST instead of FIN.
            linger = struct.pack("ii", 1, 0)
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._transport.abort()
            return
        if route.fault == "drop" and self._served:
            self._transport.close()
            return
        response = responses.choose(headers)
        latency_s = route.latency_s or self._server.latency_s
        if route.fault in ("slow headers", "slow body"):
            fast = 0 if route.fault == "slow headers" else response.index(b"\r\n\r\n") + 4
            self._drip = asyncio.ensure_future(self._drip_out(response, fast, route.drip_s))
        elif latency_s:
            asyncio.get_running_loop().call_later(latency_s, self._send, response, route)
        else:
            self._send(response, route)

    def _send(self, response: bytes, route: Route) -> None:
        self._transport.write(response)
        if route.fault == "raw":
            self._transport.close()

    async def _drip_out(self, response: bytes, fast: int, drip_s: float) -> None:
        """Send the first `fast` bytes immediately, the others one by one."""
        self._transport.write(response[:fast])
        for position in range(fast, len(response)):
            await asyncio.sleep(drip_s)
            self._transport.write(response[position : position + 1])


_NOT_FOUND = _Responses(Route(status=404, body=b"nothing here"))


class FeedServer:
    """A server on one free port of every address in `hosts` (127.0.0.0/8, ::1), from `start` to `stop`.

    With `tls`, each address has a certificate of the server's own authority (`ca_file`), or one for the name
    `certificate_for`. `latency_s` delays every response. `log=False` counts requests without storing them. `put`,
    `requests` and `count` may be used from any thread.
    """

    def __init__(
        self,
        hosts: tuple[str, ...] = ("127.0.0.1",),
        *,
        tls: bool = False,
        certificate_for: str = "",
        latency_s: float = 0.0,
        log: bool = True,
    ) -> None:
        self.hosts = hosts
        self.latency_s = latency_s
        self.port = 0
        self.count = 0
        self.requests: deque[Request] = deque(maxlen=100_000 if log else 0)
        self.ca_file = ""
        self._tls = tls
        self._certificate_for = certificate_for
        self._routes: dict[str, _Responses] = {}
        self._open: set[asyncio.Transport] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._folder: tempfile.TemporaryDirectory | None = None

    def __enter__(self) -> "FeedServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> "FeedServer":
        authority = self._make_authority() if self._tls else None
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(authority), self._loop).result(10)
        return self

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        if self._folder:
            self._folder.cleanup()

    def put(self, path: str, **route) -> str:
        """Add or replace the route at `path` (fields of `Route`). Return its URL."""
        if isinstance(route.get("headers"), dict):
            route["headers"] = tuple(route["headers"].items())
        self._routes[path] = _Responses(Route(**route))
        return self.url(path)

    def url(self, path: str = "/", host: str = "") -> str:
        host = host or self.hosts[0]
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self._tls else 'http'}://{shown}:{self.port}{path}"

    def requests_for(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def _received(self, request: Request) -> None:
        self.count += 1
        self.requests.append(request)

    def _make_authority(self) -> trustme.CA:
        authority = trustme.CA()
        self._folder = tempfile.TemporaryDirectory(prefix="vigie-feeds-")
        self.ca_file = str(Path(self._folder.name) / "ca.pem")
        authority.cert_pem.write_to_path(self.ca_file)
        return authority

    async def _listen(self, authority: trustme.CA | None) -> None:
        self._servers = []
        for host in self.hosts:
            context = None
            if authority:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                authority.issue_cert(self._certificate_for or host).configure_cert(context)
            server = await self._loop.create_server(
                lambda: _Connection(self), host, self.port, ssl=context, backlog=512, reuse_address=True
            )
            self.port = server.sockets[0].getsockname()[1]
            self._servers.append(server)

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for transport in list(self._open):
            transport.abort()
        await asyncio.sleep(0)


class FeedServerProcess:
    """A `FeedServer` in its own process, with the same arguments, for benchmarks. `put_many` fills it quickly."""

    def __init__(self, *args, **kwargs) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, child_pipe = context.Pipe()
        self._process = context.Process(target=_serve, args=(child_pipe, args, kwargs), daemon=True)

    def __enter__(self) -> "FeedServerProcess":
        self._process.start()
        self.hosts, self.port, self.ca_file, self._scheme = self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(None)
        self._process.join(10)

    def put_many(self, routes: dict[str, dict]) -> None:
        """Add or replace routes, given as path -> fields of `Route`."""
        self._pipe.send(routes)
        self._pipe.recv()

    def put(self, path: str, **route) -> str:
        self.put_many({path: route})
        return self.url(path)

    def url(self, path: str = "/", host: str = "") -> str:
        return f"{self._scheme}://{host or self.hosts[0]}:{self.port}{path}"

    def count(self) -> int:
        """Return the number of requests received so far."""
        self._pipe.send({})
        return self._pipe.recv()


def _serve(pipe, args: tuple, kwargs: dict) -> None:
    with FeedServer(*args, **kwargs) as server:
        pipe.send((server.hosts, server.port, server.ca_file, server.url().partition(":")[0]))
        while (routes := pipe.recv()) is not None:
            for path, route in routes.items():
                server.put(path, **route)
            pipe.send(server.count)
