"""Test the HTTP client against valid, malformed and hostile responses."""

import base64
import gzip
import threading
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound import ERROR_CODES, ApiRequest, ClientSettings, HttpClient
from tests.lookalikes.feeds import GARBAGE, FeedServer, cut_in_a_chunk, cut_short, deflate_bomb, gzip_bomb

FEED = b"<rss version='2.0'><channel><title>Vigie</title></channel></rss>"
MEGABYTE = 1024 * 1024
LOOPBACK = frozenset({"127.0.0.0/8"})


def make_client(**changes) -> HttpClient:
    return HttpClient(
        ClientSettings(**{"total_timeout_s": 0.5, "max_bytes": MEGABYTE, "allowed_hosts": LOOPBACK, **changes})
    )


@pytest.fixture(scope="module")
def server():
    with FeedServer(("127.0.0.1", "127.0.0.2")) as server:
        yield server


@pytest.fixture
def http_client():
    http_client = make_client()
    yield http_client
    http_client.close()


def last_headers(server, path):
    return server.requests_for(path)[-1].headers


# Valid responses


def test_fetch_returns_body_validators_and_cache_lifetime(server, http_client):
    url = server.put(
        "/feed",
        body=FEED,
        etag='W/"abc é"',
        last_modified="Tue, 04 Aug 2026 08:00:00 GMT",
        headers={"Cache-Control": "public, max-age=1800", "Age": "300"},
    )
    result = http_client.fetch(url)
    assert (result.status, result.body, result.error, result.url) == (200, FEED, None, url)
    assert result.content_type == "application/rss+xml; charset=utf-8"
    assert (result.etag, result.last_modified) == ('W/"abc é"', "Tue, 04 Aug 2026 08:00:00 GMT")
    assert (result.cache_max_age_s, result.retry_after_s, result.permanent_url) == (1500, None, "")
    assert 0 < result.elapsed_s < 0.5


def test_fetch_sends_validators_unchanged_and_treats_304_as_success(server, http_client):
    url = server.put("/validated", body=FEED, etag='W/"abc é"', last_modified="yesterday, or so")
    first = http_client.fetch(url)
    second = http_client.fetch(url, etag=first.etag, last_modified=first.last_modified)
    sent = last_headers(server, "/validated")
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('W/"abc é"', "yesterday, or so")
    assert (second.status, second.not_modified, second.error, second.body) == (304, True, None, b"")
    assert (second.etag, second.last_modified) == (first.etag, first.last_modified)


def test_fetch_keeps_sent_validators_when_304_has_none(server, http_client):
    url = server.put("/bare-304", status=304)
    result = http_client.fetch(url, etag='"1"', last_modified="then")
    assert (result.not_modified, result.etag, result.last_modified) == (True, '"1"', "then")


def test_fetch_rejects_304_to_unconditional_request(server, http_client):
    assert http_client.fetch(server.put("/odd-304", status=304)).error.code == "protocol"


def test_request_has_minimal_headers_no_cookies_and_no_proxy(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    url = server.put("/clean", body=FEED, headers={"Set-Cookie": "a=b; Path=/"})
    http_client = make_client(user_agent="Vigie/0.1 (+https://vigie.example)")
    http_client.fetch(url)
    http_client.fetch(url + "#fragment")
    sent = last_headers(server, "/clean")
    assert set(sent) == {"host", "user-agent", "accept", "accept-encoding"}
    assert sent["user-agent"] == "Vigie/0.1 (+https://vigie.example)"
    assert sent["accept-encoding"] == "gzip, deflate"
    assert "application/atom+xml" in sent["accept"]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(FEED, mtime=0)),
        ("GZIP", gzip.compress(FEED, mtime=0)),
        ("x-gzip", gzip.compress(FEED[:20], mtime=0) + gzip.compress(FEED[20:], mtime=0)),
        ("deflate", zlib.compress(FEED)),
        ("deflate", zlib.compress(FEED, wbits=-15)),
        ("deflate, gzip", gzip.compress(zlib.compress(FEED), mtime=0)),
        ("identity", FEED),
    ],
)
def test_fetch_decompresses_body(server, http_client, encoding, body):
    result = http_client.fetch(server.put("/compressed", body=body, encoding=encoding))
    assert (result.error, result.body) == (None, FEED)


