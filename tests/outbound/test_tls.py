"""Test the HTTP client over TLS: trusted authorities, host names, and the same limits."""

import socket
import time

import pytest

from outbound import ClientSettings, HttpClient
from tests.lookalikes.feeds import FeedServer

FEED = b"<rss version='2.0'><channel><title>Vigie</title></channel></rss>"
LOOPBACK = frozenset({"127.0.0.0/8"})


def make_client(**changes) -> HttpClient:
    return HttpClient(ClientSettings(**{"total_timeout_s": 0.5, "allowed_hosts": LOOPBACK, **changes}))


@pytest.fixture(scope="module")
def server():
    with FeedServer() as server:
        yield server


@pytest.fixture(scope="module")
def tls_server():
    with FeedServer(tls=True) as server:
        server.put("/feed", body=FEED, etag='"1"')
        yield server


def test_fetch_accepts_certificate_of_trusted_authority(tls_server):
    http_client = make_client(ca_file=tls_server.ca_file, total_timeout_s=3)
    assert [http_client.fetch(tls_server.url("/feed")).body for _ in range(2)] == [FEED, FEED]


def test_fetch_refuses_untrusted_authority(tls_server):
    before = tls_server.count
    assert make_client(total_timeout_s=3).fetch(tls_server.url("/feed")).error.code == "tls"
    assert tls_server.count == before


def test_fetch_verifies_host_name_and_not_address(server):
    with FeedServer(tls=True, certificate_for="feeds.example") as named:
        named.put("/feed", body=FEED)
        settings_ = ClientSettings(total_timeout_s=3, allowed_hosts=LOOPBACK, ca_file=named.ca_file)
        http_client = HttpClient(settings_, lambda host, port: ["127.0.0.1"])
        assert http_client.fetch(f"https://feeds.example:{named.port}/feed").body == FEED
        wrong = http_client.fetch(f"https://other.example:{named.port}/feed")
        assert (wrong.error.code, "other.example" in wrong.error.detail) == ("tls", True)
        assert http_client.fetch(named.url("/feed")).error.code == "tls"


def test_https_to_plain_http_port_is_tls_error(server):
    assert make_client().fetch(server.url("/feed").replace("http:", "https:")).error.code == "tls"


def test_permanent_redirect_to_http_is_followed_but_not_reported(server, tls_server):
    server.put("/plain", body=FEED)
    url = tls_server.put("/down", status=301, location=server.url("/plain"))
    result = make_client(ca_file=tls_server.ca_file, total_timeout_s=3).fetch(url)
    assert (result.body, result.permanent_url) == (FEED, "")


def test_total_timeout_ends_slow_response_over_tls(tls_server):
    url = tls_server.put("/drip", body=FEED * 10, fault="slow body", drip_s=0.02)
    result = make_client(ca_file=tls_server.ca_file).fetch(url)
    assert (result.error.code, result.elapsed_s < 1.5) == ("timeout", True)


def test_total_timeout_ends_pending_handshake():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        result = make_client().fetch(f"https://127.0.0.1:{silent.getsockname()[1]}/")
    assert (result.error.code, time.monotonic() - started < 1.5) == ("timeout", True)
