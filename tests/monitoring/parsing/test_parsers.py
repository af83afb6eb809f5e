"""Test that large and dense bodies are parsed in a child process, with the same results and within its limits."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

import pytest
from django.utils import translation

from monitoring.content.limits import IN_PROCESS
from monitoring.content.web_page import Page
from monitoring.feeds import discover, opml, parse
from monitoring.feeds.errors import ParseError
from monitoring.parsing import child_process
from monitoring.parsing.child_process import run_in_child
from monitoring.parsing.parsers import find_feeds, parse_feed, read_opml, read_page
from monitoring.query_tools import explain
from monitoring.records import Entry, ParsedFeed
from monitoring.services.opml import import_opml
from monitoring.services.sources import add_source
from tests.monitoring.feeds.generate import realistic_feed
from tests.monitoring.parsing.bodies import MEGABYTE, attack, podcast

PAGE = (
    b"<!doctype html><html lang=fr><head><title>Une page</title>%s</head><body><p>Lumen lance une lampe</p>%s</body>"
)
LINK = b"<link rel=alternate type=application/rss+xml href=/feed.xml title=Flux>"


@pytest.mark.parametrize("doctype", [False, True])
def test_large_feed_is_read_whole(doctype):
    body = podcast(3_000, 8 * MEGABYTE, doctype=doctype)
    feed = parse_feed(body, url="https://pod.example/feed")
    assert (feed.title, len(feed.entries)) == ("Le Phare", 3_000)
    assert feed.entries[-1].url == "https://pod.example/2999"


@pytest.mark.parametrize("kind", ["wordpress", "rss", "atom", "rdf", "json"])
def test_child_returns_the_same_feed(kind):
    body = realistic_feed(1, 30, kind)
    expected = parse.parse(body, url="http://a.example/")
    assert isinstance(expected, ParsedFeed)
    assert run_in_child("feed", body, url="http://a.example/") == expected


def test_child_returns_every_field_of_a_feed():
    body = (
        b"<rss version='2.0'><channel><title>A</title><language>fr</language><ttl>90</ttl><link>http://a.example/</link>"
        b"<skipHours><hour>3</hour></skipHours><skipDays><day>Monday</day></skipDays><item><guid>1</guid>"
        b"<title>x</title><author>Ana</author><pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"
    )
    expected = parse.parse(body)
    found = run_in_child("feed", body)
    assert found == expected
    for record, other in ((found, expected), (found.entries[0], expected.entries[0])):
        for each in fields(record):
            assert type(getattr(record, each.name)) is type(getattr(other, each.name))
    assert isinstance(found.entries[0], Entry)


@pytest.mark.parametrize("body", [b"", b"Not found", b"<html><body>Hello</body></html>"])
def test_child_returns_the_same_error(body):
    assert run_in_child("feed", body) == parse.parse(body)


def test_child_returns_pages_links_and_outlines():
    page = PAGE % (LINK, b"")
    assert run_in_child("page", page, content_type="text/html") == Page("Une page", "Lumen lance une lampe", "fr")
    assert run_in_child("page", page, content_type="image/png") is None
    assert run_in_child("discover", page, url="http://a.example/") == discover.discover(page, "http://a.example/")
    outlines = b"<opml><body><outline xmlUrl='http://a.example/feed' text='A'/></body></opml>"
    assert run_in_child("opml", outlines) == opml.read_opml(outlines)


def test_large_pages_are_read():
    page = PAGE % (LINK, b"<p>Encore du texte.</p>" * 60_000)
    assert IN_PROCESS.html.excess(page)
    assert read_page(page, "text/html").text.split()[:5] == ["Lumen", "lance", "une", "lampe", "Encore"]
    assert [feed.url for feed in find_feeds(page, "http://a.example/")] == ["http://a.example/feed.xml"]


@pytest.mark.parametrize("kind", ["references", "attributes", "attributes without value", "quotes", "entries"])
def test_bodies_made_to_exhaust_a_parser_are_a_result_or_too_complex(kind):
    body = attack(kind, 10 * MEGABYTE)
    for found in (
        parse_feed(body),
        read_page(body, "text/html"),
        find_feeds(body, "http://a.example/"),
        read_opml(body.replace(b"<rss version='2.0'><channel>", b"<opml><body>", 1)),
    ):
        assert not isinstance(found, ParseError) or found.code in ("too_complex", "xml_bomb", "not_opml")


def test_body_beyond_the_memory_limit_is_too_complex(monkeypatch):
    monkeypatch.setattr(child_process, "_MAX_MEMORY_BYTES", 160 * MEGABYTE)
    found = parse_feed(attack("attributes without value", 8 * MEGABYTE))
    assert found.code == "too_complex"


@pytest.mark.parametrize(("limit", "value"), [("_CPU_S", 1), ("_WALL_S", 1.0)])
def test_body_beyond_a_time_limit_is_too_complex(monkeypatch, limit, value):
    monkeypatch.setattr(child_process, limit, value)
    # Each attribute is searched among all others of its tag.
    tag = b"<rss><channel><item><a " + b" ".join(b'a%d=""' % number for number in range(50_000)) + b"/>"
    found = parse_feed(tag + b"</item></channel></rss>")
    assert found == ParseError("too_complex", found.detail)
    assert found.detail.startswith("parser ended with status -")


def test_output_beyond_its_limit_is_too_complex(monkeypatch):
    monkeypatch.setattr(child_process, "_MAX_OUTPUT_BYTES", 1000)
    assert run_in_child("feed", realistic_feed(1, 30, "wordpress")).code == "too_complex"


def parsed_simultaneously(body, times):
    """Return what parse_feed returns in this many threads."""
    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(parse_feed, [body] * times))


def test_parser_is_busy_when_too_many_bytes_wait(monkeypatch):
    monkeypatch.setattr(child_process, "_MAX_WAITING_BYTES", 3 * MEGABYTE)
    monkeypatch.setattr(child_process, "_MAX_WAIT_S", 0.05)
    body = podcast(100, 4 * MEGABYTE)
    found = parsed_simultaneously(body, 3)
    assert [each.code for each in found if isinstance(each, ParseError)] == ["busy"] * 2
    assert [len(each.entries) for each in found if isinstance(each, ParsedFeed)] == [100]


def test_parser_is_busy_when_its_turn_does_not_come(monkeypatch):
    monkeypatch.setattr(child_process, "_MAX_WAIT_S", 0.01)
    body = podcast(100, 3 * MEGABYTE)
    found = parsed_simultaneously(body, 2)
    assert sorted(getattr(each, "code", "") for each in found) == ["", "busy"]
    assert len(parse_feed(body).entries) == 100


def test_small_feed_is_parsed_without_a_child(monkeypatch):
    monkeypatch.setattr(child_process.sys, "executable", "/nowhere")
    assert len(parse_feed(realistic_feed(1, 50, "wordpress")).entries) == 50


@pytest.mark.django_db
def test_adding_a_source_refuses_a_feed_made_to_exhaust_the_parser(project, web):
    url = web.put("/feed", body=attack("references", 8 * MEGABYTE))
    assert add_source(project, None, url).error == "too_complex"
    assert not project.sources.exists()


@pytest.mark.django_db
def test_explaining_a_match_refuses_a_page_made_to_exhaust_the_parser(project, web):
    body = b"<html><body><a " + b" ".join(b"a%d=''" % number for number in range(150_000)) + b">"
    url = web.put("/page", body=body, content_type="text/html")
    page = explain.fetch_page(project, url)
    with translation.override("en"):
        assert explain.of_page(project, page).startswith("The content is too large or too complex to read safely.")


@pytest.mark.django_db
def test_importing_opml_reads_a_large_file(project):
    outlines = b"".join(b"<outline xmlUrl='http://a.example/%d?a=b&amp;c=d' text='A'/>" % n for n in range(30_000))
    body = b"<opml><body>" + outlines + b"</body></opml>"
    assert IN_PROCESS.lxml.excess(body)
    assert import_opml(project, None, body).added == opml.MAX_OUTLINES