@pytest.mark.parametrize(("encoding", "body"), [("gzip", FEED), ("br", b"\x0b\x02\x80"), ("zstd", b"(\xb5/\xfd")])
def test_fetch_returns_decode_error_for_undecodable_body(server, http_client, encoding, body):
    assert http_client.fetch(server.put("/undecodable", body=body, encoding=encoding)).error.code == "decode"


def test_fetch_percent_encodes_non_ascii_url_once(server, http_client):
    server.put("/caf%C3%A9%20cr%C3%A8me?q=%C3%A9&r=a+b%26c", body=FEED)
    assert http_client.fetch(server.url("/café crème?q=é&r=a+b%26c")).body == FEED


def test_fetch_retries_once_when_pooled_connection_is_closed(server, http_client):
    url = server.put("/drop", body=FEED, fault="drop")
    assert [http_client.fetch(url).body for _ in range(3)] == [FEED] * 3


def test_post_is_never_sent_on_a_connection_that_the_server_may_be_closing(server, http_client):
    """It is not retried: the server may have received it."""
    url = server.put("/drop", body=FEED, fault="drop")
    assert http_client.fetch(url).body == FEED
    assert [http_client.call(ApiRequest(url, json={"text": "x"})).error for _ in range(2)] == [None, None]


def test_client_is_shared_by_many_threads(server):
    http_client = make_client(total_timeout_s=10)
    urls = [server.put(f"/thread/{number}", body=b"%d" % number, latency_s=0.01) for number in range(50)]
    with ThreadPoolExecutor(32) as pool:
        bodies = list(pool.map(lambda url: http_client.fetch(url).body, urls * 4))
    assert bodies == [b"%d" % number for number in range(50)] * 4


# Statuses


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((401, "sign_in_required"), (403, "forbidden"), (404, "not_found"), (410, "gone"), (429, "rate_limited")),
        *((503, "unavailable"), (500, "server_error"), (502, "server_error"), (999, "server_error")),
        *((400, "http_error"), (418, "http_error"), (300, "http_error"), (305, "http_error")),
    ],
)
def test_error_status_maps_to_code(server, http_client, status, code):
    result = http_client.fetch(server.put("/bad", status=status, body=b"sorry", etag='"x"'))
    assert (result.error.code, result.status, result.body) == (code, status, b"")
    assert code in ERROR_CODES


@pytest.mark.parametrize("status", [429, 503])
def test_fetch_parses_retry_after_in_seconds_and_as_date(server, http_client, status):
    url = server.put("/busy", status=status, headers={"Retry-After": "120"})
    assert http_client.fetch(url).retry_after_s == 120
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    server.put("/busy", status=status, headers={"Retry-After": in_an_hour})
    assert 3590 <= http_client.fetch(url).retry_after_s <= 3600


# Redirects


def test_permanent_url_is_reported_when_every_redirect_is_permanent(server, http_client):
    server.put("/new", body=FEED)
    server.put("/newer", status=308, location="new")
    url = server.put("/moved", status=301, location=f"//127.0.0.1:{server.port}/newer#top")
    result = http_client.fetch(url)
    assert (result.body, result.url, result.permanent_url) == (FEED, server.url("/new"), server.url("/new"))


@pytest.mark.parametrize("status", [302, 303, 307])
def test_permanent_url_is_empty_when_one_redirect_is_temporary(server, http_client, status):
    server.put("/new", body=FEED)
    server.put("/maybe", status=status, location="/new")
    result = http_client.fetch(server.put("/moved", status=301, location="/maybe"))
    assert (result.body, result.permanent_url) == (FEED, "")


def test_permanent_url_is_empty_when_target_fails(server, http_client):
    result = http_client.fetch(server.put("/moved", status=301, location="/nowhere"))
    assert (result.error.code, result.permanent_url) == ("not_found", "")


