"""Poll feeds made to exhaust memory in a real process, and measure the memory that it needs."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from monitoring.models import DocumentSource, Source
from tests.factories import make_source
from tests.lookalikes.feeds import FeedServer
from tests.monitoring.parsing.bodies import MEGABYTE, attack, podcast

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc"),
]

SCRIPT = """
import django
django.setup()
from monitoring.polling.poller import poll_due
poll_due()
print(*[line.split()[1] for line in open("/proc/self/status") if line.startswith(("VmHWM", "VmRSS"))])
"""
KINDS = ["references"] * 6 + ["attributes"] * 4 + ["attributes without value"] * 2 + ["quotes", "entries"]


@pytest.fixture
def hosts():
    with FeedServer(tuple(f"127.0.0.{number}" for number in range(1, 65))) as server:
        yield server


def poll_in_new_process():
    """Poll all due sources. Return the peak and the final memory of the process, in MB."""
    database = connection.settings_dict
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT], env={**os.environ, "DATABASE_URL": url}, capture_output=True, check=True
    )
    return [int(kilobytes) / 1024 for kilobytes in result.stdout.split()]


@pytest.mark.parametrize("count", [len(KINDS), 64])
def test_poller_needs_little_memory_for_feeds_made_to_exhaust_it(project, hosts, count):
    bodies = {kind: attack(kind, 10 * MEGABYTE - 200) for kind in KINDS}
    for host, kind in zip(hosts.hosts[:count], itertools.cycle(KINDS), strict=False):
        hosts.put(f"/{host}", body=bodies[kind])
        make_source(project, hosts.url(f"/{host}", host=host), host=host)
    peak, final = poll_in_new_process()
    # About 450 and 300 with 64 sources on an idle machine; on a busy one, more threads read at the same time.
    assert peak < 600
    assert final < 420
    assert {source.error_code for source in Source.objects.all()} <= {"too_complex", "busy", ""}
    assert not Source.objects.filter(last_polled_at=None).exists()


def test_poller_stores_large_feeds_whole_beside_an_attack(project, hosts):
    *attacked, honest, loose = hosts.hosts[:6]
    for host in attacked:
        hosts.put(f"/{host}", body=attack("attributes", 10 * MEGABYTE - 200))
        make_source(project, hosts.url(f"/{host}", host=host), host=host)
    hosts.put("/podcast", body=podcast(3_000, 8 * MEGABYTE))
    hosts.put("/loose", body=podcast(1_000, 3 * MEGABYTE, doctype=True))
    sources = [
        make_source(project, hosts.url(path, host=host), host=host)
        for path, host in (("/podcast", honest), ("/loose", loose))
    ]
    poll_in_new_process()
    assert [Source.objects.get(pk=source.pk).error_code for source in sources] == ["", ""]
    assert DocumentSource.objects.filter(source=sources[0]).count() == 3_000
    assert DocumentSource.objects.filter(source=sources[1]).count() == 1_000
