"""Messages are rows first and leave once, whatever the server, the network or the worker does meanwhile."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import traceback
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import trustme
from celery import Celery
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from alerts.messages import DELIVERY_PROBLEMS, delivery_problem
from config.celery import app
from delivery import outbox
from delivery.channels.base import Result
from delivery.channels.email import Mailer, parse_email_url
from delivery.message import Message
from delivery.models import Delivery
from tests.lookalikes.smtp import encrypted_server

State = Delivery.State


def write(key="test:1", **fields):
    fields = {"recipient": "ada@example.com", "subject": "Hello", "text": "Good day", **fields}
    return outbox.write(Message(key=key, kind=fields.pop("kind", Delivery.Kind.DIGEST), **fields))


def make_due(delivery):
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def test_a_message_is_sent_with_both_parts_and_its_headers(db, mailbox, send_outbox):
    delivery = write(subject="Été\nBcc: eve@example.com", html="<p>Good day</p>", headers={"List-Id": "<a.b>\r\nX: y"})
    send_outbox()
    (recipients, message), delivery = mailbox.received[0], Delivery.objects.get(pk=delivery.pk)
    assert recipients == ["ada@example.com"]
    assert message["Subject"] == "Été Bcc: eve@example.com"
    assert message["From"] == "Vigie <vigie@vigie.example>"
    assert message["List-Id"] == "<a.b> X: y"
    assert message["X"] is None and message["Bcc"] is None
    assert message["Message-ID"] == delivery.message_id
    assert message["Message-ID"].endswith("@vigie.example>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert abs(message["Date"].datetime - delivery.created_at) < timedelta(seconds=1)
    assert message.get_body(["plain"]).get_content().strip() == "Good day"
    assert message.get_body(["html"]).get_content().strip() == "<p>Good day</p>"
    assert (delivery.state, delivery.attempts, delivery.error_code) == (State.SENT, 1, "")


def test_nothing_is_sent_twice(db, mailbox, send_outbox):
    write()
    assert write() is None, "the key is taken"
    send_outbox()
    send_outbox()
    assert len(mailbox.received) == 1


def test_a_busy_server_is_asked_again_later_with_the_same_message_id(db, mailbox, send_outbox):
    mailbox.answers = [("DATA", "451 try again later")]
    delivery = write()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, delivery.error) == (State.PENDING, "later", "451 try again later")
    assert timedelta(seconds=50) < delivery.next_attempt_at - timezone.now() <= timedelta(minutes=1)
    send_outbox()
    assert mailbox.received == [], "not before its time"
    make_due(delivery)
    send_outbox()
    assert [message["Message-ID"] for message in mailbox.messages] == [delivery.message_id]


@pytest.mark.parametrize(
    ("step", "answer", "code"),
    [("RCPT", "550 no such user", "address_refused"), ("DATA", "554 looks like spam", "message_refused")],
)
def test_a_refusal_is_final_and_told_in_plain_words(db, mailbox, send_outbox, step, answer, code):
    mailbox.answers = [(step, answer)]
    refused, other = write(), write("test:2", recipient="marc@example.com")
    send_outbox()
    refused.refresh_from_db()
    other.refresh_from_db()
    assert (refused.state, refused.error_code, refused.error) == (State.FAILED, code, answer)
    assert delivery_problem(code)
    assert other.state == State.SENT, "the next message is none the worse"


def test_a_greylisted_address_is_tried_again(db, mailbox, send_outbox):
    mailbox.answers = [("RCPT", "450 greylisted")]
    delivery = write()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (State.PENDING, "later")


def test_a_server_out_of_reach_costs_one_attempt_of_one_message(db, settings, send_outbox):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    first, second = write(), write("test:2")
    send_outbox()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.error_code) == (State.PENDING, "unreachable")
    assert (second.state, second.attempts) == (State.PENDING, 0)


def test_a_server_that_falls_silent_is_left(db, mailbox, send_outbox, monkeypatch):
    monkeypatch.setattr("delivery.channels.email.TIMEOUT_S", 0.3)
    mailbox.delay_s = 1
    delivery = write()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (State.PENDING, "unreachable")


def test_a_server_without_the_encryption_that_was_asked_for_gets_nothing(db, mailbox, settings, send_outbox):
    settings.EMAIL_URL = settings.EMAIL_URL.replace("smtp:", "smtp+tls:")
    delivery = write()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (State.PENDING, "not_secure")
    assert mailbox.attempts == 0


def test_a_refused_sender_is_tried_again_since_it_can_be_mended(db, mailbox, send_outbox):
    mailbox.answers = [("MAIL", "550 not from here")]
    delivery, other = write(), write("test:2")
    send_outbox()
    delivery.refresh_from_db()
    other.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (State.PENDING, "sender_refused")
    assert other.attempts == 0, "it would fare no better now"


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtps"])
def test_encrypted_servers_are_trusted_by_their_certificate(db, settings, send_outbox, monkeypatch, tmp_path, scheme):
    authority = trustme.CA()
    with encrypted_server(scheme, authority.issue_cert("127.0.0.1")) as (box, port):
        settings.EMAIL_URL = f"{scheme}://127.0.0.1:{port}"
        delivery = write()
        send_outbox()
        delivery.refresh_from_db()
        assert (delivery.error_code, box.received) == ("not_secure", [])
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        make_due(delivery)
        send_outbox()
        assert len(box.received) == 1


def test_it_is_tried_for_a_day_and_a_half_and_then_given_up(db, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    delivery, now = write(), timezone.now()
    began, attempts = now, 0
    while attempts < 20:
        outbox.send_due(lambda _: Result("later", "450 no"), lambda now=now: now)
        attempts += 1
        delivery.refresh_from_db()
        if delivery.state == State.FAILED:
            break
        now = delivery.next_attempt_at
    assert (delivery.state, attempts) == (State.FAILED, outbox.ATTEMPTS)
    assert timedelta(hours=24) < now - began < timedelta(hours=48)


def test_without_a_mail_server_messages_are_kept_and_never_leave_by_surprise(db, settings, mailbox, send_outbox):
    address, settings.EMAIL_URL = settings.EMAIL_URL, ""
    kept = write()
    send_outbox()
    settings.EMAIL_URL = address
    send_outbox()
    kept.refresh_from_db()
    assert (kept.state, mailbox.received) == (State.KEPT, [])
    assert outbox.send_again(kept), "unless somebody asks for it"
    send_outbox()
    assert len(mailbox.received) == 1


def test_what_waits_when_the_mail_server_is_taken_away_is_kept(db, settings, mailbox, send_outbox):
    waiting = write()
    settings.EMAIL_URL = ""
    send_outbox()
    waiting.refresh_from_db()
    assert waiting.state == State.KEPT


def test_a_failed_message_can_be_sent_again(db, mailbox, send_outbox):
    mailbox.answers = [("RCPT", "550 no such user")]
    delivery = write()
    send_outbox()
    assert outbox.send_again(delivery)
    assert not outbox.send_again(delivery), "it is on its way already"
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (State.SENT, "")


def test_who_has_left_the_project_gets_nothing_more(mailbox, send_outbox, project, viewer):
    delivery = write(project=project, user=viewer, recipient=viewer.email)
    Membership.objects.filter(user=viewer).delete()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, mailbox.received) == (State.FAILED, "not_a_member", [])


def test_any_email_of_django_goes_through_the_outbox(db, mailbox, send_outbox):
    send_mail("Password", "https://vigie.example/reset/secret", None, ["ada@example.com", "marc@example.com"])
    assert Delivery.objects.filter(kind=Delivery.Kind.MESSAGE, state=State.PENDING).count() == 2
    send_outbox()
    assert {tuple(recipients) for recipients, _ in mailbox.received} == {("ada@example.com",), ("marc@example.com",)}
    assert "secret" in mailbox.messages[0].get_content()


def test_the_text_of_account_messages_is_forgotten_once_they_are_sent(db, mailbox, send_outbox):
    message = EmailMultiAlternatives(
        "Password", "secret link", None, ["ada@example.com"], reply_to=["help@example.com"]
    )
    message.attach_alternative("<p>secret link</p>", "text/html")
    message.send()
    send_outbox()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.text, delivery.html) == (State.SENT, "", "")
    assert mailbox.messages[0]["Reply-To"] == "help@example.com"
    assert "secret" in mailbox.messages[0].get_body(["html"]).get_content()


def test_a_new_message_wakes_a_worker(db, mailbox, settings, django_capture_on_commit_callbacks):
    queue = redis.from_url(settings.REDIS_URL)
    waiting = queue.llen("deliver")
    with django_capture_on_commit_callbacks(execute=True):
        write()
    assert queue.llen("deliver") == waiting + 1


def test_a_dead_redis_costs_nothing_but_the_time_to_the_next_tick(
    db, mailbox, send_outbox, django_capture_on_commit_callbacks
):
    dead = Celery("dead", broker="redis://127.0.0.1:1/0")
    dead.conf.broker_transport_options = app.conf.broker_transport_options
    began = time.monotonic()
    dead.set_current()
    try:
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            write()
    finally:
        app.set_current()
    assert len(callbacks) == 1
    assert time.monotonic() - began < 1, "nobody's page waits for Redis"
    send_outbox()
    assert len(mailbox.received) == 1


def test_old_messages_are_dropped(db):
    old, young = write(), write("test:2")
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - outbox.KEEP - timedelta(days=1))
    outbox.drop_old(timezone.now())
    assert list(Delivery.objects.all()) == [young]


@pytest.mark.django_db(transaction=True)
def test_senders_at_once_send_each_message_once(mailbox):
    for number in range(12):
        write(f"test:{number}")

    def send():
        from django.conf import settings

        try:
            with Mailer(settings.EMAIL_URL) as mailer:
                outbox.send_due(mailer)
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len({message["Message-ID"] for message in mailbox.messages}) == 12
    assert len(mailbox.received) == 12


KILLED = """
import os, signal, django
django.setup()
from delivery import outbox
from delivery.models import Delivery
def die(delivery):
    os.kill(os.getpid(), signal.SIGKILL)
