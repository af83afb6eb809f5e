"""Test that the HTTP client reaches no private address, in any notation, by DNS or by redirect."""

import ipaddress
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbound import ClientSettings, HttpClient, host_key
from outbound.ssrf import MAX_LOOKUPS, AllowList, is_public, parse_url, same_site
from tests.lookalikes.feeds import FeedServer

LOOPBACK_ALLOWED = ClientSettings(total_timeout_s=3, connect_timeout_s=1, allowed_hosts=frozenset({"127.0.0.1"}))
NOTHING_ALLOWED = ClientSettings(total_timeout_s=3, connect_timeout_s=1)


@pytest.fixture(scope="module")
def server():
    with FeedServer() as server:
        server.put("/feed", body=b"<rss/>")
        yield server


def resolving_to(*addresses):
    """Return a resolver that returns these addresses and records the hosts in `resolve.hosts`."""

    def resolve(host, port):
        resolve.hosts.append(host)
        return addresses

    resolve.hosts = []
    return resolve


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
        *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::"),
        *("3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1"),
    ],
)
def test_fetch_refuses_non_public_address(address):
    result = HttpClient(NOTHING_ALLOWED, resolving_to(address)).fetch("http://feeds.example/feed")
    assert (result.error.code, result.status, result.body) == ("private_address", 0, b"")
    assert "feeds.example" in result.error.detail


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"],
)
def test_is_public_accepts_public_address(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.01", "0"),
        *("localhost", "LOCALHOST.", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:7f00:1]", "[::]", "127.0.0.1."),
        *("①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1"),
    ],
)
def test_fetch_refuses_every_notation_of_loopback(server, host):
    before = server.count
    assert HttpClient(NOTHING_ALLOWED).fetch(f"http://{host}:{server.port}/feed").error.code == "private_address"
    assert server.count == before


@pytest.mark.parametrize(
    "url",
    [
        *("", "feed", "//example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/"),
        *("javascript:alert(1)", "http://", "http:///feed", "http://:80/", "http://exa mple.org/", "http://[::1/"),
        *("http://[fe80::1%25eth0]/", "http://example.org:0/", "http://example.org:99999/", "http://example.org:x/"),
        *("http://example.org:22/", "http://example.org:25/", "http://example.org:6667/", "http://ex_ample..org/"),
        *("http://example.org\\@127.0.0.1/", "http://example.org%2f@127.0.0.1%00/", "http://127%2e0.0.1/"),
        *("http://example.org/\r\nHost: evil", "http://example.org/a\nb", "http://exam\tple.org/", "http://a\x00b/"),
        *("http://" + "a" * 64 + ".org/", "http://" + "a." * 130 + "org/", "http://example.org/" + "a" * 2000),
        *("http://-\u0301.org/", "http://\ud800.org/"),
    ],
)
def test_fetch_refuses_invalid_url_before_lookup(url):
    resolver = resolving_to("1.1.1.1")
    assert HttpClient(NOTHING_ALLOWED, resolver).fetch(url).error.code == "bad_url"
    assert resolver.hosts == []


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(max_size=40).map(lambda text: f"http://{text}/{text}")))
def test_fetch_never_raises_and_never_connects_for_any_text(url):
    result = HttpClient(NOTHING_ALLOWED, resolving_to("127.0.0.1")).fetch(url)
    assert result.error.code in ("bad_url", "private_address")


def test_fetch_refuses_host_with_one_private_address():
    http_client = HttpClient(NOTHING_ALLOWED, resolving_to("1.1.1.1", "10.0.0.1"))
    assert http_client.fetch("http://feeds.example/").error.code == "private_address"


def test_fetch_connects_to_the_checked_address_when_dns_changes(server):
    """DNS rebinding: a name that is public when it is checked and private when the connection is made."""
    addresses = [["127.0.0.1"], ["127.0.0.2"]]
    resolver_calls = []

    def rebinding(host, port):
        resolver_calls.append(host)
        return addresses[min(len(resolver_calls), len(addresses)) - 1]

    url = f"http://rebind.example:{server.port}/feed"
    first = HttpClient(LOOPBACK_ALLOWED, rebinding).fetch(url)
    assert (first.error, first.body, resolver_calls) == (None, b"<rss/>", ["rebind.example"])
    assert server.requests[-1].headers["host"] == f"rebind.example:{server.port}"
    assert HttpClient(LOOPBACK_ALLOWED, rebinding).fetch(url).error.code == "private_address"


@pytest.mark.parametrize(
    "location",
    [
        *(
            "http://169.254.169.254/latest/meta-data/",
            "//169.254.169.254/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
        ),
        *("http://2852039166/", "http://127.0.0.2:{port}/feed", "http://127.0.0.2.:{port}/feed"),
    ],
)
def test_fetch_refuses_redirect_to_private_address(server, location):
    url = server.put("/away", status=302, location=location.format(port=server.port))
    result = HttpClient(LOOPBACK_ALLOWED).fetch(url)
    assert (result.error.code, result.permanent_url) == ("private_address", "")


