"""Test that a worker killed in the middle of a batch, or a flushed Redis, loses and duplicates nothing."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from redis import Redis

from monitoring.models import Document, DocumentSource, Mention, Source
from monitoring.polling.poller import poll_due
from tests.factories import make_keyword, make_source
from tests.monitoring.conftest import rss

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

FEEDS, ENTRIES = 40, 25


def publish(web, project):
    for number in range(FEEDS):
        items = [
            {
                "title": f"Lumen {number} {entry}",
                "link": f"https://site{number}.example/{entry}",
                "guid": f"{number}-{entry}",
                "text": "lampe " * 50,
            }
            for entry in range(ENTRIES)
        ]
        web.put(f"/{number}.xml", body=rss(*items), latency_s=0.02)
        # Different host names, so many are being polled when the worker is killed.
        make_source(project, web.url(f"/{number}.xml"), host=f"site{number}")


def start(*command, **environment):
    database = connection.settings_dict
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "DATABASE_URL": url, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_until(is_done, worker, limit_s=30):
    deadline = time.monotonic() + limit_s
    while not is_done() and worker.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)


def kill(worker):
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def test_killed_worker_loses_and_duplicates_nothing(web, project):
    make_keyword(project, query="lumen")
    publish(web, project)
    kills = 0
    for _ in range(4):
        before = Document.objects.count()
        worker = start("manage.py", "poll")
        wait_until(lambda before=before: Document.objects.count() > before, worker)
        if worker.poll() is None:
            kill(worker)
            kills += 1
        worker.wait()
        Source.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert kills, "no worker was killed while polling"
    assert Source.objects.filter(last_polled_at=None).exists() or kills > 1
    poll_due()
    assert not Source.objects.filter(last_polled_at=None).exists()
    assert Document.objects.count() == DocumentSource.objects.count() == Mention.objects.count() == FEEDS * ENTRIES


@pytest.fixture
def celery(tmp_path, settings):
    """Start polling workers with beat on a Redis database of their own, and kill those left at the end."""
    redis_url = settings.REDIS_URL.rpartition("/")[0] + "/7"
    redis = Redis.from_url(redis_url)
    redis.flushdb()
    options = ("-B", "-s", str(tmp_path / "beat"), "-Q", "poll", "-c", "2", "--without-gossip", "--without-mingle")
    workers = []

    def start_celery():
        command = ("-m", "celery", "-A", "config.celery", "worker", *options)
        workers.append(start(*command, REDIS_URL=redis_url, DISPATCH_INTERVAL_S="1"))
        return workers[-1]

    yield start_celery, redis
    for worker in workers:
        if worker.poll() is None:
            kill(worker)
    redis.flushdb()
    redis.close()


def test_killed_celery_worker_and_flushed_redis_lose_and_duplicate_nothing(web, project, celery):
    """After SIGKILL and a flush of Redis, the next worker's beat finds the due sources in Postgres."""
    start_celery, redis = celery
    make_keyword(project, query="lumen")
    publish(web, project)
    unpolled = Source.objects.filter(last_polled_at=None)
    first = start_celery()
    wait_until(Document.objects.exists, first)
    kill(first)
    assert Document.objects.exists() and unpolled.exists(), "the worker was not killed while polling"
    redis.flushdb()
    Source.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))  # as if a minute had passed
    second = start_celery()
    wait_until(lambda: not unpolled.exists(), second)
    assert not unpolled.exists()
    assert Document.objects.count() == DocumentSource.objects.count() == Mention.objects.count() == FEEDS * ENTRIES

    redis.flushdb()
    web.put("/0.xml", body=rss({"title": "Lumen après", "link": "https://site0.example/new"}))
    Source.objects.filter(host="site0").update(next_poll_at=timezone.now())
    wait_until(Mention.objects.filter(document__title="Lumen après").exists, second, 10)
    assert Mention.objects.count() == FEEDS * ENTRIES + 1


def test_save_polls_writes_nothing_when_lease_is_lost(web, project):
    """Another worker has the source by then, so the late result is discarded."""
    from uuid import uuid4

    from monitoring.platforms import registry
    from monitoring.polling.leases import claim
    from monitoring.polling.save import save_polls
    from monitoring.records import CompletedPoll, PollJob
    from outbound.default import http_client

    web.put("/a.xml", body=rss({"title": "Lumen", "link": "https://a.example/1"}))
    source = make_source(project, web.url("/a.xml"), host="a")
    late_owner, new_owner = uuid4(), uuid4()
    [claimed] = claim(late_owner, 10)
    poll = CompletedPoll(claimed, registry.poll(PollJob(claimed, timezone.now()), http_client()))
    Source.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert claim(new_owner, 10)
    assert save_polls([poll], late_owner) == []
    source.refresh_from_db()
    assert (source.last_polled_at, source.claimed_by, Document.objects.count()) == (None, new_owner, 0)
