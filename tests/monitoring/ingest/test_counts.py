"""Counts of known entries: likes, replies and the like, read again with the same texts."""

from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.ingest.store import store
from monitoring.models import Document, Mention, Source
from monitoring.polling.poller import poll_due
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.hackernews import HackerNewsServer
from tests.monitoring.ingest.entries import batch, entry
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

COUNTED = {"likes": 3, "replies": 2, "engagement": 5, "followers": 40, "rating": 4.0}


def poll(source, *entries):
    store([batch(source, *entries, platform="hackernews")])


def read():
    document = Document.objects.get()
    return {name: getattr(document, name) for name in COUNTED}


def test_poll_updates_the_counts_of_known_items(project):
    make_keyword(project, query="lumen")
    with HackerNewsServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(2, now=server.now)
        url, settings = "https://news.ycombinator.com/", {"base_url": server.url}
        make_source(project, url, platform="hackernews", host="127.0.0.1", settings=settings)
        poll_due()
        server.posts = [replace(post, likes=70, replies=30) for post in server.posts]
        Source.objects.update(next_poll_at=timezone.now())
        poll_due()
    assert set(Document.objects.values_list("likes", "replies", "engagement", "edits")) == {(70, 30, 100, 0)}
    assert set(Mention.objects.values_list("engagement", flat=True)) == {100}


@pytest.mark.parametrize(
    ("rating", "stars"),
    [(0.4, 1), (1.49, 1), (1.5, 2), (4.4, 4), (5, 5), (0, None), (7.5, None), (float("nan"), None)],
)
def test_mention_has_the_rating_in_whole_stars(source, rating, stars):
    poll(source, entry("1", rating=rating))
    poll(source, entry("2", rating=3.0))
    poll(source, entry("2", rating=rating))
    ratings = Mention.objects.order_by("pk").values_list("rating", flat=True)
    assert list(ratings) == [stars, stars or 3]


def test_count_that_is_unknown_now_keeps_its_last_value(source):
    poll(source, entry("1", **COUNTED))
    poll(source, entry("1", **COUNTED | {"likes": None, "replies": 7, "rating": 2.5}))
    assert read() == COUNTED | {"replies": 7, "rating": 2.5}


def test_count_zero_replaces_a_count(source):
    poll(source, entry("1", **COUNTED))
    poll(source, entry("1", **COUNTED | {"likes": 0}))
    assert read() == COUNTED | {"likes": 0}


def test_counts_beyond_their_column_are_bounded(source):
    poll(source, entry("1", **COUNTED))
    poll(source, entry("1", **COUNTED | {"likes": 2**40, "replies": -1}))
    assert read() == COUNTED | {"likes": 2**31 - 1, "replies": 0}


def test_edit_and_new_counts_are_stored_together(source):
    poll(source, entry("1", **COUNTED))
    poll(source, entry("1", text="Lumora ferme", **COUNTED | {"likes": 9}))
    assert (Document.objects.get().text, read()["likes"]) == ("Lumora ferme", 9)


def test_counts_come_only_from_the_source_of_the_document(source, project):
    poll(source, entry("1", **COUNTED))
    other = make_source(project, "https://other.example/feed")
    poll(other, entry("1", **COUNTED))
    poll(other, entry("1", **COUNTED | {"likes": 1_000}))
    assert read() == COUNTED


def test_unchanged_counts_write_nothing(source):
    poll(source, entry("1", **COUNTED))
    versions = [version_of(Document), version_of(Mention)]
    poll(source, entry("1", **COUNTED))
    assert [version_of(Document), version_of(Mention)] == versions


def test_entries_of_feeds_need_no_further_statement(source):
    store([batch(source, entry("1"))])
    with CaptureQueriesContext(connection) as queries:
        store([batch(source, entry("1"))])
    assert len(queries) == 2


def test_locked_mention_gets_its_counts_at_the_next_reading(source):
    poll(source, entry("1", **COUNTED))
    with transaction.atomic():
        Mention.objects.select_for_update().get()
        race(lambda: poll(source, entry("1", **COUNTED | {"engagement": 50})))
    assert (read()["engagement"], Mention.objects.get().engagement) == (50, 5)
    poll(source, entry("1", **COUNTED | {"engagement": 50}))
    assert Mention.objects.get().engagement == 50


def version_of(model):
    """Return the transaction that last wrote the only row."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT xmin::text, ctid::text FROM {model._meta.db_table}")
        return cursor.fetchone()
