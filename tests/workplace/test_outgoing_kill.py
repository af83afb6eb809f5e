"""Test that a worker killed while it sends a reply publishes no second one, and that no reply is lost."""

import time

import pytest
from django.utils import timezone

from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.replying import REPLYING
from tests.monitoring.polling.test_kill import kill, start, wait_until
from tests.workplace.test_outgoing import Place, due_now, run
from workplace.models import OutgoingReply

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SEND = "import django; django.setup(); from workplace import outgoing; outgoing.send_due()"


@pytest.fixture(params=["mastodonsearch", "reddit", "bluesky"])
def place(request, project):
    with REPLYING[request.param]() as server:
        server.now = timezone.now()
        server.posts = make_posts(1, now=server.now)
        yield Place(server, project)


def kill_when(place, is_time):
    """Start a worker that sends what is due, and kill it at the moment that `is_time` says."""
    place.server.delay_s = 0.5
    due_now()
    worker = start("-c", SEND, DJANGO_SETTINGS_MODULE="config.settings")
    wait_until(is_time, worker)
    kill(worker)
    time.sleep(1)  # The platform finishes the request.
    place.server.delay_s = 0


def test_worker_killed_before_the_request_loses_no_reply(place, manager):
    place.write(manager)
    place.send(manager)
    kill_when(place, lambda: bool(place.server.requests))
    reply = OutgoingReply.objects.get()
    assert (reply.state, reply.requested_at, place.server.published) == ("sending", None, [])
    assert run().state == "sent"
    assert len(place.server.published) == 1


def test_worker_killed_between_request_and_commit_publishes_no_second_reply(place, manager):
    place.write(manager)
    place.send(manager)
    kill_when(place, lambda: bool(place.server.published))
    reply = OutgoingReply.objects.get()
    assert reply.state == "sending" and reply.requested_at and len(place.server.published) == 1
    for _ in range(3):
        if run().state == "sent":
            break
    assert OutgoingReply.objects.get().state == "sent"
    assert len(place.server.published) == 1
