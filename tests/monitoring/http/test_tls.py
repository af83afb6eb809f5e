"""The door over TLS: who is trusted, for which name, and that the limits hold there too."""

import socket
import time

import pytest

from monitoring.http import ClientSettings, HttpClient
from tests.lookalikes.feeds import FeedServer

FEED = b"<rss version='2.0'><channel><title>Vigie</title></channel></rss>"
LOOPBACK = frozenset({"127.0.0.0/8"})


def make_door(**changes) -> HttpClient:
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


def test_tls_is_spoken_with_a_host_that_proves_its_name(tls_server):
    http_client = make_door(ca_file=tls_server.ca_file, total_timeout_s=3)
    assert [http_client.fetch(tls_server.url("/feed")).body for _ in range(2)] == [FEED, FEED]


def test_an_authority_nobody_trusts_is_refused(tls_server):
    before = tls_server.count
    assert make_door(total_timeout_s=3).fetch(tls_server.url("/feed")).error.code == "tls"
    assert tls_server.count == before


def test_the_name_is_proved_and_not_the_address(server):
    with FeedServer(tls=True, certificate_for="feeds.example") as named:
        named.put("/feed", body=FEED)
        settings_ = ClientSettings(total_timeout_s=3, allowed_hosts=LOOPBACK, ca_file=named.ca_file)
        http_client = HttpClient(settings_, lambda host, port: ["127.0.0.1"])
        assert http_client.fetch(f"https://feeds.example:{named.port}/feed").body == FEED
        wrong = http_client.fetch(f"https://other.example:{named.port}/feed")
        assert (wrong.error.code, "other.example" in wrong.error.detail) == ("tls", True)
        assert http_client.fetch(named.url("/feed")).error.code == "tls"


def test_https_to_a_port_that_speaks_plain_http_is_a_tls_error(server):
    assert make_door().fetch(server.url("/feed").replace("http:", "https:")).error.code == "tls"


def test_a_permanent_move_away_from_https_is_followed_but_not_reported(server, tls_server):
    server.put("/plain", body=FEED)
    url = tls_server.put("/down", status=301, location=server.url("/plain"))
    result = make_door(ca_file=tls_server.ca_file, total_timeout_s=3).fetch(url)
    assert (result.body, result.permanent_url) == (FEED, "")


def test_the_total_time_holds_in_a_drip_over_tls(tls_server):
    url = tls_server.put("/drip", body=FEED * 10, fault="slow body", drip_s=0.02)
    result = make_door(ca_file=tls_server.ca_file).fetch(url)
    assert (result.error.code, result.elapsed_s < 1.5) == ("timeout", True)


def test_a_handshake_that_never_ends_is_cut_off():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        result = make_door().fetch(f"https://127.0.0.1:{silent.getsockname()[1]}/")
    assert (result.error.code, time.monotonic() - started < 1.5) == ("timeout", True)
