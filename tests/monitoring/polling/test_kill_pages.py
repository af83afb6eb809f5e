"""Test that a worker killed between two pages of a platform loses and duplicates nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Document, DocumentSource, Mention, Source
from monitoring.platforms.paging import MAX_PAGES
from monitoring.polling.poller import poll_due, poll_one
from tests.factories import make_keyword, make_source
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.hackernews import HackerNewsServer
from tests.monitoring.polling.test_kill import kill, start, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# More pages than one poll reads, so the last worker is killed in the middle of a walk that was stored.
POSTS = (MAX_PAGES + 2) * HackerNewsServer.page_size


@pytest.fixture
def server():
    with HackerNewsServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(POSTS, now=server.now, every=timedelta(minutes=1))
        respond = server.respond
        server.respond = lambda request: replace(respond(request), delay_s=0.1)
        yield server


def due_again():
    """Let the next worker poll, as if a minute had passed."""
    past = timezone.now() - timedelta(seconds=1)
    Source.objects.update(claimed_until=past, next_poll_at=past)


def kill_at_request(server, number):
    """Start a worker, and kill it while it waits for its next page. Return whether it was still polling."""
    due_again()
    before, stored = len(server.requests), Document.objects.count()
    worker = start("manage.py", "poll")
    wait_until(lambda: len(server.requests) - before >= number, worker)
    kill(worker)
    return len(server.requests) - before >= number and Document.objects.count() == stored


def test_worker_killed_between_two_pages_loses_and_duplicates_nothing(server, project):
    make_keyword(project, query="lumen")
    source = make_source(
        project,
        "https://news.ycombinator.com/",
        platform="hackernews",
        host="127.0.0.1",
        settings={"base_url": server.url},
    )
    assert kill_at_request(server, 1)
    assert kill_at_request(server, 3)
    assert not Document.objects.exists()
    due_again()
    poll_one(source.pk)
    source.refresh_from_db()
    assert source.report["gap"] and 0 < Document.objects.count() < POSTS
    assert kill_at_request(server, 2)
    for _ in range(3):
        due_again()
        poll_due()
    source.refresh_from_db()
    assert (source.error_code, source.report["gap"]) == ("", False)
    assert Document.objects.count() == DocumentSource.objects.count() == Mention.objects.count() == POSTS
    assert set(DocumentSource.objects.values_list("document__url", flat=True)) == {
        server.permalink(post) for post in server.posts
    }