def test_redirect_loop_and_long_chain_are_errors(server, http_client):
    server.put("/ping", status=302, location="/pong")
    server.put("/pong", status=302, location="/ping")
    assert http_client.fetch(server.url("/ping")).error.code == "redirect_loop"
    assert http_client.fetch(server.put("/self", status=301, location="#again")).error.code == "redirect_loop"
    for step in range(6):
        server.put(f"/step/{step}", status=302, location=f"/step/{step + 1}")
    server.put("/step/6", body=FEED)
    assert http_client.fetch(server.url("/step/1")).body == FEED
    assert http_client.fetch(server.url("/step/0")).error.code == "too_many_redirects"


def test_redirect_accepts_raw_utf8_location_with_spaces(server, http_client):
    server.put("/caf%C3%A9%20noir", body=FEED)
    url = server.put("/odd", status=302, location="/café noir".encode().decode("latin-1"))
    assert http_client.fetch(url).body == FEED


def test_credentials_and_headers_are_not_sent_to_other_host(server, http_client):
    server.put("/end", body=FEED)
    server.put("/near", status=302, location="/end")
    server.put("/far", status=302, location=server.url("/end", host="127.0.0.2"))
    base = server.url("", host="127.0.0.1").replace("http://", "http://me:p%40ss@")
    token = {"X-Token": "secret"}

    near = http_client.fetch(base + "/near", headers=token)
    sent = last_headers(server, "/end")
    assert sent["authorization"] == "Basic " + base64.b64encode(b"me:p@ss").decode()
    assert sent["x-token"] == "secret"
    assert "ss@" not in near.url

    far = http_client.fetch(base + "/far", headers=token)
    assert far.body == FEED
    assert not {"authorization", "x-token"} & set(last_headers(server, "/end"))


def test_redirect_credentials_are_ignored_and_errors_contain_no_secret(server, http_client):
    server.put("/end", body=FEED)
    location = server.url("/end").replace("http://", "http://them:theirs@")
    http_client.fetch(server.put("/redirect", status=302, location=location))
    assert "authorization" not in last_headers(server, "/end")
    failed = http_client.fetch(
        server.put("/broken?token=hush", body=GARBAGE, fault="raw").replace("://", "://me:hush@")
    )
    assert (failed.error.code, "hush" in failed.error.detail) == ("protocol", False)


# Hostile and malformed responses


@pytest.mark.parametrize("fault", ["hang", "slow headers", "slow body"])
def test_total_timeout_ends_slow_response(server, http_client, fault):
    url = server.put("/late", body=FEED * 100, fault=fault, drip_s=0.02)
    result = http_client.fetch(url)
    assert result.error.code == "timeout"
    assert 0.5 <= result.elapsed_s < 1.5


def test_total_timeout_limits_each_receive_to_remaining_time(server):
    """Each receive alone takes 0.9 s, which is within the limit; two are not."""
    url = server.put("/late", body=FEED, fault="slow body", drip_s=0.9)
    result = make_client(total_timeout_s=1).fetch(url)
    assert (result.error.code, result.elapsed_s < 1.5) == ("timeout", True)


def test_total_timeout_includes_redirects(server, http_client):
    for step in range(5):
        server.put(f"/slow/{step}", status=302, location=f"/slow/{step + 1}", latency_s=0.2)
    result = http_client.fetch(server.url("/slow/0"))
    assert (result.error.code, result.elapsed_s < 1.5) == ("timeout", True)


