"""The outbox sends each stored message once, even if the network, the server or the worker fails."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.db import connection
from django.utils import timezone

from config.celery import app
from delivery import outbox
from delivery.channels.base import Result
from delivery.channels.email import EmailChannel
from delivery.models import Delivery
from tests.delivery.helpers import CallingChannel, make_due, write

State = Delivery.State


def test_write_ignores_second_message_with_same_key(db, mailbox, send_outbox):
    write()
    assert write() is None
    send_outbox()
    send_outbox()
    assert len(mailbox.received) == 1


def test_send_due_retries_with_same_message_id_when_server_is_busy(db, mailbox, send_outbox):
    mailbox.responses = [("DATA", "451 try again later")]
    delivery = write()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, delivery.error) == (State.PENDING, "later", "451 try again later")
    assert timedelta(seconds=50) < delivery.next_attempt_at - timezone.now() <= timedelta(minutes=1)
    send_outbox()
    assert mailbox.received == [], "the retry is not due yet"
    make_due(delivery)
    send_outbox()
    assert [message["Message-ID"] for message in mailbox.messages] == [delivery.message_id]


def test_send_due_spends_one_attempt_of_one_message_when_server_is_unreachable(db, settings, send_outbox):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    first, second = write(), write("test:2")
    send_outbox()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.error_code) == (State.PENDING, "unreachable")
    assert (second.state, second.attempts) == (State.PENDING, 0)


def test_send_due_fails_message_after_36_hours_of_retries(db, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    delivery, now = write(), timezone.now()
    started_at, attempts = now, 0
    while attempts < 20:
        outbox.send_due([CallingChannel(lambda _: Result("later", "450 no"))], lambda now=now: now)
        attempts += 1
        delivery.refresh_from_db()
        if delivery.state == State.FAILED:
            break
        now = delivery.next_attempt_at
    assert (delivery.state, attempts) == (State.FAILED, outbox.ATTEMPTS)
    assert timedelta(hours=24) < now - started_at < timedelta(hours=48)


def test_message_written_without_mail_server_is_sent_only_on_request(db, settings, mailbox, send_outbox):
    address, settings.EMAIL_URL = settings.EMAIL_URL, ""
    kept = write()
    send_outbox()
    settings.EMAIL_URL = address
    send_outbox()
    kept.refresh_from_db()
    assert (kept.state, mailbox.received) == (State.KEPT, [])
    assert outbox.send_again(kept)
    send_outbox()
    assert len(mailbox.received) == 1


def test_queued_message_is_kept_when_mail_server_is_removed(db, settings, mailbox, send_outbox):
    queued = write()
    settings.EMAIL_URL = ""
    send_outbox()
    queued.refresh_from_db()
    assert queued.state == State.KEPT


def test_send_again_queues_failed_message_once(db, mailbox, send_outbox):
    mailbox.responses = [("RCPT", "550 no such user")]
    delivery = write()
    send_outbox()
    assert outbox.send_again(delivery)
    assert not outbox.send_again(delivery), "it is queued already"
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (State.SENT, "")


def test_write_wakes_worker(db, mailbox, settings, django_capture_on_commit_callbacks):
    queue = redis.from_url(settings.REDIS_URL)
    queued = queue.llen("deliver")
    with django_capture_on_commit_callbacks(execute=True):
        write()
    assert queue.llen("deliver") == queued + 1


def test_write_returns_quickly_when_redis_is_down(db, mailbox, send_outbox, django_capture_on_commit_callbacks):
    dead = Celery("dead", broker="redis://127.0.0.1:1/0")
    dead.conf.broker_transport_options = app.conf.broker_transport_options
    started_at = time.monotonic()
    dead.set_current()
    try:
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            write()
    finally:
        app.set_current()
    assert len(callbacks) == 1
    assert time.monotonic() - started_at < 1
    send_outbox()
    assert len(mailbox.received) == 1


def test_delete_old_deletes_messages_past_retention(db):
    old, recent = write(), write("test:2")
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - outbox.RETENTION - timedelta(days=1))
    outbox.delete_old(timezone.now())
    assert list(Delivery.objects.all()) == [recent]


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_send_each_message_once(mailbox):
    for number in range(12):
        write(f"test:{number}")

    def send():
        try:
            with EmailChannel() as channel:
                outbox.send_due([channel])
        finally:
            connection.close()

    workers = [threading.Thread(target=send) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len({message["Message-ID"] for message in mailbox.messages}) == 12
    assert len(mailbox.received) == 12


KILLED = """
import os, signal, django
django.setup()
from delivery import outbox
from tests.delivery.helpers import CallingChannel
def die(delivery):
    os.kill(os.getpid(), signal.SIGKILL)
outbox.send_due([CallingChannel(die)])
"""


@pytest.mark.django_db(transaction=True)
def test_message_is_sent_once_when_worker_is_killed_between_claim_and_send(mailbox, send_outbox):
    delivery = write()
    database = connection.settings_dict
    address = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings"},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    delivery.refresh_from_db()
    assert delivery.state == State.SENDING
    send_outbox()
    assert mailbox.received == [], "the claim has not expired"
    make_due(delivery)
    send_outbox()
    send_outbox()
    assert [message["Message-ID"] for message in mailbox.messages] == [delivery.message_id]


def test_expired_claim_changes_nothing_when_another_worker_has_sent_the_message(db, mailbox):
    delivery = write()
    later = timezone.now() + outbox.LEASE + timedelta(seconds=1)

    def slow(claimed):
        outbox.send_due([CallingChannel(lambda _: Result())], lambda: later)
        return Result("later", "450 no")

    outbox.send_due([CallingChannel(slow)])
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.SENT, 2)
