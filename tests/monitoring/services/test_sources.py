"""Adding sources by feed URL, by site URL and from OPML; pausing and deleting them."""

import time
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import ActivityEntry
from monitoring.feeds.errors import ParseError
from monitoring.feeds.opml import LeftOut
from monitoring.messages.source_errors import ERROR_TEXTS
from monitoring.models import Mention, Source
from monitoring.services.opml import export_opml, import_opml
from monitoring.services.sources import add_source, delete_source, pause_source
from outbound import ERROR_CODES
from tests.factories import make_keyword, make_mention, make_source
from tests.monitoring.conftest import rss

pytestmark = pytest.mark.django_db

FEED = rss({"title": "Bonjour", "link": "https://phare.example/1"})


def page(*links):
    tags = "".join(f'<link rel="alternate" type="application/rss+xml" title="{t}" href="{h}">' for t, h in links)
    return f"<!doctype html><html><head>{tags}</head><body>Bienvenue</body></html>".encode()


def test_add_source_adds_feed_by_its_url(project, manager, web):
    result = add_source(project, manager, f"  {web.put('/feed.xml', body=FEED)} ")
    assert (result.created, result.error, result.source.title) == (True, "", "Le Phare")
    assert ActivityEntry.objects.get().action == "source.added"
    assert add_source(project, manager, web.url("/feed.xml")).created is False


def test_add_source_finds_feed_linked_from_site(project, manager, web):
    web.put("/", body=page(("Tout", "/tout.xml")), content_type="text/html")
    web.put("/tout.xml", body=FEED)
    assert add_source(project, manager, web.url("/")).source.url == web.url("/tout.xml")


def test_add_source_tries_usual_feed_urls_when_site_links_none(project, manager, web):
    web.put("/", body=page(), content_type="text/html")
    web.put("/feed", body=FEED)
    web.put("/feed/", body=FEED)
    assert add_source(project, manager, web.url("/")).source.url.rstrip("/") == web.url("/feed")


def test_add_source_returns_candidates_when_site_has_several_feeds(project, manager, web):
    web.put("/", body=page(("Tout", "/tout.xml"), ("Sport", "/sport.xml")), content_type="text/html")
    result = add_source(project, manager, web.url("/"))
    assert result.source is None
    assert [feed.title for feed in result.candidates] == ["Tout", "Sport"]
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("ftp://phare.example/feed", "bad_url"),
        ("javascript://alert(1)", "bad_url"),
        ("http://169.254.169.254/", "private_address"),
        ("http://10.0.0.1/feed", "private_address"),
        ("http://[::1]/feed", "private_address"),
        ("http://phare.example/\x00", "bad_url"),
        ("https://phare.example/" + "語" * 700, "bad_url"),  # 2,100 bytes: too long for the index
    ],
)
def test_add_source_rejects_unusable_url(project, manager, url, error):
    assert add_source(project, manager, url).error == error
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("route", "error"),
    [
        ({"status": 404}, "not_found"),
        ({"status": 410}, "gone"),
        ({"body": b"plain words"}, "not_a_feed"),
        ({"body": page(), "content_type": "text/html"}, "html_page"),
        ({"status": 302, "location": "/x"}, "redirect_loop"),
    ],
)
def test_add_source_rejects_non_feed_with_error_code(project, manager, web, route, error):
    result = add_source(project, manager, web.put("/x", **route))
    assert (result.source, result.error) == (None, error)
    assert not Source.objects.exists()


def test_add_source_adds_failing_source_on_transient_error(project, manager, web):
    result = add_source(project, manager, web.put("/x", status=503))
    assert result.error == result.source.error_code == "unavailable"
    assert result.source.failing_since


def test_add_source_adds_linked_feed_on_transient_error(project, manager, web):
    web.put("/", body=page(("Tout", "/tout.xml")), content_type="text/html")
    web.put("/tout.xml", status=503)
    result = add_source(project, manager, web.url("/"))
    assert (result.error, result.source.url) == ("unavailable", web.url("/tout.xml"))


def test_add_source_stops_at_deadline_when_usual_urls_hang(project, manager, web, settings):
    settings.FETCH_TIMEOUT_S = 1
    web.put("/", body=page(), content_type="text/html")
    for path in ("/feed/", "/rss", "/feed.xml", "/rss.xml", "/atom.xml"):
        web.put(path, fault="hang")
    began = time.monotonic()
    assert add_source(project, manager, web.url("/")).error == "html_page"
    assert time.monotonic() - began < 2 * settings.FETCH_TIMEOUT_S + 0.5


def test_every_error_code_has_a_message():
    feeds = {"empty", "not_a_feed", "html_page", "xml_bomb", "too_complex", "unreadable", "unknown_platform"}
    assert set(ERROR_CODES) | feeds <= set(ERROR_TEXTS)


