"""Test sources that have the URL of a site, as an OPML list may give it: their feed is found when they are polled."""

import pytest

from accounts.models import ActivityEntry
from monitoring.models import Document
from tests.factories import make_source
from tests.monitoring.conftest import NEWS, poll_again, rss

pytestmark = pytest.mark.django_db(transaction=True)


def page(head: str = "") -> dict[str, object]:
    return {"body": f"<!doctype html><html><head>{head}</head><body>Le Phare</body></html>".encode()}


LINK = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'


def test_source_takes_feed_of_its_site_when_first_polled(feed, web):
    source = feed("/", **page(LINK))
    web.put("/feed.xml", body=NEWS)
    poll_again(source)
    assert (source.url, source.title, source.error_code) == (web.url("/feed.xml"), "Le Phare", "")
    assert Document.objects.count() == 2
    assert ActivityEntry.objects.get(action="source.moved").detail["previous_url"] == web.url("/")
    poll_again(source)
    assert (source.error_code, Document.objects.count()) == ("", 2)


def test_source_takes_feed_at_usual_url_when_its_site_links_to_none(feed, web):
    source = feed("/", **page())
    web.put("/feed/", body=NEWS)
    assert poll_again(source).url == web.url("/feed/")


def test_source_is_failing_when_its_site_has_no_feed(feed, web):
    source = poll_again(feed("/", **page()))
    assert (source.url, source.error_code) == (web.url("/"), "html_page")
    requests = len(web.requests)
    poll_again(source)
    assert len(web.requests) == requests + 1


def test_source_looks_again_when_the_feed_of_its_site_failed(feed, web):
    source = feed("/", **page(LINK))
    web.put("/feed.xml", status=503)
    assert (poll_again(source).url, source.error_code) == (web.url("/"), "unavailable")
    web.put("/feed.xml", body=NEWS)
    assert (poll_again(source).url, source.error_code) == (web.url("/feed.xml"), "")


def test_known_source_stays_when_its_feed_becomes_a_page(feed, web):
    source = poll_again(feed("/flux", body=rss({"title": "Un", "link": "https://phare.example/1"})))
    web.put("/flux", **page(LINK))
    web.put("/feed.xml", body=NEWS)
    assert (poll_again(source).url, source.error_code) == (web.url("/flux"), "html_page")


def test_source_keeps_its_url_when_project_has_the_feed_of_its_site(feed, web, project):
    web.put("/feed.xml", body=NEWS)
    make_source(project, web.url("/feed.xml"), host="127.0.0.1")
    assert poll_again(feed("/", **page(LINK))).url == web.url("/")
    assert Document.objects.count() == 2
