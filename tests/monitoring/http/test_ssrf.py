"""What the door refuses to reach: addresses however they are spelled, resolved or redirected to."""

import ipaddress
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.http import ClientSettings, HttpClient, host_key
from monitoring.http.ssrf import MAX_LOOKUPS, AllowList, is_public, read_url, same_site
from tests.lookalikes.feeds import FeedServer

OPEN = ClientSettings(total_timeout_s=3, connect_timeout_s=1, allowed_hosts=frozenset({"127.0.0.1"}))
CLOSED = ClientSettings(total_timeout_s=3, connect_timeout_s=1)


@pytest.fixture(scope="module")
def server():
    with FeedServer() as server:
        server.put("/feed", body=b"<rss/>")
        yield server


def resolving_to(*addresses):
    """A resolver that gives these addresses, and remembers how often it was asked."""

    def resolve(host, port):
        resolve.asked.append(host)
        return addresses

    resolve.asked = []
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
def test_an_address_that_is_not_public_is_refused(address):
    result = HttpClient(CLOSED, resolving_to(address)).fetch("http://feeds.example/feed")
    assert (result.error.code, result.status, result.body) == ("private_address", 0, b"")
    assert "feeds.example" in result.error.detail


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"],
)
def test_an_address_of_the_public_internet_is_let_through(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.01", "0"),
        *("localhost", "LOCALHOST.", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:7f00:1]", "[::]", "127.0.0.1."),
        *("①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1"),
    ],
)
def test_no_spelling_of_loopback_passes(server, host):
    before = server.count
    assert HttpClient(CLOSED).fetch(f"http://{host}:{server.port}/feed").error.code == "private_address"
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
def test_an_address_that_is_none_is_refused_before_anything_is_looked_up(url):
    resolver = resolving_to("1.1.1.1")
    assert HttpClient(CLOSED, resolver).fetch(url).error.code == "bad_url"
    assert resolver.asked == []


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(max_size=40).map(lambda text: f"http://{text}/{text}")))
def test_no_text_whatever_makes_the_door_raise_or_connect(url):
    result = HttpClient(CLOSED, resolving_to("127.0.0.1")).fetch(url)
    assert result.error.code in ("bad_url", "private_address")


def test_one_private_address_among_public_ones_refuses_them_all():
    http_client = HttpClient(CLOSED, resolving_to("1.1.1.1", "10.0.0.1"))
    assert http_client.fetch("http://feeds.example/").error.code == "private_address"


def test_the_connection_is_made_to_the_very_address_that_was_checked(server):
    """DNS rebinding: a name that is fine when it is checked and private when it is connected to."""
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    resolver_calls = []

    def rebinding(host, port):
        resolver_calls.append(host)
        return answers[min(len(resolver_calls), len(answers)) - 1]

    url = f"http://rebind.example:{server.port}/feed"
    first = HttpClient(OPEN, rebinding).fetch(url)
    assert (first.error, first.body, resolver_calls) == (None, b"<rss/>", ["rebind.example"])
    assert server.requests[-1].headers["host"] == f"rebind.example:{server.port}"
    assert HttpClient(OPEN, rebinding).fetch(url).error.code == "private_address"


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
def test_a_redirect_to_a_private_address_is_refused(server, location):
    url = server.put("/away", status=302, location=location.format(port=server.port))
    result = HttpClient(OPEN).fetch(url)
    assert (result.error.code, result.permanent_url) == ("private_address", "")


@pytest.mark.parametrize(
    "location",
    ["", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "http://[bad/", "http://example.org:25/"],
)
def test_a_redirect_to_no_usable_address_is_an_error_of_its_own(server, location):
    assert HttpClient(OPEN).fetch(server.put("/astray", status=301, location=location)).error.code == "bad_redirect"


@pytest.mark.parametrize(
    ("onward", "kept"),
    [
        ("http://a.example/other", True),
        ("https://a.example/feed", True),
        ("https://b.example/feed", False),
        ("https://a.example:8443/feed", False),
        ("http://a.example:8080/feed", False),
        ("http://sub.a.example/feed", False),
    ],
)
def test_secrets_go_on_to_the_same_origin_and_its_move_to_https(onward, kept):
    assert same_site(read_url("http://a.example/feed"), read_url(onward)) is kept
    assert not same_site(read_url("https://a.example/feed"), read_url("http://a.example/feed"))


@pytest.mark.parametrize(
    ("entries", "opened"),
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
def test_the_allow_list_opens_exactly_what_it_names(entries, opened):
    allowed = AllowList(entries)
    assert allowed.opens("feeds.internal", 8001, ipaddress.ip_address("127.0.0.1")) is opened


@pytest.mark.parametrize("entry", ["10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8/8"])
def test_a_malformed_entry_of_the_allow_list_is_told_at_once(entry):
    with pytest.raises(ValueError, match=r"does not appear|has host bits"):
        AllowList([entry])


def test_a_name_without_address_and_a_name_server_that_hangs_are_told_within_the_limit():
    def failing(host, port):
        raise OSError(-2, "Name or service not known")

    def hanging(host, port):
        time.sleep(2)
        return ["1.1.1.1"]

    unknown = HttpClient(CLOSED, failing).fetch("http://nowhere.example/")
    assert (unknown.error.code, "Name or service not known" in unknown.error.detail) == ("dns", True)
    assert HttpClient(CLOSED, resolving_to()).fetch("http://nowhere.example/").error.code == "dns"
    late = HttpClient(ClientSettings(total_timeout_s=0.2), hanging).fetch("http://slow-dns.example/")
    assert late.error.code == "dns"
    assert late.elapsed_s < 1


def test_name_servers_that_hang_hold_a_bounded_number_of_threads():
    asked, release = [], threading.Event()

    def hanging(host, port):
        asked.append(host)
        release.wait(5)
        return []

    http_client = HttpClient(ClientSettings(total_timeout_s=0.3), hanging)
    with ThreadPoolExecutor(MAX_LOOKUPS + 6) as pool:
        results = list(pool.map(http_client.fetch, ["http://slow-dns.example/"] * (MAX_LOOKUPS + 6)))
    release.set()
    assert {result.error.code for result in results} == {"dns"}
    assert len(asked) == MAX_LOOKUPS


def test_an_international_host_is_asked_for_by_its_ascii_name(server):
    resolver = resolving_to("127.0.0.1")
    result = HttpClient(OPEN, resolver).fetch(f"http://Bu\u0308cher.Example:{server.port}/feed")
    assert (result.error, resolver.asked) == (None, ["xn--bcher-kva.example"])


def test_another_address_of_a_host_is_tried_when_the_first_is_dead(server):
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
def test_a_host_has_one_key_however_it_is_spelled(url, key):
    assert host_key(url) == key