@pytest.mark.parametrize(
    "location",
    ["", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "http://[bad/", "http://example.org:25/"],
)
def test_fetch_returns_bad_redirect_for_invalid_location(server, location):
    assert (
        HttpClient(LOOPBACK_ALLOWED).fetch(server.put("/redirect", status=301, location=location)).error.code
        == "bad_redirect"
    )


@pytest.mark.parametrize(
    ("redirect", "is_same"),
    [
        ("http://a.example/other", True),
        ("https://a.example/feed", True),
        ("https://b.example/feed", False),
        ("https://a.example:8443/feed", False),
        ("http://a.example:8080/feed", False),
        ("http://sub.a.example/feed", False),
    ],
)
def test_same_site_accepts_same_origin_and_its_move_to_https(redirect, is_same):
    assert same_site(parse_url("http://a.example/feed"), parse_url(redirect)) is is_same
    assert not same_site(parse_url("https://a.example/feed"), parse_url("http://a.example/feed"))


@pytest.mark.parametrize(
    ("entries", "is_allowed"),
    [
        (["127.0.0.0/8"], True),
        (["127.0.0.1"], True),
        (["127.0.0.1:8001"], True),
        (["127.0.0.1:8002"], False),
        (["127.0.0.2/32"], False),
        (["Feeds.Internal"], True),
        (["feeds.internal:8001"], True),
        (["feeds.internal:8002"], False),
        (["internal"], False),
        (["::1", "[::1]:8001", "fd00::/8"], False),
        ([], False),
    ],
)
def test_allow_list_allows_only_listed_hosts(entries, is_allowed):
    allowed = AllowList(entries)
    assert allowed.allows("feeds.internal", 8001, ipaddress.ip_address("127.0.0.1")) is is_allowed


@pytest.mark.parametrize("entry", ["10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8/8"])
def test_allow_list_raises_for_malformed_entry(entry):
    with pytest.raises(ValueError, match=r"does not appear|has host bits"):
        AllowList([entry])


def test_fetch_returns_dns_error_for_unknown_name_and_slow_name_server():
    def failing_resolver(host, port):
        raise OSError(-2, "Name or service not known")

    def slow_resolver(host, port):
        time.sleep(2)
        return ["1.1.1.1"]

    unknown = HttpClient(NOTHING_ALLOWED, failing_resolver).fetch("http://nowhere.example/")
    assert (unknown.error.code, "Name or service not known" in unknown.error.detail) == ("dns", True)
    assert HttpClient(NOTHING_ALLOWED, resolving_to()).fetch("http://nowhere.example/").error.code == "dns"
    late = HttpClient(ClientSettings(total_timeout_s=0.2), slow_resolver).fetch("http://slow-dns.example/")
    assert late.error.code == "dns"
    assert late.elapsed_s < 1


def test_slow_name_servers_occupy_limited_threads():
    hosts, release = [], threading.Event()

    def slow_resolver(host, port):
        hosts.append(host)
        release.wait(5)
        return []

    http_client = HttpClient(ClientSettings(total_timeout_s=0.3), slow_resolver)
    with ThreadPoolExecutor(MAX_LOOKUPS + 6) as pool:
        results = list(pool.map(http_client.fetch, ["http://slow-dns.example/"] * (MAX_LOOKUPS + 6)))
    release.set()
    assert {result.error.code for result in results} == {"dns"}
    assert len(hosts) == MAX_LOOKUPS


def test_fetch_resolves_international_host_by_ascii_name(server):
    resolver = resolving_to("127.0.0.1")
    result = HttpClient(LOOPBACK_ALLOWED, resolver).fetch(f"http://Bu\u0308cher.Example:{server.port}/feed")
    assert (result.error, resolver.hosts) == (None, ["xn--bcher-kva.example"])


def test_fetch_tries_second_address_when_first_is_unreachable(server):
    settings_ = ClientSettings(total_timeout_s=3, connect_timeout_s=1, allowed_hosts=frozenset({"127.0.0.0/8"}))
    assert (
        HttpClient(settings_, resolving_to("127.0.0.2", "127.0.0.1"))
        .fetch(f"http://two.example:{server.port}/feed")
        .body
    )


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://Example.ORG:8443/feed?x#y", "example.org"),
        ("http://user:secret@example.org./", "example.org"),
        ("http://café.example/", "xn--caf-dma.example"),
        ("http://[0:0::1]/", "::1"),
        ("mailto:x@example.org", ""),
    ],
)
def test_host_key_normalizes_host(url, key):
    assert host_key(url) == key
