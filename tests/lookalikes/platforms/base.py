"""The base of the look-alikes of platforms: a server on 127.0.0.1 that has posts and responds like the platform's API.

    with HackerNewsServer() as server:
        server.posts = make_posts(250)
        server.fail(429, headers={"Retry-After": "30"})     # the next request
        result = poll(server, query="lumen")
        assert server.requests[-1].path == "/search_by_date"

Each platform has a subclass that renders posts in its own format, with paging, credentials and limits. JSON objects
get fields that no documentation names, since platforms add some without notice.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Post:
    """An item of a platform, in no platform's format. `number` increases with time."""

    number: int
    text: str
    published: datetime
    author: str = "ada"
    name: str = "Ada Lumière"
    title: str = ""
    edited: datetime | None = None
    is_deleted: bool = False
    # The platform's search finds it only from this time on.
    indexed: datetime | None = None
    likes: int = 3
    replies: int = 2
    shares: int = 1
    views: int = 40
    rating: int = 4


def make_posts(
    count: int, *, now: datetime = NOW, every: timedelta = timedelta(minutes=7), first: int = 1
) -> list[Post]:
    """Return posts from older to newer, the newest a minute before `now`. Each names Lumen and has its number."""
    return [
        Post(
            number=first + index,
            text=f"Ma lampe Lumen n° {first + index} & l’été <3",
            title=f"Lumen {first + index}: l’avis d’Ada & co",
            published=now - timedelta(minutes=1) - (count - 1 - index) * every,
            author=f"ada{(first + index) % 5}",
        )
        for index in range(count)
    ]


@dataclass(frozen=True)
class Received:
    """A request. `query` has the first value of each parameter, `json` and `form` the decoded body."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    raw_query: str = ""
    at: float = field(default_factory=time.monotonic)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Reply:
    """A response. A body that is no bytes is sent as JSON."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    delay_s: float = 0.0


# Responses that are no items, and the code of the error that each is.
HTTP_FAILURES = {
    "HTML page": (Reply(b"<!doctype html><title>Oops</title>", content_type="text/html"), "unexpected_response"),
    "truncated JSON": (Reply(b'{"items": [{"id": 1'), "unexpected_response"),
    "empty body": (Reply(b""), "unexpected_response"),
    "no JSON": (Reply(b"[]" * 3), "unexpected_response"),
    "another shape": (Reply({"strange": True}), "unexpected_response"),
    "500": (Reply(b"Internal error", 500, content_type="text/plain"), "server_error"),
    "503": (Reply(b"Over capacity", 503, content_type="text/html"), "unavailable"),
    "slow": (Reply({"slow": True}, delay_s=3), "timeout"),
}


class PlatformServer:
    """A server with posts. A subclass sets the attributes and implements `respond`, `native_id` and `permalink`.

    `valid` are the secrets that it accepts; without credentials it is empty. `limit` is how many requests it allows
    before it responds 429 with `limit_headers`.
    """

    platform: ClassVar[str]
    settings: ClassVar[dict[str, str]] = {}
    secrets: ClassVar[dict[str, str]] = {}
    # The names of the secrets that the platform accepts in the query of a URL only.
    secrets_in_query: ClassVar[frozenset[str]] = frozenset()
    # Fields of an entry that the platform does not give.
    lacks: ClassVar[frozenset[str]] = frozenset()
    # JSON can hold characters that Postgres can't store; XML, HTML and mail can't.
    sends_json: ClassVar[bool] = True
    # The status of a rejected credential.
    rejected_status: ClassVar[int] = 401
    # The most items of one page, and how many items it reaches at all (None: all).
    page_size: ClassVar[int] = 100
    reach: ClassVar[int | None] = None
    # How far back the first poll has to read for these tests, where the platform's own default is too short.
    first_poll: ClassVar[timedelta | None] = None
    failures: ClassVar[dict[str, tuple[Reply, str]]] = HTTP_FAILURES
    # The certificates that clients trust, "" for those of the web.
    ca_file = ""
    scheme = "http"

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.now = NOW
        self.requests: list[Received] = []
        self.valid = dict(self.secrets)
        self.malformed: set[int] = set()
        self._failures: deque[Reply] = deque()
        self._server = self._listen()
        self.url = f"{self.scheme}://127.0.0.1:{self._server.server_address[1]}"

    def _listen(self) -> Any:
        """Return the server: one for HTTP, unless a subclass speaks something else."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Headers and body are two writes; without this, the second one waits 40 ms for an acknowledgment.
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                outer._handle(self)

            do_POST = do_GET

            def log_message(self, *args: Any) -> None:
                """Print no access log."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        return server

    def __enter__(self) -> "PlatformServer":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    # For subclasses to implement.

    def respond(self, request: Received) -> Reply:
        raise NotImplementedError

    def native_id(self, post: Post) -> str:
        raise NotImplementedError

    def permalink(self, post: Post) -> str:
        raise NotImplementedError

    def is_accepted(self, request: Received) -> bool:
        """Return whether the request has a valid credential, if the platform needs one."""
        return True

    def rejection(self) -> Reply:
        """Return the response to a request without a valid credential."""
        return Reply({"error": "unauthorized"}, self.rejected_status)

    def rate_limited(self) -> Reply:
        """Return the response to one request too many."""
        return Reply({"error": "Too many requests"}, 429, {"Retry-After": "30"})

    def expected(self, post: Post, name: str) -> float | None:
        """Return a count or the rating that an entry has of a post, None if the platform does not give it."""
        return None if name in self.lacks else getattr(post, name)

    # For tests to call.

    def fail(self, status: int = 500, body: Any = b"", times: int = 1, **reply: Any) -> None:
        """Respond this to the next requests instead."""
        self._failures.extend([Reply(body, status, **reply)] * times)

    def fail_with(self, reply: Reply) -> None:
        self._failures.append(reply)

    def known(self, ids: Iterable[str]) -> list[Post]:
        """Return the posts with these native ids that aren't deleted, as a lookup finds them."""
        wanted = set(ids)
        return [post for post in self.posts if not post.is_deleted and self.native_id(post) in wanted]

    def visible(self, *, newest_first: bool = True) -> list[Post]:
        """Return the posts that a search finds now."""
        found = [post for post in self.posts if not post.is_deleted and (post.indexed or self.now) <= self.now]
        return sorted(found, key=lambda post: (post.published, post.number), reverse=newest_first)

    def change(self, number: int, **changes: Any) -> None:
        self.posts = [replace(post, **changes) if post.number == number else post for post in self.posts]

    # The server itself.

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Received(handler.command, parts.path, query, headers, body, parts.query)
        self.requests.append(request)
        reply = self._reply(request)
        time.sleep(reply.delay_s)
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        try:
            handler.send_response(reply.status)
            for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)
        except OSError:
            handler.close_connection = True

    def _reply(self, request: Received) -> Reply:
        if self._failures:
            return self._failures.popleft()
        if not self.is_accepted(request):
            return self.rejection()
        reply = self.respond(request)
        return replace(reply, body=self._spoiled(reply.body)) if not isinstance(reply.body, bytes) else reply

    def _spoiled(self, value: Any) -> Any:
        """Return JSON with further fields in each object."""
        if isinstance(value, dict):
            return {"x_new_field": {"deep": [1, None]}} | {name: self._spoiled(item) for name, item in value.items()}
        return [self._spoiled(item) for item in value] if isinstance(value, list) else value