def test_import_opml_reads_what_export_opml_wrote(project, manager):
    make_source(project, "https://a.example/feed", title="A & co")
    make_source(project, "https://b.example/feed", title="Bé")
    exported = export_opml(project, project.sources.order_by("id"))
    Source.objects.all().delete()
    imported = import_opml(project, manager, exported)
    assert (imported.added, imported.known, imported.left_out) == (2, 0, ())
    assert import_opml(project, manager, exported).added == 0
    assert set(Source.objects.values_list("url", "title", "host")) == {
        ("https://a.example/feed", "A & co", "a.example"),
        ("https://b.example/feed", "Bé", "b.example"),
    }


def test_import_opml_adds_what_it_can_and_names_the_rest(project, manager):
    outlines = [
        'xmlUrl="https://essai.example/o3.xml"', 'title="site" htmlUrl="https://essai.example/site.html" type="rss"',
        'xmlUrl="feed://essai.example/o5.xml" text="a"', 'xmlUrl="essai.example/o7.xml" text="c"', 'text="Rien"',
    ]  # fmt: skip
    body = "".join(f"<outline {outline}/>" for outline in outlines)
    imported = import_opml(project, manager, f'<opml version="1.1"><body>{body}</body></opml>'.encode())
    assert (imported.added, imported.left_out) == (4, (LeftOut("Rien", "no_url"),))
    assert set(Source.objects.values_list("url", flat=True)) == {
        f"https://essai.example/{path}" for path in ("o3.xml", "site.html", "o5.xml", "o7.xml")
    }
    assert ActivityEntry.objects.get(action="source.imported").detail == {"added": 4, "left_out": 1}


def test_import_opml_rejects_too_long_url(project, manager):
    url = f"https://a.example/{'x' * 2000}"
    opml = f'<opml version="2.0"><body><outline type="rss" text="A" xmlUrl="{url}"/></body></opml>'.encode()
    imported = import_opml(project, manager, opml)
    assert (imported.added, imported.left_out) == (0, (LeftOut("A", "bad_url"),))


def test_import_opml_returns_error_for_invalid_file(project, manager):
    assert isinstance(import_opml(project, manager, b"not xml"), ParseError)


def test_import_opml_adds_5000_feeds_with_few_queries(project, manager):
    outlines = "".join(f'<outline xmlUrl="https://site{number}.example/feed"/>' for number in range(5000))
    refused = '<outline xmlUrl="https:///nowhere"/>'
    with CaptureQueriesContext(connection) as captured:
        imported = import_opml(project, manager, f"<opml><body>{refused}{outlines}</body></opml>".encode())
    assert (imported.added, imported.left_out) == (5000, (LeftOut("https:///nowhere", "not_web"),))
    assert len(captured) < 100


def test_pause_source_clears_errors_when_resuming_stopped_source(project, manager):
    source = make_source(project, state=Source.State.STOPPED, error_code="gone", failures=4)
    pause_source(source, manager, False)
    assert (source.state, source.error_code, source.failures) == (Source.State.ACTIVE, "", 0)


def test_delete_source_keeps_its_mentions(project, manager):
    source = make_source(project)
    mention = make_mention(make_keyword(project), source=source)
    delete_source(source, manager)
    mention.refresh_from_db()
    assert mention.source_id is None


@pytest.mark.django_db(transaction=True)
def test_delete_source_waits_for_concurrent_poll(project, manager):
    """Race: the poll has locked the source and stored an entry, but has not committed."""
    from monitoring.ingest.records import Batch
    from monitoring.ingest.store import store
    from monitoring.polling.leases import claim
    from monitoring.polling.save import _lock_owned
    from monitoring.records import Entry

    make_keyword(project, query="lumen")
    source = make_source(project)
    owner = uuid4()
    claim(owner, 1)

    def delete():
        delete_source(source, manager)
        connections.close_all()

    deleting = Thread(target=delete)
    with transaction.atomic():
        assert _lock_owned([source.pk], owner)
        deleting.start()
        deleting.join(0.3)
        store([Batch(source.pk, project.pk, (Entry("1", "https://a.example/1", "Lumen", ""),))])
    deleting.join(10)
    assert not Source.objects.exists()
    assert list(Mention.objects.values_list("source", "document__source")) == [(None, None)]


@pytest.mark.django_db
@pytest.mark.parametrize("state", Source.State.values)
@pytest.mark.parametrize("error_code", ["", "timeout"])
def test_failing_selects_the_sources_whose_is_failing_is_true(project, state, error_code):
    source = make_source(project, state=state, error_code=error_code)
    expected = state == Source.State.STOPPED or (state == Source.State.ACTIVE and error_code != "")
    assert source.is_failing is expected
    assert Source.objects.failing().filter(pk=source.pk).exists() is expected
