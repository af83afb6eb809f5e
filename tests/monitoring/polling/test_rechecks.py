"""Stored items are looked up again: counts while they are young, edits, deletions, within limits and terms."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.insights.engagement import growth, points_of
from monitoring.models import Credential, Document, DocumentRevision, EngagementPoint, Mention, Recheck, Source
from monitoring.platforms import registry
from monitoring.platforms.base import Limit
from monitoring.platforms.bluesky import Bluesky
from monitoring.polling.poller import poll_due
from monitoring.polling.recheck_results import CONFIRMED_AFTER
from monitoring.polling.rechecks import recheck_items
from monitoring.services.sources import delete_source
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.bluesky import BlueskyServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server():
    with BlueskyServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(6, now=server.now, every=timedelta(minutes=1))
        yield server


@pytest.fixture
def source(project, server):
    return make_bluesky(project, server)


def make_bluesky(project, server, url="https://bsky.app/search"):
    credential = Credential(project=project, platform="bluesky")
    credential.set_secrets(server.secrets)
    credential.save()
    settings = {**server.settings, "base_url": server.url}
    return make_source(project, url, platform="bluesky", host="127.0.0.1", settings=settings, credential=credential)


@pytest.fixture
def stored(project, source):
    """Poll the source, so six mentions are stored and a first check is scheduled for each."""
    make_keyword(project, query="lumen")
    poll_due()
    assert Mention.objects.count() == Recheck.objects.count() == 6
    return source


def make_due(**fields):
    Recheck.objects.update(due_at=timezone.now() - timedelta(minutes=1), **fields)


def lookups(server):
    return [request for request in server.requests if "getPosts" in request.path]


def document_of(server, number):
    return Document.objects.get(url=server.permalink(server.posts[number - 1]))


def test_first_check_is_an_hour_after_publication(stored):
    for recheck in Recheck.objects.select_related("document"):
        assert recheck.due_at == recheck.document.published + timedelta(hours=1)


def test_nothing_is_looked_up_before_it_is_due(stored, server):
    assert recheck_items() == 0
    assert not lookups(server)


def test_due_items_get_their_counts_and_a_point_of_their_series(stored, server):
    server.change(2, likes=340, replies=9)
    make_due()
    assert recheck_items() == 6
    document = document_of(server, 2)
    assert (document.likes, document.replies, document.engagement) == (340, 9, 350)
    assert Mention.objects.get(document=document).engagement == 350
    assert [(one.likes, one.engagement) for one in points_of(document)] == [(3, 6), (340, 350)]
    assert EngagementPoint.objects.count() == 2
    assert not Recheck.objects.filter(due_at__lte=timezone.now()).exists()
    assert len(lookups(server)) == 1


def test_growth_is_that_of_the_last_hours(stored, server):
    document, now = document_of(server, 1), timezone.now()
    for hours, engagement in ((30, 1), (5, 40), (2, 90)):
        EngagementPoint.objects.create(document=document, at=now - timedelta(hours=hours), engagement=engagement)
    Document.objects.filter(pk=document.pk).update(engagement=200)
    ids = list(Document.objects.values_list("pk", flat=True))
    found = {hours: growth(ids, now, timedelta(hours=hours)) for hours in (3, 24, 48)}
    assert {hours: [one.gained for one in rows] for hours, rows in found.items()} == {3: [160], 24: [199], 48: [199]}


def test_edited_post_is_updated_and_matched_again(stored, server):
    server.change(3, text="Rien à voir", edited=server.now)
    make_due()
    recheck_items()
    document = document_of(server, 3)
    assert document.text == "Rien à voir" and document.edits == 1
    assert DocumentRevision.objects.get().document == document
    assert Mention.objects.get(document=document).unmatched_at


def test_unchanged_items_are_no_edits(stored, server):
    make_due()
    recheck_items()
    assert set(Document.objects.values_list("edits", flat=True)) == {0}
    assert not EngagementPoint.objects.exists()


def test_deleted_post_is_blanked(stored, server):
    gone = document_of(server, 4)
    server.change(4, is_deleted=True)
    make_due()
    recheck_items()
    gone.refresh_from_db()
    assert gone.deleted_at and (gone.text, gone.author, gone.url) == ("", "", "")
    assert Mention.objects.filter(document=gone).exists() and not Recheck.objects.filter(document=gone).exists()
    assert Document.objects.filter(deleted_at=None).count() == 5


def test_many_posts_deleted_at_once_are_blanked_after_a_second_check_only(stored, server):
    for number in (1, 2, 3, 4):
        server.change(number, is_deleted=True)
    make_due()
    recheck_items()
    assert not Document.objects.exclude(deleted_at=None).exists()
    missing = Recheck.objects.exclude(missing_since=None)
    assert missing.count() == 4 and set(missing.values_list("read_at", flat=True))
    make_due()
    recheck_items()
    assert not Document.objects.exclude(deleted_at=None).exists(), "the second check was too early"
    missing.update(missing_since=timezone.now() - CONFIRMED_AFTER)
    server.change(1, is_deleted=False)
    server.change(2, text="Lumen est revenue")
    make_due()
    recheck_items()
    assert Document.objects.exclude(deleted_at=None).count() == 3
    assert Recheck.objects.filter(missing_since=None).count() == 3


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_error_blanks_nothing_and_is_tried_later(stored, server, status):
    server.fail(status, {"error": "Nope"}, times=5)
    make_due()
    recheck_items()
    assert not Document.objects.exclude(deleted_at=None).exists()
    assert Recheck.objects.filter(due_at__gt=timezone.now() + timedelta(minutes=30)).count() == 6


def test_killed_check_is_still_due(stored, server, monkeypatch):
    """Before its result is saved, a check has changed nothing but its lease and its reservation."""
    make_due()

    def die(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("monitoring.polling.rechecks.save_checked", die)
        with pytest.raises(KeyboardInterrupt):
            recheck_items()
    assert Recheck.objects.filter(due_at__lte=timezone.now()).count() == 6
    assert recheck_items() == 6


def test_lost_lease_saves_nothing(stored, server, monkeypatch):
    server.change(4, is_deleted=True)
    make_due()
    real = server.respond

    def respond(request):
        Source.objects.update(claimed_by=None)
        return real(request)

    server.respond = respond
    recheck_items()
    assert not Document.objects.exclude(deleted_at=None).exists()
    assert Recheck.objects.filter(due_at__lte=timezone.now()).count() == 6


def test_polls_come_before_checks(stored, server):
    make_due()
    Source.objects.update(next_poll_at=timezone.now())
    assert recheck_items() == 0
    poll_due()
    assert recheck_items() == 6


def test_checks_take_a_share_of_the_limit(stored, server, monkeypatch):
    platform = Bluesky()
    platform.limits = (Limit(100, 3_600),)
    platform.recheck = platform.recheck.__class__(1, timedelta(days=7))
    monkeypatch.setitem(registry.PLATFORMS, "bluesky", platform)
    make_due()
    assert recheck_items() == 2
    assert recheck_items() == 0
    assert Recheck.objects.filter(due_at__lte=timezone.now()).count() == 4


def test_unmatched_items_are_kept_unchecked_or_deleted_as_the_terms_ask(project, source, server, monkeypatch):
    poll = Bluesky()
    make_keyword(project, query="lumen NOT lampe")
    poll_due()
    assert (Recheck.objects.count(), Recheck.objects.exclude(due_at=None).count()) == (6, 0)
    poll.recheck = poll.recheck.__class__(25, timedelta(hours=24), is_strict=True)
    monkeypatch.setitem(registry.PLATFORMS, "bluesky", poll)
    make_due()
    recheck_items()
    assert not Document.objects.exists() and not lookups(server)


def test_item_that_a_new_keyword_matches_is_followed_from_then_on(project, source, server):
    from monitoring.ingest.backfill import backfill_all
    from monitoring.services.keywords import create_keyword

    make_keyword(project, query="lumen NOT lampe")
    poll_due()
    create_keyword(project, None, name="Lampe", query="lampe")
    backfill_all()
    assert Mention.objects.count() == 6
    assert recheck_items() == 6


def test_checks_of_a_deleted_source_are_handed_over(stored, server, project):
    second = make_bluesky(project, server, "https://bsky.app/search?2")
    Source.objects.update(next_poll_at=timezone.now() + timedelta(hours=1))
    delete_source(stored, None)
    make_due()
    assert set(Recheck.objects.values_list("source_id", flat=True)) == {second.pk}
    assert recheck_items() == 6
    assert Document.objects.count() == 6


def test_feeds_have_no_checks(project):
    from monitoring.ingest.records import Batch
    from monitoring.ingest.store import store
    from monitoring.records import Entry

    feed = make_source(project)
    store([Batch(feed.pk, project.pk, (Entry("1", "https://a.example/1", "Lumen", "Texte", recheck_id="1"),))])
    assert Document.objects.exists() and not Recheck.objects.exists()
