"""A worker killed in the middle of a batch loses nothing and doubles nothing: SIGKILL, then another worker."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from monitoring.models import Document, DocumentSource, Mention, Source
from monitoring.poll import poll_due
from tests.factories import make_source, make_topic
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
        # Hosts differ by name only, so that many are under way when the worker dies.
        make_source(project, web.url(f"/{number}.xml"), host=f"site{number}")


def start_worker():
    database = connection.settings_dict
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "poll"],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(web, project):
    make_topic(project, query="lumen")
    publish(web, project)
    kills = 0
    for _ in range(4):
        before = Document.objects.count()
        worker = start_worker()
        deadline = time.monotonic() + 30
        while Document.objects.count() == before and worker.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
            kills += 1
        worker.wait()
        Source.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert kills, "no worker was caught in the middle"
    assert Source.objects.filter(last_polled_at=None).exists() or kills > 1
    poll_due()
    assert not Source.objects.filter(last_polled_at=None).exists()
    assert Document.objects.count() == DocumentSource.objects.count() == Mention.objects.count() == FEEDS * ENTRIES


def test_a_claim_that_was_lost_writes_nothing(web, project):
    """The late poller's state and entries are dropped, since somebody else has the source by now."""
    from uuid import uuid4

    from monitoring.claims import claim
    from monitoring.poll import fetch
    from monitoring.settle import settle

    web.put("/a.xml", body=rss({"title": "Lumen", "link": "https://a.example/1"}))
    source = make_source(project, web.url("/a.xml"), host="a")
    late, prompt = uuid4(), uuid4()
    [claimed] = claim(late, 10)
    polled = fetch(claimed)
    Source.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert claim(prompt, 10)
    assert settle([polled], late) == []
    source.refresh_from_db()
    assert (source.last_polled_at, source.claimed_by, Document.objects.count()) == (None, prompt, 0)
