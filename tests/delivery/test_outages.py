"""A server that hangs or refuses is tried with one message at a time, less and less often."""

import socket
import threading
import time
from datetime import timedelta

import pytest
import trustme
from django.db import connection
from django.utils import timezone

from delivery import outages, outbox
from delivery.channels.base import Result
from delivery.channels.email import EmailChannel
from delivery.models import Delivery, ServerOutage
from tests.delivery.helpers import CallingChannel, make_due, write
from tests.lookalikes.smtp import serve_mailbox

State = Delivery.State
UNREACHABLE = Result("unreachable", "timed out", reached=False)


class Server:
    """A channel whose server fails while `is_down`; `attempts` has the messages it was given."""

    def __init__(self):
        self.is_down, self.attempts, self.now = True, [], timezone.now()

    def send(self, delivery):
        self.attempts.append(delivery.key)
        return UNREACHABLE if self.is_down else Result()

    def run(self, seconds=0):
        """Send what is due after `seconds` more."""
        self.now += timedelta(seconds=seconds)
        return outbox.send_due([CallingChannel(self.send)], lambda: self.now)


@pytest.fixture
def server(db, mailbox):
    for number in range(20):
        write(f"test:{number}")
    return Server()


def test_send_due_waits_longer_after_each_failure_of_the_server(server):
    waits = []
    for _ in range(9):
        attempts = len(server.attempts)
        waits.append(0)
        while len(server.attempts) == attempts:
            server.run(seconds=5)
            waits[-1] += 5
    assert waits == [5, 5, 15, 30, 60, 120, 300, 600, 600]
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.PENDING}


def test_send_due_sends_all_messages_when_the_server_responds_again(server):
    for _ in range(200):
        server.run(seconds=10)
    failed = len(server.attempts)
    assert failed < 10, "half an hour of beat messages"
    server.is_down = False
    server.attempts.clear()
    assert server.run(seconds=600) == 20
    assert sorted(server.attempts) == sorted(f"test:{number}" for number in range(20))
    assert not ServerOutage.objects.exists()


def test_message_that_one_server_cannot_process_does_not_delay_the_others(server):
    def send(delivery):
        server.attempts.append(delivery.key)
        return UNREACHABLE if delivery.key == "test:7" else Result()

    for _ in range(12):
        outbox.send_due([CallingChannel(send)], lambda: server.now)
        server.now += timedelta(seconds=10)
    assert Delivery.objects.filter(state=State.SENT).count() == 19
    assert server.attempts.count("test:7") <= 3, "it keeps its own schedule"


def test_message_without_recipient_does_not_use_up_the_trial_of_a_failing_server(server, project, viewer):
    for _ in range(3):
        server.run(seconds=30)
    server.is_down = False
    stale = write("stale", project=project, user=viewer)
    viewer.memberships.all().delete()
    Delivery.objects.filter(pk=stale.pk).update(next_attempt_at=server.now - timedelta(days=1))
    server.run(seconds=40)
    assert server.run(seconds=1) + Delivery.objects.filter(state=State.SENT).count() == 20


def test_outage_ends_when_the_settings_of_the_server_change(db, mailbox, settings):
    right = settings.EMAIL_URL
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    delivery = write()
    for _ in range(3):
        make_due(delivery)
        with EmailChannel() as channel:
            outbox.send_due([channel])
    settings.EMAIL_URL = right
    make_due(delivery)
    with EmailChannel() as channel:
        assert outbox.send_due([channel]) == 1


def test_old_outages_are_deleted(db):
    now = timezone.now()
    for number, age in enumerate((timedelta(0), outages.RETENTION * 2)):
        ServerOutage.objects.create(server=f"email:{number}", channel="email", since=now, retry_at=now - age)
    outages.delete_old(now)
    assert [outage.server for outage in ServerOutage.objects.all()] == ["email:0"]


