"""The processes of `make run` with a mail server that hangs: everything else continues, and no message is lost."""

import os
import signal
import subprocess
import time

import pytest
from django.db import connection
from django.utils import timezone
from kombu import Connection
from redis import Redis

from alerts.models import Incident, Rule
from config.celery import app
from config.launcher import runner
from delivery.models import Delivery, ServerOutage
from monitoring.models import Mention
from tests.delivery.helpers import write
from tests.factories import make_keyword, make_mentions
from tests.lookalikes.smtp import serve_mailbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MESSAGES, MENTIONS = 15, 300


@pytest.fixture
def start_processes(tmp_path, settings):
    """Start the workers and beat of `make run`, except polling, on a Redis database of their own."""
    redis_url = settings.REDIS_URL.rpartition("/")[0] + "/6"
    redis = Redis.from_url(redis_url)
    redis.flushdb()
    database = connection.settings_dict
    url = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    started = []

    def start(**environment):
        log = (tmp_path / "log").open("w")
        environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": redis_url, **environment}
        for name, program in runner.programs(tmp_path).items():
            if name not in ("web", "poll"):
                argv = program.argv
                started.append(subprocess.Popen(argv, env=environment, stdout=log, stderr=log, start_new_session=True))
        return tmp_path / "log", environment

    yield start
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    redis.flushdb()
    redis.close()


def wait_until(is_done, limit_s):
    deadline = time.monotonic() + limit_s
    while not is_done() and time.monotonic() < deadline:
        time.sleep(0.2)
    return is_done()


def test_hanging_mail_server_delays_neither_sentiment_nor_alerts(
    project, owner, hanging_server, start_processes, settings
):
    hanging = hanging_server()
    settings.EMAIL_URL = address = f"smtp://127.0.0.1:{hanging.port}"
    for number in range(MESSAGES):
        write(f"test:{number}", recipient=f"person{number}@example.com")
    log, environment = start_processes(EMAIL_URL=address)
    assert wait_until(lambda: hanging.connections, 60), log.read_text()
    keyword = make_keyword(project, query="lumen")
    Rule.objects.create(project=project, keyword=keyword, condition="above", threshold=10, created_by=owner)
    make_mentions(keyword, MENTIONS)
    unanalyzed = Mention.objects.filter(sentiment="")
    started_at = time.monotonic()
    assert wait_until(lambda: not unanalyzed.exists(), 15), "sentiment waits for the mail server"
    with Connection(environment["REDIS_URL"]) as redis:  # beat does it once a minute
        app.send_task("alerts.tasks.evaluate_rules", connection=redis)
    assert wait_until(Incident.objects.exists, 15), "alerts wait for the mail server"
    assert Delivery.objects.filter(state="sent").count() == 0
    assert hanging.connections <= 2 + (time.monotonic() - started_at) / 15
    hanging.stop()
    with serve_mailbox(hanging.port) as mailbox:
        sent = Delivery.objects.filter(state="sent", key__startswith="test:")

        def is_sent():  # without waiting for the next attempts
            ServerOutage.objects.update(retry_at=timezone.now())
            Delivery.objects.filter(state="pending").update(next_attempt_at=timezone.now())
            return sent.count() == MESSAGES

        assert wait_until(is_sent, 60), log.read_text()
        time.sleep(1)
        ids = [message["Message-ID"] for message in mailbox.messages]
        assert len(set(ids)) == len(ids) >= MESSAGES
    assert "iscarding revoked task" not in log.read_text()
