"""Deleted posts and closed accounts: what Vigie has of them is removed."""

import pytest
from django.utils import timezone

from accounts.models import ActivityEntry, Project
from monitoring.ingest.store import store
from monitoring.models import Document, Mention
from monitoring.platforms.bluesky_posts import entry_of_record
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.jetstream import did_of
from tests.monitoring.ingest.entries import batch
from tests.monitoring.streaming.running import is_working, post, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reading(server, source, read, project):
    """A reader that has stored two posts, of ada and of zoe."""
    make_keyword(project, query="lumen")
    reader = read()
    wait_until(lambda: server.connections)
    server.publish(server.event(post(1)), server.event(post(2, "Lumen brille", author="zoe")))
    wait_until(lambda: Mention.objects.count() == 2)
    wait_until(lambda: is_working(source))
    return reader


def texts():
    return sorted(Document.objects.values_list("text", flat=True))


def test_deleted_post_is_blanked_and_its_mention_stays(server, reading):
    server.publish(server.event(post(1), "delete"), server.event(post(77), "delete"))
    wait_until(lambda: Document.objects.exclude(deleted_at=None).exists())
    document = Document.objects.exclude(deleted_at=None).get()
    assert (document.text, document.url, document.author, document.author_url) == ("", "", "", "")
    assert texts() == ["", "Lumen brille"]
    assert Mention.objects.count() == 2
    assert ActivityEntry.objects.filter(action="document.deleted", detail__reason="platform").count() == 1


def test_deleted_post_is_blanked_in_every_project_and_wherever_it_was_found(server, reading, project):
    other = Project.objects.create(name="Autre")
    make_keyword(other, query="lumen")
    search = make_source(other, "https://bsky.app/search", platform="bluesky")
    record = {"text": "Ma lampe Lumen", "createdAt": timezone.now().isoformat()}
    store([batch(search, entry_of_record(server.native_id(post(1)), record, record["createdAt"]), platform="bluesky")])
    assert Document.objects.filter(project=other).get().text
    search.delete()
    server.publish(server.event(post(1), "delete"))
    wait_until(lambda: Document.objects.exclude(deleted_at=None).count() == 2)
    assert texts() == ["", "", "Lumen brille"]


def test_post_that_was_deleted_before_it_was_saved_is_never_stored(server, reading):
    written = post(5, "Lumen, vite")
    server.publish(server.event(written), server.event(written, "delete"), server.event(post(6, "Lumen reste")))
    wait_until(lambda: Mention.objects.count() == 3)
    assert texts() == ["Lumen brille", "Lumen reste", "Ma lampe Lumen"]


@pytest.mark.parametrize("status", ["deleted", "deactivated", "takendown"])
def test_posts_of_a_closed_account_are_blanked(server, reading, status):
    last = server.event(post(7))
    closed = server.account_event(did_of("ada"), timezone.now(), active=False, status=status)
    server.publish(last, closed, server.event(post(8, "Lumen reste", author="zoe")))
    wait_until(lambda: Mention.objects.filter(document__text="Lumen reste").exists())
    wait_until(lambda: Document.objects.exclude(deleted_at=None).exists())
    assert set(texts()) == {"", "Lumen brille", "Lumen reste"}


@pytest.mark.parametrize("account", [{"active": True}, {"active": False, "status": "suspended"}, {"active": False}])
def test_posts_of_other_accounts_stay(server, reading, account):
    server.publish(
        server.account_event(did_of("ada"), timezone.now(), **account), server.event(post(9, "Lumen après"))
    )
    wait_until(lambda: Mention.objects.count() == 3)
    assert texts() == ["Lumen après", "Lumen brille", "Ma lampe Lumen"]


def test_replayed_events_bring_nothing_back(server, source, reading, read):
    server.publish(server.event(post(1), "delete"))
    wait_until(lambda: Document.objects.exclude(deleted_at=None).exists())
    reading.stop()
    read()
    wait_until(lambda: len(server.requests) == 2)
    server.publish(server.event(post(3, "Lumen encore")))
    wait_until(lambda: Mention.objects.count() == 3)
    assert texts() == ["", "Lumen brille", "Lumen encore"]