def test_hanging_server_costs_two_timeouts_whatever_the_number_of_messages(
    db, settings, monkeypatch, hanging_server, send_outbox
):
    monkeypatch.setattr("delivery.channels.email.TIMEOUT_S", 0.3)
    hanging = hanging_server()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{hanging.port}"
    for number in range(10):
        write(f"test:{number}")
    started_at = time.monotonic()
    for _ in range(8):
        send_outbox()
    assert hanging.connections == 2
    assert time.monotonic() - started_at < 3


@pytest.mark.parametrize("scheme", ["smtp", "smtp+tls", "smtps"])
def test_dripping_server_is_left_after_the_time_limit_of_a_message(
    db, settings, monkeypatch, hanging_server, send_outbox, scheme
):
    monkeypatch.setattr("delivery.channels.email.ATTEMPT_LIMIT_S", 1)
    settings.EMAIL_URL = f"{scheme}://127.0.0.1:{hanging_server(drips_every_s=0.1).port}"
    delivery = write()
    started_at = time.monotonic()
    send_outbox()
    delivery.refresh_from_db()
    assert time.monotonic() - started_at < 4
    assert delivery.state == State.PENDING
    assert delivery.error_code in ("unreachable", "not_secure")


def test_server_that_stops_responding_after_starttls_is_left_after_the_time_limit(
    db, settings, monkeypatch, send_outbox, tmp_path
):
    """STARTTLS replaces the socket of the connection."""
    monkeypatch.setattr("delivery.channels.email.ATTEMPT_LIMIT_S", 1)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_drip_after_starttls, args=[listener, authority], daemon=True).start()
    settings.EMAIL_URL = f"smtp+tls://127.0.0.1:{listener.getsockname()[1]}"
    delivery = write()
    started_at = time.monotonic()
    send_outbox()
    listener.close()
    delivery.refresh_from_db()
    assert time.monotonic() - started_at < 4
    assert (delivery.error_code, delivery.error) == ("unreachable", "no complete response within 1 s")


def _drip_after_starttls(listener, authority):
    import ssl

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    accepted, _ = listener.accept()
    accepted.sendall(b"220 hello\r\n")
    for response in (b"250-hello\r\n250 STARTTLS\r\n", b"220 go\r\n"):
        accepted.recv(1000)
        accepted.sendall(response)
    try:
        with context.wrap_socket(accepted, server_side=True) as encrypted:
            while True:
                encrypted.sendall(b"2")
                time.sleep(0.1)
    except OSError:
        pass


@pytest.mark.django_db(transaction=True)
def test_one_of_several_workers_tries_a_failing_server(mailbox):
    for number in range(8):
        write(f"test:{number}")
    channel, now = CallingChannel(lambda _: UNREACHABLE), timezone.now()
    ServerOutage.objects.create(server=channel.server, channel="email", failures=5, since=now, retry_at=now)
    barrier, tried = threading.Barrier(4), []

    def send(delivery):
        tried.append(delivery.key)
        time.sleep(0.3)
        return UNREACHABLE

    def work():
        barrier.wait()
        try:
            outbox.send_due([CallingChannel(send)])
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(tried) == 1


def test_delivery_log_says_what_messages_wait_for(server, owner, as_person, at, read):
    for _ in range(4):
        server.run(seconds=30)
    ServerOutage.objects.update(retry_at=timezone.now() + timedelta(minutes=5))
    page = read(as_person(owner), at("outbox"))
    assert "The mail server couldn’t be reached, or stopped responding." in page
    assert "Next attempt:" in page and "in 5 minutes" in page


def test_mailbox_gets_each_message_once_after_a_hang(db, settings, monkeypatch, hanging_server, send_outbox):
    monkeypatch.setattr("delivery.channels.email.TIMEOUT_S", 0.3)
    hanging = hanging_server()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{hanging.port}"
    for number in range(6):
        write(f"test:{number}")
    for _ in range(3):
        send_outbox()
    hanging.stop()
    with serve_mailbox(hanging.port) as mailbox:
        ServerOutage.objects.update(retry_at=timezone.now())
        Delivery.objects.update(next_attempt_at=timezone.now())
        send_outbox()
        send_outbox()
    assert len({message["Message-ID"] for message in mailbox.messages}) == len(mailbox.received) == 6
