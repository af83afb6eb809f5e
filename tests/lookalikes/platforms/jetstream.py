"""A Jetstream server: WebSocket events with replay from a cursor, and `getProfiles` of the AppView at its address.

Connections stay open and get what `publish` sends, and posts whose time comes as the test moves `now`. Tests can break
them: `close_after`, `interrupt`, `send_raw`.
"""

import json
import logging
import re
import socket
import time
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from tests.lookalikes.platforms.base import NOW, PlatformServer, Post, Received, Reply

COLLECTION = "app.bsky.feed.post"
QUIET = logging.getLogger("tests.jetstream")
QUIET.setLevel(logging.CRITICAL)
_EPOCH = datetime(1970, 1, 1, tzinfo=NOW.tzinfo)


def microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def did_of(author: str) -> str:
    return f"did:plc:{author.ljust(24, 'x')}"


class JetstreamServer(PlatformServer):
    platform = "jetstream"
    lacks = frozenset({"title", "author", "name", "likes", "replies", "shares", "views", "rating"})
    page_size = 1_000
    first_poll = timedelta(days=60)
    failures = {
        "no stream": (Reply(b"<!doctype html><title>Oops</title>", content_type="text/html"), "protocol"),
        "redirect": (Reply(b"", 302, {"Location": "http://169.254.169.254/subscribe"}), "bad_redirect"),
        "400": (Reply(b"invalid cursor", 400, content_type="text/plain"), "http_error"),
        "500": (Reply(b"Internal error", 500, content_type="text/plain"), "server_error"),
        "503": (Reply(b"service not ready", 503, content_type="text/plain"), "unavailable"),
        "slow": (Reply(b"", delay_s=3), "timeout"),
    }

    def __init__(self) -> None:
        super().__init__()
        self.retention = timedelta(days=60)
        self.events: list[dict[str, Any]] = []
        self.profiles: dict[str, dict[str, Any]] = {}
        self.profile_requests: list[list[str]] = []
        self.profile_status = 200
        self.is_silent = False
        self.close_after: int | None = None
        self.connections: set[ServerConnection] = set()
        self.connected_at: list[float] = []

    def _listen(self) -> Any:
        return _Listener(self)

    # Events.

    def native_id(self, post: Post) -> str:
        return f"at://{did_of(post.author)}/{COLLECTION}/3k{post.number}"

    def permalink(self, post: Post) -> str:
        return f"https://bsky.app/profile/{did_of(post.author)}/post/3k{post.number}"

    def event(self, post: Post, operation: str = "create", at: datetime | None = None) -> dict[str, Any]:
        """Return the event of a post."""
        at = at or post.edited or post.indexed or post.published
        commit: dict[str, Any] = {
            "rev": f"r{post.number}",
            "operation": operation,
            "collection": COLLECTION,
            "rkey": f"3k{post.number}",
        }
        if operation != "delete":
            created = post.published.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            commit["record"] = {"$type": COLLECTION, "text": post.text, "createdAt": created, "langs": ["fr"]}
            commit["cid"] = "bafyreiexample"
        if post.number in self.malformed:
            commit["record"] = {"$type": COLLECTION, "text": ["no", "text"]}
        return self._spoiled(
            {"did": did_of(post.author), "time_us": microseconds(at), "kind": "commit", "commit": commit}
        )

    def account_event(self, did: str, at: datetime, **account: Any) -> dict[str, Any]:
        account = {"active": True, "did": did, "seq": 7, "time": at.isoformat(), **account}
        return {"did": did, "time_us": microseconds(at), "kind": "account", "account": account}

    def publish(self, *events: dict[str, Any]) -> None:
        """Send events to all connections, and later to those that replay them."""
        self.events.extend(events)

    def send_raw(self, message: str | bytes) -> None:
        """Send a message that no replay repeats."""
        for connection in list(self.connections):
            connection.send(message)

    def interrupt(self) -> None:
        """Cut all connections without a closing handshake."""
        for connection in list(self.connections):
            with suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)

    def history(self) -> list[dict[str, Any]]:
        """Return the events that the server has now, in their order."""
        posts = [self.event(post, "update" if post.edited else "create") for post in self.visible()]
        oldest = microseconds(self.now - self.retention)
        found = [event for event in [*posts, *self.events] if event["time_us"] >= oldest]
        return sorted(found, key=lambda event: event["time_us"])

    # HTTP.

    def respond(self, request: Received) -> Reply:
        assert request.path == "/subscribe"
        assert request.query["wantedCollections"] == COLLECTION
        assert "permessage-deflate" not in request.headers.get("sec-websocket-extensions", "")
        return Reply(b"", 101)

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Return the response to a request, None to open a stream."""
        parts = urlsplit(request.path)
        if parts.path.endswith("app.bsky.actor.getProfiles"):
            return _response(self._profiles(parse_qs(parts.query)["actors"]))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in request.headers.raw_items()}
        received = Received("GET", parts.path, query, headers, raw_query=parts.query)
        self.requests.append(received)
        self.connected_at.append(time.monotonic())
        reply = self._reply(received)
        time.sleep(reply.delay_s)
        return None if reply.status == 101 else _response(reply)

    def _profiles(self, dids: list[str]) -> Reply:
        self.profile_requests.append(dids)
        if self.profile_status != 200:
            return Reply({"error": "InternalServerError"}, self.profile_status)
        assert len(dids) <= 25
        return Reply({"profiles": [self.profiles[did] for did in dids if did in self.profiles]})

    def stream(self, connection: ServerConnection) -> None:
        """Send the history from the cursor on, then what is new, until the client leaves."""
        request = connection.request
        assert request is not None
        cursor = re.search(r"[?&]cursor=(\d+)", request.path)
        since = int(cursor[1]) if cursor else 0
        sent = set() if cursor else {json.dumps(event) for event in self.history()}
        count = 0
        self.connections.add(connection)
        try:
            while True:
                for event in [] if self.is_silent else self.history():
                    message = json.dumps(event)
                    if event["time_us"] < since or message in sent:
                        continue
                    if count == self.close_after:
                        connection.close(1001, "restarting")
                        return
                    connection.send(message)
                    sent.add(message)
                    count += 1
                try:
                    connection.recv(0.02)
                except TimeoutError:
                    continue
        except (ConnectionClosed, OSError):
            return
        finally:
            self.connections.discard(connection)


def _response(reply: Reply) -> Response:
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    headers = Headers({"Content-Type": reply.content_type, "Content-Length": str(len(body)), "Connection": "close"})
    headers.update(reply.headers)
    return Response(reply.status, HTTPStatus(reply.status).phrase, headers, body)


class _Listener:
    """The server with the methods that `PlatformServer` calls."""

    def __init__(self, outer: JetstreamServer) -> None:
        self.outer = outer
        self.server: Server = serve(
            outer.stream,
            "127.0.0.1",
            0,
            process_request=outer.answer,
            compression=None,
            ping_interval=None,
            logger=QUIET,
        )
        self.server_address = self.server.socket.getsockname()

    def serve_forever(self, poll_interval: float) -> None:
        self.server.serve_forever()

    def shutdown(self) -> None:
        self.outer.interrupt()
        self.server.shutdown()

    def server_close(self) -> None:
        """Do nothing: `shutdown` closes the socket."""
