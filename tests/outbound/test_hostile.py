"""Test the HTTP client against every hostile behavior, and against responses with random damage."""

import random
import socket
import threading
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.messages.source_errors import ERROR_TEXTS
from outbound import ERROR_CODES, ClientSettings, HttpClient
from tests.lookalikes.feeds import FeedServer
from tests.lookalikes.hostile import FEED, HostileServer, chunked, feed_response, head
from tests.lookalikes.hostile_all import BEHAVIORS
from tests.lookalikes.hostile_bodies import ENCODINGS

MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def hostile():
    with HostileServer(BEHAVIORS) as server:
        yield server


def make_client(**changes) -> HttpClient:
    defaults = {"total_timeout_s": 5, "max_bytes": 2 * MEGABYTE, "allowed_hosts": frozenset({"127.0.0.0/8"})}
    return HttpClient(ClientSettings(**{**defaults, **changes}))


def test_hostile_server_has_distinct_behaviors():
    assert len({each.name for each in BEHAVIORS}) == len(BEHAVIORS) >= 60


@pytest.mark.parametrize("behavior", BEHAVIORS, ids=str)
def test_http_client_returns_body_or_worded_error(hostile, behavior):
    http_client = make_client(total_timeout_s=0.3 if behavior.hangs else 5, ca_file=hostile.ca_file)
    # The second request meets the connection that the first one left in the pool.
    for result in (http_client.fetch(hostile.url(behavior)) for _ in range(1 if behavior.hangs else 2)):
        if result.error:
            assert result.error.code in behavior.codes
            assert result.error.code in ERROR_CODES
            assert ERROR_TEXTS[result.error.code].message
            assert result.error.detail.isprintable()
            assert len(result.error.detail) < 500
        else:
            assert not behavior.codes <= set(ERROR_CODES)
            assert len(result.body) <= 2 * MEGABYTE
        assert "timeout" in behavior.codes or result.elapsed_s < 5
        assert result.retry_after_s is None or 0 <= result.retry_after_s <= 10 * 366 * 86_400
        assert (result.etag + result.last_modified + result.content_type).isprintable()
    http_client.close()


@pytest.mark.parametrize(
    "behavior", [each for each in BEHAVIORS if "endless" in each.name or each in ENCODINGS], ids=str
)
def test_http_client_needs_little_memory(hostile, behavior):
    http_client = make_client(max_bytes=MEGABYTE)
    tracemalloc.start()
    try:
        http_client.fetch(hostile.url(behavior))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * MEGABYTE


RESPONSES = [
    feed_response('ETag: "1"', "Retry-After: 120", "Cache-Control: max-age=60", "Set-Cookie: a=b"),
    head(status="HTTP/1.1 103 Early Hints") + chunked(b"%x\r\n%s\r\n" % (len(FEED), FEED), b"0\r\nX: y\r\n\r\n"),
    head("Location: /elsewhere", "Content-Length: 3", status="HTTP/1.1 301 Moved") + b"abc",
    head("Content-Encoding: gzip", "Transfer-Encoding: chunked") + b"4\r\n\x1f\x8b\x08\x00\r\n0\r\n\r\n",
]
PIECES = [
    *(
        b"\r\n",
        b"\n",
        b"\x00",
        b"-",
        b"-1",
        b"f" * 40,
        b"9" * 400,
        b" ",
        b":",
        b";",
        b",",
        b"%",
        b"\xff\xfe",
        b"0\r\n",
    ),
    *(
        b"HTTP/1.1 100 x\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Encoding: gzip\r\n",
    ),
]


def damaged(response: bytes, chance: random.Random) -> bytes:
    """Return the response with a few random cuts, repetitions, insertions and changed bytes."""
    data = bytearray(response)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(5)
        if kind == 0:
            del data[at : at + chance.randrange(40)]
        elif kind == 1:
            data[at:at] = chance.choice(PIECES)
        elif kind == 2:
            data[at:at] = data[at : at + chance.randrange(200)]
        elif kind == 3 and at < len(data):
            data[at] = chance.randrange(256)
        elif kind == 4 and chance.random() < 0.3:
            del data[at:]
    return bytes(data)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(RESPONSES) - 1), st.integers(0, 2**32))
def test_http_client_never_raises_on_damaged_response(damaging, which, seed):
    server, http_client = damaging
    body = damaged(RESPONSES[which], random.Random(seed))
    result = http_client.fetch(server.put("/damaged", body=body, fault="raw"))
    assert result.error is None or result.error.code in ERROR_CODES


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_http_client_never_raises_on_random_chunks(damaging, tail):
    server, http_client = damaging
    result = http_client.fetch(server.put("/random", body=chunked(tail), fault="raw"))
    assert result.error is None or result.error.code in ERROR_CODES


@pytest.fixture(scope="module")
def damaging():
    with FeedServer() as server:
        yield server, make_client(total_timeout_s=1)


def test_resolver_that_raises_is_a_dns_error():
    def resolve(host, port):
        raise RuntimeError("a name server library that fails")

    http_client = HttpClient(ClientSettings(total_timeout_s=2), resolve)
    assert http_client.fetch("http://feeds.example/").error.code == "dns"


def test_interim_responses_are_skipped_on_a_reused_connection():
    """Interim responses keep the connection open, so the next request uses it too."""
    connections = []

    def serve(listener):
        connection, _ = listener.accept()
        connections.append(connection)
        while connection.recv(65536):
            connection.sendall(head("Link: </a>", status="HTTP/1.1 103 Early Hints") + feed_response())

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        http_client = make_client()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert [http_client.fetch(url).body for _ in range(3)] == [FEED] * 3
        http_client.close()
    assert len(connections) == 1
