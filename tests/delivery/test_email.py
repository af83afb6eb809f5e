"""The email channel and Django's email backend, against a real SMTP server."""

import traceback
from datetime import timedelta

import pytest
import trustme
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, send_mail

from delivery.channels.email import parse_email_url
from delivery.messages import delivery_problem
from delivery.models import Delivery
from tests.delivery.helpers import make_due, write
from tests.lookalikes.smtp import encrypted_server

State = Delivery.State


def test_email_has_both_parts_and_safe_headers(db, mailbox, send_outbox):
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


@pytest.mark.parametrize(
    ("step", "response", "code"),
    [("RCPT", "550 no such user", "address_refused"), ("DATA", "554 looks like spam", "message_refused")],
)
def test_email_fails_with_explanation_when_server_rejects_it(db, mailbox, send_outbox, step, response, code):
    mailbox.responses = [(step, response)]
    refused, other = write(), write("test:2", recipient="marc@example.com")
    send_outbox()
    refused.refresh_from_db()
    other.refresh_from_db()
    assert (refused.state, refused.error_code, refused.error) == (State.FAILED, code, response)
    assert delivery_problem(refused)
    assert other.state == State.SENT, "the next message is not affected"


def test_email_is_retried_when_server_greylists_address(db, mailbox, send_outbox):
    mailbox.responses = [("RCPT", "450 greylisted")]
    delivery = write()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (State.PENDING, "later")


def test_email_is_retried_when_server_stops_responding(db, mailbox, send_outbox, monkeypatch):
    monkeypatch.setattr("delivery.channels.email.TIMEOUT_S", 0.3)
    mailbox.delay_s = 1
    delivery = write()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (State.PENDING, "unreachable")


def test_email_is_not_sent_when_server_lacks_required_encryption(db, mailbox, settings, send_outbox):
    settings.EMAIL_URL = settings.EMAIL_URL.replace("smtp:", "smtp+tls:")
    delivery = write()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (State.PENDING, "not_secure")
    assert mailbox.attempts == 0


def test_email_is_retried_when_server_rejects_sender(db, mailbox, send_outbox):
    mailbox.responses = [("MAIL", "550 not from here")]
    delivery, other = write(), write("test:2")
    send_outbox()
    delivery.refresh_from_db()
    other.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (State.PENDING, "sender_refused")
    assert other.attempts == 0, "every other message would fail now, too"


@pytest.mark.parametrize("sender", ["", "Vigie <vigie@>", "Vigie, Inc <vigie@vigie.example>"])
def test_email_is_retried_when_sender_setting_is_not_an_address(db, mailbox, send_outbox, settings, sender):
    settings.DEFAULT_FROM_EMAIL = sender
    delivery, other = write(), write("test:2")
    send_outbox()
    delivery.refresh_from_db()
    other.refresh_from_db()
    assert (delivery.state, delivery.error_code) == (State.PENDING, "sender_refused")
    assert other.attempts == 0
    assert [error.id for error in run_checks()] == ["delivery.E002"]


@pytest.mark.parametrize("address", ["ada@example.com, eve@example.com", f"ada@{'é' * 70}.example"])
def test_email_fails_when_recipient_is_not_one_address(db, mailbox, send_outbox, address):
    refused, other = write(recipient=address), write("test:2")
    send_outbox()
    refused.refresh_from_db()
    other.refresh_from_db()
    assert (refused.state, refused.error_code) == (State.FAILED, "address_refused")
    assert other.state == State.SENT
    assert [recipients for recipients, _ in mailbox.received] == [["ada@example.com"]]


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtps"])
def test_email_verifies_certificate_of_encrypted_server(db, settings, send_outbox, monkeypatch, tmp_path, scheme):
    authority = trustme.CA()
    with encrypted_server(scheme, authority.issue_cert("127.0.0.1")) as (mailbox, port):
        settings.EMAIL_URL = f"{scheme}://127.0.0.1:{port}"
        delivery = write()
        send_outbox()
        delivery.refresh_from_db()
        assert (delivery.error_code, mailbox.received) == ("not_secure", [])
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        make_due(delivery)
        send_outbox()
        assert len(mailbox.received) == 1


def test_email_backend_writes_one_delivery_per_recipient(db, mailbox, send_outbox):
    send_mail("Password", "https://vigie.example/reset/secret", None, ["ada@example.com", "marc@example.com"])
    assert Delivery.objects.filter(kind=Delivery.Kind.MESSAGE, state=State.PENDING).count() == 2
    send_outbox()
    assert {tuple(recipients) for recipients, _ in mailbox.received} == {("ada@example.com",), ("marc@example.com",)}
    assert "secret" in mailbox.messages[0].get_content()


def test_content_of_account_email_is_deleted_after_sending(db, mailbox, send_outbox):
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


def test_email_url_password_is_percent_decoded():
    server = parse_email_url("smtp+tls://ada%40example.com:p%2Fss%3A@mail.example.com")
    assert (server.host, server.port, server.user, server.password) == (
        "mail.example.com",
        587,
        "ada@example.com",
        "p/ss:",
    )
    assert parse_email_url("smtps://mail.example.com").port == 465


def test_system_check_reports_malformed_email_url(settings):
    settings.EMAIL_URL = "http://mail.example.com"
    assert [error.id for error in run_checks()] == ["delivery.E001"]
    settings.EMAIL_URL = ""
    assert not run_checks()


@pytest.mark.parametrize(
    "url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:secret", "smtp://a:secret/@b"]
)
def test_email_url_error_does_not_contain_password(url):
    with pytest.raises(ImproperlyConfigured) as refusal:
        parse_email_url(url)
    assert "secret" not in "".join(traceback.format_exception(refusal.value))
