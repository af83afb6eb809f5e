"""Test that items of platforms are stored as received, and shown to admins only."""

import json
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from monitoring.ingest.deletions import blank_documents
from monitoring.ingest.records import Batch
from monitoring.ingest.store import store
from monitoring.models import Document, Mention, RawItem
from monitoring.records import Entry
from tests.factories import make_keyword, make_source

pytestmark = pytest.mark.django_db

RAW = '{"text": "<script>lumen</script>"}'
POST = Entry("1", "https://hn.example/1", "Lumen", "Avant", published=timezone.now(), raw=RAW)


@pytest.fixture
def source(project):
    return make_source(project, "https://hn.example/", platform="hackernews")


def store_entries(source, *entries, platform="hackernews"):
    store([Batch(source.pk, source.project_id, entries, platform=platform)])


def test_new_and_edited_items_are_stored_as_received(source):
    store_entries(source, POST, replace(POST, native_id="2", url="https://hn.example/2", raw=""))
    first = RawItem.objects.get()
    assert (first.document.url, first.body) == (POST.url, RAW)
    store_entries(source, replace(POST, body="Après", raw='{"text": "Après"}'))
    edited = RawItem.objects.get()
    assert edited.body == '{"text": "Après"}' and edited.stored_at > first.stored_at


def test_unchanged_item_and_other_source_leave_the_stored_one(source, project):
    store_entries(source, POST)
    store_entries(source, replace(POST, raw="again"))
    store_entries(make_source(project, "https://hn.example/b", platform="hackernews"), replace(POST, raw="other"))
    assert Document.objects.count() == 1 and RawItem.objects.get().body == RAW


def test_characters_that_postgres_refuses_are_removed(source):
    store_entries(source, replace(POST, raw=json.dumps({"text": "a\ud800b"}, ensure_ascii=False) + "\0"))
    assert "b" in RawItem.objects.get().body


def test_feed_entries_make_no_query_of_raw_items(project):
    feed = make_source(project)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        store_entries(feed, replace(POST, raw=""), platform="feed")
        store_entries(feed, replace(POST, raw="", body="Après"), platform="feed")
    assert not [one for one in queries if "rawitem" in one["sql"]]
    assert Document.objects.get().text == "Après" and not RawItem.objects.exists()


def test_mention_page_shows_item_as_received_to_admins_only(source, project, owner, manager, as_person, at, read):
    make_keyword(project, "Lumen", "lumen")
    store_entries(source, POST)
    mention = Mention.objects.get()
    assert project.memberships.get(user=owner).role == Role.ADMIN
    page = as_person(owner).get(at("mention", mention.pk)).content.decode()
    assert "Item as received" in page and "stored for 7 days" in page
    assert "&lt;script&gt;lumen&lt;/script&gt;" in page and "<script>lumen" not in page
    other = as_person(manager).get(at("mention", mention.pk)).content.decode()
    assert "script&gt;lumen" not in other and 'class="raw-item"' not in other
    with connection.cursor() as cursor:
        blank_documents(cursor, [mention.document_id], "platform", timezone.now())
    assert "Item as received" not in read(as_person(owner), at("mention", mention.pk))
