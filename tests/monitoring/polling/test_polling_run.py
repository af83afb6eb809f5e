"""Test a polling run: limits per host, slow hosts, and sources that are changed meanwhile."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from monitoring.models import Document, Source
from monitoring.polling import poller
from monitoring.polling.poller import poll_due, poll_one
from tests.factories import make_source
from tests.monitoring.conftest import poll_again

pytestmark = pytest.mark.django_db(transaction=True)


def test_poll_due_skips_paused_source(feed, web):
    source = feed()
    Source.objects.update(state=Source.State.PAUSED)
    poll_again(source)
    assert web.count == 0


def test_source_paused_during_poll_stays_paused(feed, web, django_db_blocker):
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


def test_source_deleted_during_poll_stores_nothing(feed, django_db_blocker):
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


def test_slow_host_does_not_block_other_hosts(project, feed, web, settings):
    settings.FETCH_TIMEOUT_S = 2
    from tests.lookalikes.feeds import FeedServer

    with FeedServer(("127.0.0.2",)) as other:
        other.put("/hang.xml", fault="hang")
        slow = make_source(project, other.url("/hang.xml"), host="127.0.0.2")
        others = [feed(f"/{number}.xml") for number in range(5)]
        poll_due()
    slow.refresh_from_db()
    assert slow.error_code == "timeout"
    polled_at = Source.objects.filter(pk__in=[source.pk for source in others]).values_list("last_polled_at", flat=True)
    assert max(polled_at) < slow.last_polled_at - timedelta(seconds=1)


def test_slow_host_with_many_feeds_does_not_block_other_hosts(project, feed, web, settings, monkeypatch):
    """A source that becomes due meanwhile is polled, although each feed of the slow host takes the full timeout."""
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


def test_failed_run_stops_threads_and_releases_leases(feed, web, monkeypatch):
    """As when Postgres restarts: requests being made end, and no new ones are sent."""
    for number in range(8):
        feed(f"/{number}.xml", latency_s=0.2)

    def fail(*_):
        raise OperationalError("gone")

    monkeypatch.setattr(poller, "save_polls", fail)
    with pytest.raises(OperationalError):
        poll_due()
    assert web.count < 8
    assert not Source.objects.exclude(claimed_by=None).exists()


def test_poll_one_returns_none_when_source_is_deleted_meanwhile(feed, django_db_blocker):
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


def test_host_gets_at_most_two_simultaneous_requests(project, feed, web):
    """Three pollers, twelve feeds on one host: at most two requests overlap."""
    from threading import Thread

    for number in range(12):
        feed(f"/{number}.xml", latency_s=0.1)

    def run():
        poll_due()
        connections.close_all()

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = sorted(request.at for request in web.requests)
    assert len(times) == 12
    assert all(third - first >= 0.09 for first, third in zip(times, times[2:], strict=False))
