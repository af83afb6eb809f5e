"""The process of `read_jetstream`, killed between any two messages, loses and doubles nothing."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from monitoring.models import Document, DocumentSource, Mention
from tests.factories import make_keyword
from tests.monitoring.streaming.running import post, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Process:
    """`manage.py read_jetstream` on the database of the tests."""

    def __init__(self, server, folder):
        database = connection.settings_dict
        where = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
        url = f"postgres://{database['USER']}:{database['PASSWORD']}@{where}"
        command = ["manage.py", "read_jetstream", "--server", server.url, "--profiles", server.url]
        self.process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, "DATABASE_URL": url, "VIGIE_DATA_DIR": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture
def start(server, tmp_path):
    running = []

    def start():
        running.append(Process(server, tmp_path))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


def test_killed_process_loses_and_doubles_nothing(server, source, project, start):
    make_keyword(project, query="lumen")
    published = 0

    def publish():
        nonlocal published
        published += 1
        server.publish(server.event(post(published, f"Lumen {published}")))
        server.publish(server.event(post(100_000 + published, "Rien à voir")))

    def has_saved(stored):
        publish()
        return Document.objects.count() > stored

    process = start()
    for round_ in range(3):
        wait_until(lambda: server.connections, 60)
        # Later in each round: right after the first save, then between it and the next ones.
        stored = Document.objects.count()
        wait_until(lambda stored=stored: has_saved(stored), 60)
        for _ in range(20 * round_):
            publish()
            time.sleep(0.02)
        process.end(signal.SIGKILL)
        wait_until(lambda: not server.connections)
        for _ in range(20):
            publish()
        process = start()
    wait_until(lambda: Mention.objects.count() >= published, 60)
    assert process.end(signal.SIGTERM) == 0
    assert Document.objects.count() == DocumentSource.objects.count() == Mention.objects.count() == published
    assert len(server.requests) == 4
    texts = set(Document.objects.values_list("text", flat=True))
    assert texts == {f"Lumen {number}" for number in range(1, published + 1)}


def test_stopped_process_saves_what_it_has_read_and_shows_that_it_works(server, source, project, start, tmp_path):
    make_keyword(project, query="lumen")
    process = start()
    wait_until(lambda: server.connections, 60)
    server.publish(server.event(post(1)))
    wait_until(Mention.objects.exists)
    server.publish(server.event(post(2)), server.event(post(3)))
    wait_until((tmp_path / "read-jetstream").exists)
    time.sleep(0.3)
    assert process.end(signal.SIGTERM) == 0
    assert Mention.objects.count() == 3
