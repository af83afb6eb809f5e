"""Every error code that has a message is produced by real input: a server's response, a feed, an OPML file, a query.

A code in ERROR_CODES, in the messages of sources or in those of queries that nothing here produces fails, and so does
one that is produced and has no message.
"""

import re
from types import SimpleNamespace

import pytest

from monitoring.feeds.opml import read_opml
from monitoring.feeds.parse import parse as parse_feed
from monitoring.messages.setting_errors import setting_error
from monitoring.messages.source_errors import ERROR_TEXTS
from monitoring.platforms.app_store import check_countries
from monitoring.platforms.base import ERROR_CODES as PLATFORM_CODES
from monitoring.platforms.registry import poll
from monitoring.platforms.settings import ERROR_CODES as SETTING_CODES
from monitoring.query import QueryError, split_query
from monitoring.query import parse as parse_query
from monitoring.query.errors import MESSAGES
from outbound import ERROR_CODES, ClientSettings, HttpClient
from outbound.signed_tokens import check_p8, check_service_account
from tests.lookalikes.feeds import GARBAGE, FeedServer

LOOPBACK = frozenset({"127.0.0.0/8"})

# {code: how the look-alike server responds}; those that need more than a response are in test_http_client below.
RESPONSES = {
    "timeout": {"fault": "hang"},
    "too_large": {"body": b"x" * 2000},
    "bad_redirect": {"status": 302, "location": "mailto:ada@example.com"},
    "decode": {"body": b"not compressed", "encoding": "gzip"},
    "protocol": {"body": GARBAGE, "fault": "raw"},
    "bot_wall": {"status": 403, "headers": {"cf-mitigated": "challenge"}},
    "sign_in_required": {"status": 401},
    "proxy_sign_in_required": {"status": 407},
    "forbidden": {"status": 403},
    "legal_reasons": {"status": 451},
    "not_found": {"status": 404},
    "gone": {"status": 410},
    "rate_limited": {"status": 429},
    "unavailable": {"status": 503},
    "server_error": {"status": 500},
    "http_error": {"status": 418},
}
FEEDS = {
    "empty": b"  \n",
    "html_page": b"<!doctype html><html><head><title>A page</title></head><body>Hello</body></html>",
    "sign_in_page": b"<!doctype html><html><title>Sign in</title><form><input type=password></form></html>",
    "not_a_feed": b"Hello",
    "unreadable": b"<rss><channel><item><gml:pos srsDimension='x'>1</gml:pos></item></channel></rss>",
    "xml_bomb": b"<!DOCTYPE rss [<!ENTITY a 'xxxxxxxxxx'>%s]><rss><channel><title>&z;</title></channel></rss>"
    % b"".join(b"<!ENTITY %c '%s'>" % (name, b"&%c;" % (name - 1) * 10) for name in b"bcdefghijklmnopqrstuvwxyz"),
    "too_complex": b"<rss><channel><item>" + b"<a>" * 1_700_000,
}
QUERIES = {
    "empty": " ",
    "too_long": "a" * 200_001,
    "too_many_terms": "a " * 10_001,
    "phrase_too_long": '"' + "a " * 101 + '"',
    "too_deep": "(" * 51 + "a" + ")" * 51,
    "unclosed_quote": '"a b',
    "unclosed_group": "(a b",
    "unopened_group": "a b)",
    "empty_group": "()",
    "empty_phrase": '""',
    "operator_needs_term": "a AND",
    "not_needs_term": "a NOT",
    "lone_hyphen": "a - b",
    "no_word": "…",
    "comma": "a, b",
    "only_exclusions": "-a",
    "branch_only_exclusions": "a OR -b",
    "wildcard_short": "a*",
    "wildcard_place": "*panne",
    "wildcard_letters": "a?",
    "wildcard_exact": "=pann*",
    "wildcard_script": "東京*",
    "exact_needs_term": "= panne",
    "near_distance": "a NEAR/0 b",
    "near_operand": "a NEAR/2 (b c)",
    "near_chain": "a" + " NEAR/2 a" * 11,
    "near_fields": "title:a NEAR/2 text:b",
    "count_number": "{0} a",
    "count_operand": "{2} (a b)",
    "min_number": "MIN/0(a, b)",
    "min_list": "MIN/3(a, b)",
    "unknown_field": "titel:panne",
    "field_value": "title:",
    "field_in_field": "title:(site:a.example)",
    "site_path": "site:a.example/b",
    "field_operand": "site:=a",
    "unknown_lang": "lang:french",
    "unknown_platform": "platform:masto",
    "unknown_country": "country:France",
    "unknown_kind": "kind:news",
    "unknown_rating": "rating:6",
    "unknown_site": "site:lemonde",
    "value_wildcard": "lang:fr*",
    "one_value": "lang:(fr en)",
    "looks_like_operator": "a NEAR5 b",
    "single_quotes": "'a b'",
    "field_colon": "title=a",
    "meaning_in_keyword": '~"late delivery"',
    "wildcard_alone": '"a * b"',
}
# Of searches only: a keyword has no phrase to find by meaning.
SEARCHES = {
    "meaning_place": '~"late" OR lamp',
    "meaning_twice": '~"late" ~"broken"',
    "meaning_too_long": f'~"{"a" * 1000}"',
}


