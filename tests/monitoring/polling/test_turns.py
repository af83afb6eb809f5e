"""A worker's turn at polling: who is asked when, and what becomes of sources that change under it."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from monitoring.models import Document, Source
from monitoring.polling import poller
from monitoring.polling.poller import poll_due, poll_one
from tests.factories import make_source
from tests.monitoring.conftest import again

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_paused_source_is_left_alone(feed, web):
    source = feed()
    Source.objects.update(state=Source.State.PAUSED)
    again(source)
    assert web.count == 0


def test_a_source_paused_while_it_is_polled_stays_paused(feed, web, django_db_blocker):
    source = feed(latency_s=0.4)
    from threading import Timer

    def pause():
        with django_db_blocker.unblock():
            Source.objects.update(state=Source.State.PAUSED)
            connections.close_all()

    timer = Timer(0.15, pause)
    timer.start()
    poll_due()
    timer.join()
    source.refresh_from_db()
    assert source.state == Source.State.PAUSED
    assert source.last_success_at is not None


def test_a_source_deleted_while_it_is_polled_leaves_nothing_behind(feed, django_db_blocker):
    from threading import Timer

    source = feed(latency_s=0.4)
    kept = feed("/kept.xml")

    def delete():
        with django_db_blocker.unblock():
            Source.objects.filter(pk=source.pk).delete()
            connections.close_all()

    timer = Timer(0.15, delete)
    timer.start()
    poll_due()
    timer.join()
    kept.refresh_from_db()
    assert kept.last_success_at is not None
    assert not Document.objects.filter(source_id=source.pk).exists()


def test_a_hanging_host_holds_nobody(project, feed, web, settings):
    settings.FETCH_TIMEOUT_S = 2
    from tests.lookalikes.feeds import FeedServer

    with FeedServer(("127.0.0.2",)) as other:
        other.put("/hang.xml", fault="hang")
        hanging = make_source(project, other.url("/hang.xml"), host="127.0.0.2")
        well = [feed(f"/{number}.xml") for number in range(5)]
        poll_due()
    hanging.refresh_from_db()
    assert hanging.error_code == "timeout"
    done = Source.objects.filter(pk__in=[source.pk for source in well]).values_list("last_polled_at", flat=True)
    assert max(done) < hanging.last_polled_at - timedelta(seconds=1)


def test_a_hanging_host_with_many_feeds_holds_nobody_either(project, feed, web, settings, monkeypatch):
    """What becomes due while a host of many feeds is asked, one time limit after another, does not wait for it."""
    from tests.lookalikes.feeds import FeedServer

    settings.FETCH_TIMEOUT_S = 1
    monkeypatch.setattr(poller, "RUN_S", 3)
    with FeedServer(("127.0.0.2",)) as other:
        for number in range(2 * settings.POLL_THREADS):
            other.put(f"/{number}.xml", fault="hang")
            make_source(project, other.url(f"/{number}.xml"), host="127.0.0.2")
        late = feed()
        Source.objects.filter(pk=late.pk).update(next_poll_at=timezone.now() + timedelta(seconds=1))
        poll_due()
    late.refresh_from_db()
    assert late.last_success_at is not None
    assert not Source.objects.exclude(claimed_by=None).exists()


def test_a_turn_that_fails_stops_its_threads_and_gives_everything_back(feed, web, monkeypatch):
    """As when Postgres restarts: what is under way ends, nothing more is asked."""

    for number in range(8):
        feed(f"/{number}.xml", latency_s=0.2)

    def fail(*_):
        raise OperationalError("gone")

    monkeypatch.setattr(poller, "save_polls", fail)
    with pytest.raises(OperationalError):
        poll_due()
    assert web.count < 8
    assert not Source.objects.exclude(claimed_by=None).exists()


def test_a_source_deleted_while_it_is_polled_by_hand_is_nobodys_error(feed, django_db_blocker):
    from threading import Timer

    source = feed(latency_s=0.4)

    def delete():
        with django_db_blocker.unblock():
            Source.objects.filter(pk=source.pk).delete()
            connections.close_all()

    timer = Timer(0.15, delete)
    timer.start()
    assert poll_one(source.pk) is None
    timer.join()


def test_a_host_is_never_asked_more_than_twice_at_once(project, feed, web):
    """Two pollers at once, twelve feeds on one host: requests overlap two at a time at most."""
    from threading import Thread

    for number in range(12):
        feed(f"/{number}.xml", latency_s=0.1)

    def turn():
        poll_due()
        connections.close_all()

    threads = [Thread(target=turn) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = sorted(request.at for request in web.requests)
    assert len(times) == 12
    assert all(third - first >= 0.09 for first, third in zip(times, times[2:], strict=False))
