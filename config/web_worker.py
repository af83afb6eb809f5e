"""The worker class of gunicorn for `make run` and the container: gunicorn's processes, waitress's connections.

waitress receives a whole request before a thread handles it, and sends the response without one. Slow, unfinished or
idle connections therefore take no thread from other people (docs/benchmarks.md compares servers). This file adds what
waitress lacks: time limits for a request, one request at a time, and closing old connections when there are too many.
Named by config/gunicorn.py.
"""

import copy
import logging
import os
import re
import signal
import socket
import time
import weakref
from types import FrameType
from typing import Any

from gunicorn.workers.base import Worker
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

log = logging.getLogger(__name__)

HEADER_LIMIT_S = 20  # from the first byte of a request to the end of its headers
REQUEST_LIMIT_S = 120  # to the end of its body: 6 MB take 50 s at 1 Mbit/s
IDLE_LIMIT_S = 30  # without a byte in either direction: keep-alive, silent clients
MAX_CONNECTIONS = 500  # per process; with files, below the usual limit of 1024 descriptors
MAX_HEADER_BYTES = 32 * 1024
MAX_BODY_BYTES = 6 * 1024 * 1024  # above MAX_OPML_BYTES of dashboards/forms/sources.py, the largest other upload
# The form of a post, and the API's pictures: four files of MAX_UPLOAD_BYTES (workplace/post_pictures.py), and texts.
WITH_PICTURES = re.compile(
    r"/(?:p/[0-9]+/calendar/posts/(?:new|[0-9]+/(?:edit|links))|api/v1/projects/[0-9]+/posts/[0-9]+/pictures)"
)
MAX_PICTURES_BYTES = 42 * 1024 * 1024  # waitress writes bodies to disk from 512 kB on
PICTURES_LIMIT_S = 400  # as REQUEST_LIMIT_S, at 1 Mbit/s
MAX_LARGE_REQUESTS = 20  # at one time in each process: what they take of the disk
CLEANUP_INTERVAL_S = 2


class LimitedParser(HTTPRequestParser):
    """A request and the time of its first byte. What follows it in the same packet is dropped, with the connection.

    No browser sends a request before the previous response. Without this, 100 requests for the largest page fit into
    one packet, and their responses would fill memory or hold a thread while the client does not read them.
    """

    adj: Adjustments

    def __init__(self, adj: Adjustments) -> None:
        super().__init__(adj)
        self.started_at = time.monotonic()
        self.limit_s = REQUEST_LIMIT_S

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        has_pictures = self.content_length >= MAX_BODY_BYTES and WITH_PICTURES.fullmatch(self.path)
        if has_pictures and len(_large_requests) < MAX_LARGE_REQUESTS:
            _large_requests.add(self)
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size, self.limit_s = MAX_PICTURES_BYTES, PICTURES_LIMIT_S

    def received(self, data: bytes) -> int:
        consumed = super().received(data)
        if self.completed and not self.empty and data[consumed:].strip():
            self.headers["CONNECTION"] = "close"
            return len(data)
        return consumed

    def is_overdue(self, now: float) -> bool:
        """Return whether the client has taken too long to send this request."""
        return now - self.started_at > (self.limit_s if self.headers_finished else HEADER_LIMIT_S)


# Those with pictures that are received or handled now in this process.
_large_requests: weakref.WeakSet[LimitedParser] = weakref.WeakSet()


class LimitedChannel(HTTPChannel):
    """A connection."""

    parser_class = LimitedParser

    @property
    def has_thread(self) -> bool:
        """Whether a request of this connection is being handled, or waits for a thread."""
        return bool(self.requests)


class LimitedServer(TcpWSGIServer):
    """The connections of one listening socket in this process."""

    channel_class = LimitedChannel

    def maintenance(self, now: float) -> None:
        """Close the connections that are idle or whose request is overdue; called every CLEANUP_INTERVAL_S."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            request = channel.request
            if request is not None and not channel.has_thread and request.is_overdue(time.monotonic()):
                channel.will_close = True

    def handle_accept(self) -> None:
        super().handle_accept()
        if len(self.active_channels) > MAX_CONNECTIONS:
            self._close_oldest()

    def _close_oldest(self) -> None:
        """Close the oldest connections without a running request: under attack those of the attacker, since others
        last for milliseconds.
        """
        waiting = [channel for channel in self.active_channels.values() if not channel.has_thread]
        oldest = sorted(waiting, key=lambda channel: channel.creation_time)[: MAX_CONNECTIONS // 10]
        for channel in oldest:
            channel.handle_close()
        log.warning("event=too_many_connections limit=%s closed=%s", MAX_CONNECTIONS, len(oldest))

    def is_busy(self) -> bool:
        """Return whether a request is being handled, or a response sent."""
        return any(channel.has_thread or channel.total_outbufs_len for channel in self.active_channels.values())


class BufferingWorker(Worker):
    """A process of gunicorn that serves its sockets with waitress until it is stopped."""

    def run(self) -> None:
        adjustments = Adjustments(
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            channel_timeout=IDLE_LIMIT_S,
            cleanup_interval=CLEANUP_INTERVAL_S,
            connection_limit=2 * MAX_CONNECTIONS,  # never reached: LimitedServer closes old ones before
            max_request_header_size=MAX_HEADER_BYTES,
            max_request_body_size=MAX_BODY_BYTES,
            clear_untrusted_proxy_headers=False,  # Django reads those that the setting HTTPS allows
            asyncore_use_poll=True,
            ident=None,
        )
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(self.cfg.threads)
        self._map: dict[int, Any] = {}
        self._servers += [self._serve(listener, adjustments) for listener in adjustments.sockets]
        while self.alive and self.ppid == os.getppid():
            self.notify()
            self._loop_once()
        self._finish()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        for server in self._servers:
            server.pull_trigger()  # ends the wait for connections

    def init_signals(self) -> None:
        self._servers: list[LimitedServer] = []
        super().init_signals()
        signal.set_wakeup_fd(-1)  # nothing reads gunicorn's pipe here

    def _serve(self, listener: socket.socket, adjustments: Adjustments) -> LimitedServer:
        return LimitedServer(
            self.wsgi,
            map=self._map,
            _sock=listener,
            dispatcher=self._dispatcher,
            adj=adjustments,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )

    def _loop_once(self) -> None:
        self._servers[0].asyncore.loop(timeout=1, use_poll=True, map=self._map, count=1)

    def _finish(self) -> None:
        """Accept no more connections, finish the requests in progress and send their responses."""
        deadline = time.monotonic() + self.cfg.graceful_timeout
        for server in self._servers:
            server.accepting = False
            server.socket.close()
            server.del_channel()
        while time.monotonic() < deadline and any(server.is_busy() for server in self._servers):
            self.notify()
            self._loop_once()
        self._dispatcher.shutdown(timeout=0.5)
