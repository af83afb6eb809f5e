"""Bounces from end to end: sent by SMTP, reported in a mailbox, shown in the delivery log; after three, the address is
off.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from delivery.models import BounceMailbox, Delivery, RefusedAddress
from delivery.outage_reports import REPORTED_AFTER
from delivery.refused_addresses import BOUNCES_WITHIN
from delivery.tasks import read_bounces
from tests.delivery.bounce_mails import STYLES, BounceServer, bounce
from tests.delivery.helpers import write
from tests.forks import is_killed
from tests.lookalikes.platforms.base import Reply
from tests.racing import race

State = Delivery.State


@pytest.fixture
def bounces(settings):
    """The mailbox for bounces. Its address is private, and allowed by the setting that names it."""
    settings.FETCH_ALLOWED_HOSTS = []
    settings.BOUNCE_ADDRESS = "bounces@vigie.example"
    with BounceServer() as server:
        settings.FETCH_CA_FILE = server.ca_file
        user, password = quote(server.settings["user"], safe=""), quote(server.secrets["password"], safe="")
        settings.BOUNCE_MAILBOX_URL = server.url.replace("https://", f"imaps://{user}:{password}@") + "/INBOX"
        yield server


@pytest.fixture
def send(project, manager, mailbox, send_outbox):
    """`send(key)`: write a message to Marc and send it. Return the delivery."""

    def send(key="test:1", **fields):
        delivery = write(key, **{"recipient": manager.email, "project": project, "user": manager, **fields})
        send_outbox()
        return current(delivery)

    return send


def current(delivery):
    delivery.refresh_from_db()
    return delivery


def refusals():
    return list(RefusedAddress.objects.values_list("address", "failures", "error"))


def service_messages():
    return list(Delivery.objects.filter(kind="service").values_list("recipient", "subject"))


def test_bounces_go_to_the_address_of_the_mailbox(send, mailbox, bounces, settings):
    send()
    settings.BOUNCE_ADDRESS = ""  # then the user of the mailbox
    send("test:2")
    assert mailbox.senders == ["bounces@vigie.example", "ada@example.com"]
    assert {message["From"] for message in mailbox.messages} == {"Vigie <vigie@vigie.example>"}


def test_sender_of_envelope_is_that_of_the_message_without_setting(send, mailbox):
    send()
    assert mailbox.senders == ["vigie@vigie.example"]
    read_bounces()
    assert not BounceMailbox.objects.exists()


@pytest.mark.parametrize("style", STYLES)
def test_bounce_fails_the_message(send, bounces, style):
    delivery, other = send(), send("test:2")
    bounces.put(bounce(delivery.message_id, delivery.recipient.upper(), style, diagnostic="550 no such user"))
    read_bounces()
    assert (current(delivery).state, delivery.error_code) == (State.FAILED, "bounced")
    assert delivery.error == "5.1.1 550 no such user" and delivery.sent_at
    assert current(other).state == State.SENT
    assert refusals() == [(delivery.recipient, 1, "5.1.1 550 no such user")]


def test_delivery_log_shows_bounce_and_reason(send, bounces, owner, as_person, project):
    delivery = send(subject="Bonjour")
    bounces.put(bounce(delivery.message_id))
    read_bounces()
    page = as_person(owner).get(reverse("delivery", args=[project.pk, delivery.pk])).text
    assert "Bounced" in page and "it bounced later" in page
    assert "550 5.1.1 No such user &lt;b&gt;here&lt;/b&gt;" in page
    page = as_person(owner).get(reverse("outbox", args=[project.pk]) + "?status=failed").text
    assert "Bonjour" in page and "Bounced" in page and "Try again" in page


def test_address_is_off_after_three_bounces_although_each_message_was_accepted(send, bounces, owner, manager):
    for number in range(3):
        delivery = send(f"test:{number}")
        assert delivery.state == State.SENT
        bounces.put(bounce(delivery.message_id))
        read_bounces()
    assert service_messages() == [("ada@example.com", "Emails to marc@example.com are refused")]
    kept = send("test:3")
    assert (kept.state, kept.error_code) == (State.KEPT, "address_off")


@pytest.mark.parametrize("has_new_numbers", [False, True])
def test_bounce_read_twice_counts_once(send, bounces, has_new_numbers):
    delivery = send()
    bounces.put(bounce(delivery.message_id))
    read_bounces()
    bounces.put(bounce(delivery.message_id))
    bounces.validity += has_new_numbers
    read_bounces()
    assert [failures for _, failures, _ in refusals()] == [1]
    assert BounceMailbox.objects.get().uid == 4_002


def test_each_bounce_is_fetched_once(send, bounces):
    bounces.put(bounce(send().message_id))
    read_bounces()
    read_bounces()
    assert [request.path for request in bounces.requests] == ["4001"]


def test_bounce_of_an_earlier_attempt_is_ignored_when_numbers_change(
    send, bounces, owner, as_person, project, mailbox
):
    delivery = send()
    bounces.put(bounce(delivery.message_id), datetime.now(UTC) - timedelta(hours=1))
    Delivery.objects.update(sent_at=timezone.now() - timedelta(hours=2))
    read_bounces()
    as_person(owner).post(reverse("delivery_send", args=[project.pk, delivery.pk]))
    send("test:2")
    bounces.validity += 1
    read_bounces()
    assert current(delivery).state == State.SENT and refusals() == []
    bounces.put(bounce(delivery.message_id))
    read_bounces()
    assert current(delivery).error_code == "bounced", "that of the last attempt counts"


def forged(delivery):
    known = delivery.message_id
    return {
        "unknown message": bounce("<00000000-0000-4000-8000-000000000000@vigie.example>"),
        "other domain": bounce(known.replace("vigie.example", "evil.example")),
        "other recipient": bounce(known, "ada@example.com"),
        "no Message-ID": bounce("", "marc@example.com"),
        "no UUID": bounce("<1@vigie.example>"),
        "delayed": bounce(known, action="delayed", status="4.4.1"),
        "temporary": bounce(known, status="4.2.2"),
        "letter": f"Subject: {known}\r\nIn-Reply-To: {known}\r\n\r\nmarc@example.com 5.1.1".encode(),
        "NUL": b"\x00" * 300,
        "empty": b"",
    }


def test_forged_temporary_and_other_emails_count_for_nothing(send, bounces, db):
    delivery = send()
    mails = forged(delivery)
    for mail in mails.values():
        bounces.put(mail)
    read_bounces()
    assert current(delivery).state == State.SENT and refusals() == []
    assert BounceMailbox.objects.get().uid == 4_000 + len(mails), "all were read"


def test_unsent_message_and_channel_do_not_bounce(bounces, send, project):
    waiting, channel = write("test:1", project=project), send("test:2")
    Delivery.objects.filter(pk=waiting.pk).update(state=State.KEPT)
    Delivery.objects.filter(pk=channel.pk).update(channel="slack")
    for delivery in (waiting, channel):
        bounces.put(bounce(delivery.message_id, delivery.recipient))
    read_bounces()
    assert refusals() == [] and not Delivery.objects.filter(state=State.FAILED).exists()


def test_domain_with_accents_is_recognized(send, bounces):
    delivery = send(recipient="ada@été.example")
    bounces.put(bounce(delivery.message_id, "ada@xn--t-9fab.example"))
    read_bounces()
    assert current(delivery).error_code == "bounced"


def test_many_messages_are_read_page_by_page(send, bounces):
    for number in range(24):
        bounces.put(f"Subject: letter {number}\r\n\r\nHello".encode())
    delivery = send()
    bounces.put(bounce(delivery.message_id))
    read_bounces()
    assert current(delivery).error_code == "bounced"
    assert len(bounces.requests) == 3


@pytest.mark.parametrize("waited", [BOUNCES_WITHIN - timedelta(hours=1), BOUNCES_WITHIN + timedelta(hours=1)])
def test_message_that_has_not_bounced_for_hours_begins_the_count_anew(send, bounces, waited):
    for number in range(2):
        bounces.put(bounce(send(f"test:{number}").message_id))
        read_bounces()
    send("delivered")
    RefusedAddress.objects.update(accepted_at=timezone.now() - waited)
    bounces.put(bounce(send("test:2").message_id))
    read_bounces()
    assert [failures for _, failures, _ in refusals()] == [1 if waited > BOUNCES_WITHIN else 3]


def test_bounce_of_the_accepted_message_proves_nothing(send, bounces):
    for number in range(3):
        bounces.put(bounce(send(f"test:{number}").message_id))
        read_bounces()
        RefusedAddress.objects.exclude(accepted_at=None).update(accepted_at=timezone.now() - 2 * BOUNCES_WITHIN)
    assert [failures for _, failures, _ in refusals()] == [3]


def test_accepted_message_after_refusals_without_bounce_turns_the_address_on(send, bounces, mailbox):
    for number in range(2):
        mailbox.responses = [("RCPT", "550 5.1.1 no such user")]
        send(f"test:{number}")
    assert [failures for _, failures, _ in refusals()] == [2]
    send("test:2")
    assert refusals() == []


def test_account_email_that_does_not_bounce_turns_the_address_on(send, bounces):
    for number in range(3):
        bounces.put(bounce(send(f"test:{number}").message_id))
    read_bounces()
    assert send("reset", project=None, user=None, kind=Delivery.Kind.MESSAGE).state == State.SENT
    assert send("test:3").state == State.KEPT, "the email may still bounce"
    RefusedAddress.objects.update(accepted_at=timezone.now() - BOUNCES_WITHIN - timedelta(minutes=1))
    assert send("test:4").state == State.SENT
    assert refusals() == []


def test_account_email_that_bounced_cannot_be_sent_without_its_text(send, bounces, owner, as_person, mailbox):
    delivery = send(project=None, user=None, kind=Delivery.Kind.MESSAGE)
    bounces.put(bounce(delivery.message_id))
    read_bounces()
    assert (current(delivery).error_code, delivery.text) == ("bounced", "")
    owner.is_superuser = True
    owner.save()
    url = reverse("server_delivery", args=[delivery.pk])
    assert "Try again" not in as_person(owner).get(url).text
    assert "The text of account emails is deleted" in as_person(owner).post(url, follow=True).text
    assert current(delivery).state == State.FAILED


def test_wrong_password_and_missing_folder_are_logged_without_it(bounces, settings, caplog, db):
    url = settings.BOUNCE_MAILBOX_URL
    settings.BOUNCE_MAILBOX_URL = url.replace("mot%20de", "secret")
    read_bounces()
    settings.BOUNCE_MAILBOX_URL = url.replace("/INBOX", "/Rebonds")
    read_bounces()
    assert "code=credential_rejected" in caplog.text and "code=not_found" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("failure", ["refused", "unavailable", "unknown command", "no IMAP", "closed", "slow"])
def test_failure_of_the_mailbox_delays_the_bounce(send, bounces, settings, failure):
    settings.FETCH_TIMEOUT_S = 1
    delivery = send()
    bounces.put(bounce(delivery.message_id))
    bounces.fail_with(bounces.failures[failure][0])
    read_bounces()
    assert current(delivery).state == State.SENT
    settings.FETCH_TIMEOUT_S = 20
    read_bounces()
    assert current(delivery).error_code == "bounced"


def test_health_reports_a_mailbox_that_cannot_be_read_for_a_while(bounces, client, db):
    def reported():
        return client.get(reverse("healthz") + "?all").json()["bounces"]

    assert reported() == "ok"
    bounces.put(b"Subject: letter")
    bounces.fail_with(bounces.failures["refused"][0])
    read_bounces()
    assert reported() == "ok", "a restart of the mail server passes by itself"
    BounceMailbox.objects.update(failing_since=F("failing_since") - REPORTED_AFTER)
    assert reported() == "failing"
    bounces.fail_with(bounces.failures["unavailable"][0])
    read_bounces()
    assert reported() == "failing", "the first failure in a row counts"
    read_bounces()
    assert reported() == "ok"


@pytest.mark.django_db(transaction=True)
def test_run_killed_at_any_statement_counts_each_bounce_once(send, bounces, owner):
    for number in range(3):
        bounces.put(bounce(send(f"test:{number}").message_id))
    kill_at = 1
    while is_killed(read_bounces, kill_at):
        count = sum(failures for _, failures, _ in refusals())
        assert Delivery.objects.filter(error_code="bounced").count() == count
        assert len(service_messages()) == (count == 3)
        kill_at += 1
    assert kill_at > 10
    assert [failures for _, failures, _ in refusals()] == [3] and len(service_messages()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_count_each_bounce_once(send, bounces, owner):
    for number in range(3):
        bounces.put(bounce(send(f"test:{number}").message_id))
    assert race(read_bounces, read_bounces) == [None, None]
    assert [failures for _, failures, _ in refusals()] == [3] and len(service_messages()) == 1


@pytest.mark.django_db(transaction=True)
def test_message_that_another_run_has_read_meanwhile_is_left(send, bounces):
    delivery = send()
    bounces.put(bounce(delivery.message_id))

    def respond(request):
        BounceMailbox.objects.update(uid=4_001)
        connection.close()
        return Reply(b"OK done")

    bounces.respond = respond
    read_bounces()
    assert current(delivery).state == State.SENT and refusals() == []