def test_slow_host_does_not_block_other_requests(server):
    http_client = make_client(total_timeout_s=2)
    slow_url = server.put("/hang", fault="hang")
    threads = [threading.Thread(target=http_client.fetch, args=(slow_url,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert http_client.fetch(server.put("/quick", body=FEED)).elapsed_s < 0.5
    for thread in threads:
        thread.join()


def test_too_large_response_is_refused_with_and_without_content_length(server, http_client):
    body = bytes(50 * MEGABYTE)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n"
    with_length = http_client.fetch(server.put("/huge", body=head, fault="raw"))
    assert (with_length.error.code, with_length.status) == ("too_large", 200)
    assert http_client.fetch(server.put("/huge", body=body)).error.code == "too_large"
    assert (
        http_client.fetch(server.put("/huge", body=b"HTTP/1.1 200 OK\r\n\r\n" + body, fault="raw")).error.code
        == "too_large"
    )
    server.put("/huge", body=b"HTTP/1.1 200 OK\r\nX: " + body, fault="raw")
    assert http_client.fetch(server.url("/huge")).error.code in ("protocol", "too_large")
    server.put("/huge")


def test_body_of_exactly_max_bytes_is_accepted(server):
    http_client = make_client(total_timeout_s=5)
    assert len(http_client.fetch(server.put("/full", body=bytes(MEGABYTE))).body) == MEGABYTE
    assert http_client.fetch(server.put("/full", body=bytes(MEGABYTE + 1))).error.code == "too_large"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip_bomb(300 * MEGABYTE)),
        ("deflate", deflate_bomb(300 * MEGABYTE)),
        ("gzip, gzip", gzip.compress(gzip_bomb(300 * MEGABYTE), mtime=0)),
    ],
)
def test_decompression_bomb_is_refused_within_memory_limit(server, encoding, body):
    http_client = make_client(total_timeout_s=5)
    url = server.put("/bomb", body=body, encoding=encoding)
    tracemalloc.start()
    try:
        result = http_client.fetch(url)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.error.code == "too_large"
    assert peak < 8 * MEGABYTE


def test_received_bytes_are_limited_when_they_decompress_to_nothing(server):
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"") * 100_000
    assert (
        make_client(total_timeout_s=5).fetch(server.put("/void", body=answer, fault="raw")).error.code == "too_large"
    )


@pytest.mark.parametrize(
    "answer",
    [
        GARBAGE,
        b"",
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        cut_short(FEED),
        cut_in_a_chunk(FEED),
    ],
)
def test_malformed_response_is_protocol_error(server, http_client, answer):
    result = http_client.fetch(server.put("/broken", body=answer, fault="raw"))
    assert (result.error.code, result.body) == ("protocol", b"")


def test_connection_reset_is_protocol_error_and_closed_port_connect_error(server, http_client):
    assert http_client.fetch(server.put("/reset", fault="reset")).error.code == "protocol"
    with FeedServer() as stopped:
        url = stopped.url("/")
    assert http_client.fetch(url).error.code == "connect"


HEAD_LINES = [
    *(b"HTTP/1.1 200 OK", b"HTTP/1.0 301 Moved", b"HTTP/1.1 304 x", b"HTTP/1.1 429 x", b"HTTP/1.1 100 Continue"),
    *(b"Location: http://[::", b"Location: \xff\xfe", b"Content-Length: -5", b"Content-Length: 9" + b"9" * 400),
    *(b"Transfer-Encoding: chunked", b"Content-Encoding: gzip, deflate, gzip, gzip, gzip, gzip", b"Expires: -1"),
    *(
        b"Retry-After: 1e99",
        b"Cache-Control: max-age=" + b"9" * 99,
        b"ETag: \x00\x85\xff",
        b" folded",
        b":",
        b"\xe9: 1",
    ),
    *(b"Date: Mon, 99 Foo 99999 99:99:99 +9999", b"Expires: Thu, 01 Jan 0000 00:00:00 GMT", b"Age: \xb2"),
]


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(HEAD_LINES), max_size=6), st.binary(max_size=40), st.booleans())
def test_http_client_never_raises_on_malformed_response(server, lines, tail, has_status_line):
    head = b"\r\n".join([HEAD_LINES[0], *lines] if has_status_line else lines)
    http_client = make_client(total_timeout_s=0.3)
    result = http_client.fetch(server.put("/any", body=head + b"\r\n\r\n" + tail, fault="raw"), etag='"1"')
    assert result.error is None or result.error.code in ERROR_CODES
    assert all(character.isprintable() for character in result.etag)


def test_invalid_or_too_long_validators_are_discarded(server, http_client):
    url = server.put("/long", body=FEED, etag='"' + "x" * 600 + '"', last_modified="y" * 200)
    assert (http_client.fetch(url).etag, http_client.fetch(url).last_modified) == ("", "")
    http_client.fetch(url, etag='"a"\r\nX-Injected: 1', last_modified="→")
    assert not {"if-none-match", "x-injected", "if-modified-since"} & set(last_headers(server, "/long"))
