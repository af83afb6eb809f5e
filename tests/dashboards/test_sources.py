"""Sources: their status, adding, importing, pausing, checking and deleting them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from monitoring.models import Source
from tests.factories import make_documents, make_source
from tests.fetching import fetched
from tests.lookalikes.feeds import FeedServer
from tests.pages import words

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Le Phare</title><link>https://phare.example/</link>
<item><title>Bonjour</title><guid>1</guid></item></channel></rss>"""
PAGE = b"""<html><head><link rel="alternate" type="application/rss+xml" title="News" href="/news.xml">
<link rel="alternate" type="application/rss+xml" title="Sport" href="/sport.xml"></head></html>"""
OPML = b"""<opml version="2.0"><body><outline type="rss" text="One" xmlUrl="https://one.example/feed"/>
<outline type="rss" text="Bad" xmlUrl="https://[two/feed"/><outline text="Empty"/></body></opml>"""
EMPTY = b'<outline text="Empty"/>'


@pytest.fixture
def web():
    with FeedServer() as server:
        yield server


@pytest.fixture
def client(as_person, english_manager):
    return as_person(english_manager)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"last_success_at": timedelta()}, "active"),
        ({"last_success_at": timedelta(), "created_at": timedelta(days=60)}, "quiet"),
        ({"error_code": "timeout", "last_success_at": timedelta(hours=1)}, "failing"),
        ({"error_code": "gone", "state": "stopped"}, "failing"),
        ({"error_code": "timeout", "state": "paused"}, "paused"),
        ({}, "pending"),
    ],
)
def test_source_has_one_status(client, at, project, fields, status):
    now = timezone.now()
    make_source(
        project, **{key: now - value if isinstance(value, timedelta) else value for key, value in fields.items()}
    )
    [row] = client.get(at("sources")).context["page"].object_list
    assert row.status == status


def test_source_list_explains_errors_with_advice(client, at, project, read):
    make_source(project, title="Radio", error_code="gone", state="stopped")
    text = read(client, at("sources"))
    assert "this feed is permanently gone (410)" in text and "Look for another feed on this site." in text


def test_source_list_shows_failing_sources_first_and_filters_by_status(client, at, project):
    make_source(project, title="Aa", last_success_at=timezone.now())
    make_source(project, title="Zz", error_code="dns")
    rows = client.get(at("sources")).context["page"].object_list
    assert [str(row.source) for row in rows] == ["Zz", "Aa"]
    rows = client.get(at("sources") + "?status=active").context["page"].object_list
    assert [str(row.source) for row in rows] == ["Aa"]
    rows = client.get(at("sources") + "?q=zZ").context["page"].object_list
    assert [str(row.source) for row in rows] == ["Zz"]


def test_items_per_day_cover_the_last_month(client, at, project):
    now = timezone.now()
    source = make_source(project, last_success_at=now, created_at=now - timedelta(days=90))
    make_documents(project, [{"source": source, "published": now - timedelta(days=d % 20)} for d in range(45)])
    make_documents(project, [{"source": source, "published": now - timedelta(days=50)}])
    new = make_source(project, title="Zz", last_success_at=now)
    make_documents(project, [{"source": new, "published": now - timedelta(days=d)} for d in range(11)])
    old_row, new_row = client.get(at("sources")).context["page"].object_list
    assert old_row.items_per_day == 1.5
    assert round(new_row.items_per_day, 1) == 1.1


def test_source_is_added_by_feed_url(client, at, web):
    web.put("/feed.xml", body=FEED)
    page = fetched(client, client.post(at("source_add"), {"url": web.url("/feed.xml")}))
    assert "“Le Phare” added." in words(page)
    page = client.post(at("source_add"), {"url": web.url("/feed.xml")}, follow=True)
    assert "“Le Phare” is already a source." in words(page)
    assert Source.objects.count() == 1


def test_source_form_lists_several_feeds_of_a_site(client, at, web):
    web.put("/", body=PAGE, headers={"Content-Type": "text/html"})
    page = fetched(client, client.post(at("source_add"), {"url": web.url("/")}))
    assert "This site has several feeds. Which one?" in words(page)
    assert web.url("/sport.xml") in page.content.decode()
    assert Source.objects.count() == 0


def test_source_form_shows_error_at_its_field(client, at, web):
    page = fetched(client, client.post(at("source_add"), {"url": web.url("/nothing")}))
    assert "Nothing was found at this URL (404)." in words(page)
    assert web.url("/nothing") in page.content.decode()
    page = fetched(client, client.post(at("source_add"), {"url": "http://10.0.0.1/feed"}))
    assert "private network" in words(page)


def test_opml_import_adds_feeds_and_names_entries_that_were_left_out(client, at):
    text = words(client.post(at("opml_import"), {"file": SimpleUploadedFile("feeds.opml", OPML)}))
    assert "1 source added." in text
    assert "Left out of the import (2)" in text
    assert "Bad Its URL can’t be fetched" in text and "Empty It has no URL." in text
    assert Source.objects.get().url == "https://one.example/feed"


def test_opml_import_leads_to_sources_when_nothing_was_left_out(client, at):
    file = SimpleUploadedFile(
        "feeds.opml", OPML.replace(b"https://[two/feed", b"two.example/feed").replace(EMPTY, b"")
    )
    assert client.post(at("opml_import"), {"file": file})["Location"] == at("sources")
    assert Source.objects.count() == 2