def unresolvable(host, port):
    raise OSError(-2, "Name or service not known")


@pytest.fixture(scope="module")
def server():
    with FeedServer() as server:
        yield server


def client(resolve=None, **changes):
    settings = ClientSettings(**{"total_timeout_s": 0.5, "max_bytes": 1000, "allowed_hosts": LOOPBACK, **changes})
    return HttpClient(settings, resolve) if resolve else HttpClient(settings)


def produced(code, server):
    """The code of the client's error for input that should give `code`."""
    if code in RESPONSES:
        return client().fetch(server.put(f"/{code}", **RESPONSES[code])).error.code
    if code == "bad_url":
        return client().fetch("ftp://a.example/feed").error.code
    if code == "private_address":
        return client(allowed_hosts=frozenset()).fetch(server.url("/feed")).error.code
    if code == "dns":
        return client(unresolvable).fetch("http://nowhere.example/").error.code
    if code == "connect":
        with FeedServer() as stopped:
            url = stopped.url("/")
        return client().fetch(url).error.code
    if code == "tls":
        return client().fetch(server.url("/feed").replace("http:", "https:")).error.code
    if code == "busy":
        crowded = client(max_bytes=2_000_000)
        while crowded.large_bodies.acquire(blocking=False):
            pass
        return crowded.fetch(server.put("/large", body=b"x" * 1_500_000)).error.code
    if code == "redirect_loop":
        return client().fetch(server.put("/loop", status=302, location="/loop")).error.code
    if code == "too_many_redirects":
        for step in range(7):
            server.put(f"/step/{step}", status=302, location=f"/step/{step + 1}")
        return client().fetch(server.url("/step/0")).error.code
    raise AssertionError(f"no input here produces {code}")


@pytest.mark.parametrize("code", ERROR_CODES)
def test_http_client_returns_every_error_code(code, server):
    assert produced(code, server) == code


@pytest.mark.parametrize("code", FEEDS)
def test_feed_parser_returns_every_error_code(code):
    assert parse_feed(FEEDS[code]).code == code


def test_opml_reader_returns_its_error_code():
    assert read_opml(b"<rss/>").code == "not_opml"


def test_polling_returns_its_error_code_for_an_unknown_platform():
    assert poll(SimpleNamespace(source=SimpleNamespace(platform="myspace")), client()).error.code == "unknown_platform"


# Produced in tests/monitoring/services/test_secret_sources.py.
SECRET_URLS = ("hidden_url", "address_unreadable")


def test_sources_have_a_message_for_exactly_the_codes_that_are_produced():
    others = ("not_opml", "unknown_platform", *SECRET_URLS)
    assert set(ERROR_TEXTS) == {*ERROR_CODES, *FEEDS, *others, *PLATFORM_CODES}


@pytest.mark.parametrize("code", MESSAGES)
def test_query_parser_raises_every_error_code_with_its_message(code):
    with pytest.raises(QueryError) as caught:
        split_query(SEARCHES[code]) if code in SEARCHES else parse_query(QUERIES[code])
    assert caught.value.code == code
    assert re.search(r"\{[a-z]+\}", str(caught.value)) is None


def test_every_problem_of_a_setting_has_a_sentence_of_its_own():
    assert len({setting_error(code, "App", "x") for code in SETTING_CODES}) == len(SETTING_CODES)


@pytest.mark.parametrize(
    ("check", "entered"), [(check_countries, "uk"), (check_p8, "x"), (check_service_account, "x")]
)
def test_checks_of_settings_return_known_codes(check, entered):
    assert check(entered) in SETTING_CODES