outbox.send_due(die)
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_claim_and_send_neither_loses_nor_doubles_a_message(mailbox, send_outbox):
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
    assert mailbox.received == [], "the claim still holds"
    make_due(delivery)
    send_outbox()
    send_outbox()
    assert [message["Message-ID"] for message in mailbox.messages] == [delivery.message_id]


def test_a_message_that_kills_every_worker_is_given_up(db, mailbox, send_outbox):
    delivery = write()
    Delivery.objects.filter(pk=delivery.pk).update(state=State.SENDING, attempts=outbox.ATTEMPTS)
    make_due(delivery)
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, mailbox.received) == (State.FAILED, "interrupted", [])


def test_a_sender_whose_claim_has_passed_on_changes_nothing(db, mailbox):
    delivery = write()
    later = timezone.now() + outbox.LEASE + timedelta(seconds=1)

    def slow(claimed):
        outbox.send_due(lambda _: Result(), lambda: later)
        return Result("later", "450 no")

    outbox.send_due(slow)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.SENT, 2)


def test_every_error_code_has_its_words():
    codes = set(re.findall(r'^[A-Z_]+ = "(\w+)"', Path("delivery/channels/base.py").read_text(), re.M))
    assert codes == set(DELIVERY_PROBLEMS)


def test_email_url_is_read_with_its_password_decoded():
    server = parse_email_url("smtp+tls://ada%40example.com:p%2Fss%3A@mail.example.com")
    assert (server.host, server.port, server.user, server.password) == (
        "mail.example.com",
        587,
        "ada@example.com",
        "p/ss:",
    )
    assert parse_email_url("smtps://mail.example.com").port == 465


def test_a_wrong_email_url_is_told_at_the_start(settings):
    settings.EMAIL_URL = "http://mail.example.com"
    assert [error.id for error in run_checks()] == ["alerts.E001"]
    settings.EMAIL_URL = ""
    assert not run_checks()


@pytest.mark.parametrize(
    "url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:secret", "smtp://a:secret/@b"]
)
def test_a_wrong_email_url_is_refused_without_showing_the_password(url):
    with pytest.raises(ImproperlyConfigured) as refusal:
        parse_email_url(url)
    assert "secret" not in "".join(traceback.format_exception(refusal.value))