def test_opml_import_rejects_other_files(client, at):
    page = client.post(at("opml_import"), {"file": SimpleUploadedFile("x.opml", b"\x00 not at all")})
    assert "This isn’t an OPML file." in words(page)


def test_opml_export_can_be_imported(client, at, project, stranger, as_person):
    make_source(project, "https://one.example/feed", title="Un & deux")
    answer = client.get(at("opml_export"))
    assert 'filename="maison-lumen.opml"' in answer["Content-Disposition"]
    home = stranger.projects.get()
    as_person(stranger).post(f"/p/{home.pk}/sources/import", {"file": SimpleUploadedFile("a.opml", answer.content)})
    assert home.sources.get().title == "Un & deux"


def test_source_is_paused_checked_resumed_and_deleted(client, at, project):
    later = timezone.now() + timedelta(hours=5)
    source = make_source(project, title="Le Phare", next_poll_at=later)
    client.post(at("source_poll", source.pk))
    source.refresh_from_db()
    assert source.next_poll_at < timezone.now() + timedelta(minutes=1)
    client.post(at("source_pause", source.pk), {"paused": "1"})
    source.refresh_from_db()
    assert source.state == Source.State.PAUSED
    client.post(at("source_pause", source.pk), {"paused": "0"})
    source.refresh_from_db()
    assert source.state == Source.State.ACTIVE
    assert "Mentions already found are kept." in words(client.get(at("source_delete", source.pk)))
    client.post(at("source_delete", source.pk))
    assert not Source.objects.exists()


def test_source_page_shows_latest_items(client, at, project, read):
    source = make_source(project, title="Le Phare", last_success_at=timezone.now())
    make_documents(project, [{"source": source, "title": "A light in the night"}, {"title": "Elsewhere"}])
    text = read(client, at("source", source.pk))
    assert "A light in the night" in text and "Elsewhere" not in text


def test_viewer_reads_sources_and_changes_none(as_person, viewer, at, project):
    source = make_source(project)
    client = as_person(viewer)
    assert at("source_add") not in client.get(at("sources")).content.decode()
    for name in ("source_pause", "source_poll", "source_delete"):
        assert client.post(at(name, source.pk)).status_code == 403


def test_source_pages_have_constant_query_count(client, at, project, queries):
    source = make_source(project)
    few = queries(client, at("sources")), queries(client, at("source", source.pk))
    for _ in range(20):
        make_documents(project, [{"source": make_source(project)}, {"source": source}])
    assert (queries(client, at("sources")), queries(client, at("source", source.pk))) == few <= (10, 11)


def test_source_pages_warn_of_a_truncated_feed(client, at, project, read):
    source = make_source(project, last_success_at=timezone.now(), is_truncated=True)
    warning = "The feed was cut off at the last check, so items may be missing."
    assert warning in read(client, at("sources")) and warning in read(client, at("source", source.pk))
    source.is_truncated = False
    source.save()
    assert warning not in read(client, at("sources"))


def test_source_pages_tell_when_items_were_found_and_published(client, at, project, read):
    now = timezone.now()
    source = make_source(project, last_success_at=now, last_new_at=now)
    make_documents(project, [{"source": source, "published": now - timedelta(hours=2)}])
    assert "Last item found just now Newest item published 2 hours ago" in read(client, at("source", source.pk))
    assert "Last item found" in read(client, at("sources"))


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"moved_to": "https://…@new.example/feed", "moved_count": 2},
            "Permanently redirected to https://…@new.example/feed. Vigie will use it after reading the feed there for "
            "3 days.",
        ),
        ({"moved_to": "https://new.example/feed", "moved_count": 0}, "which seems to be another feed"),
        (
            {"previous_url": "https://old.example/feed?key=…", "moved_at": datetime(2026, 7, 1, 12, tzinfo=UTC)},
            "Moved to this URL on July 1, 2026. Previous URL: https://old.example/feed?key=…",
        ),
    ],
)
def test_source_page_shows_redirect_and_previous_url(client, at, project, read, fields, text):
    source = make_source(project, **fields)
    assert text in read(client, at("source", source.pk))


def test_url_list_import_names_lines_that_were_left_out(client, at, project):
    page = words(client.post(at("url_list_import"), {"urls": "https://a.example/feed\nhello", "tags": "Presse"}))
    assert "1 source added." in page
    assert "Line 2: hello" in page
    assert [source.tags for source in project.sources.all()] == [["Presse"]]
    again = client.post(at("url_list_import"), {"urls": "https://a.example/feed"}, follow=True)
    assert "0 sources added. 1 already existed." in words(again)


def test_url_list_import_adds_nothing_of_a_list_that_is_too_long(client, at, project):
    page = client.post(at("url_list_import"), {"urls": "\n".join(f"https://a.example/{n}" for n in range(1001))})
    assert "at most 1,000 lines" in words(page)
    assert not project.sources.exists()


def test_sources_are_filtered_by_tag(client, at, project, read):
    tagged, other = make_source(project, tags=["Presse & co"]), make_source(project)
    page = read(client, f"{at('sources')}?tag=Presse+%26+co")
    assert str(tagged) in page and str(other) not in page
    assert "All 1" in page and "Presse & co 1" in page
    assert str(other) in read(client, at("sources"))


def test_source_page_changes_tags(client, at, project, read):
    source = make_source(project, tags=["old"])
    assert client.post(at("source_tags", source.pk), {"tags": "Presse, Lyon"}).status_code == 302
    source.refresh_from_db()
    assert source.tags == ["Presse", "Lyon"]
    assert "Presse Lyon Edit tags" in read(client, at("source", source.pk))
