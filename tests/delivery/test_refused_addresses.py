"""An address that the mail server keeps refusing gets no further messages, and the admins get an email."""

import pytest
from django.urls import reverse

from delivery.models import Delivery, RefusedAddress
from tests.delivery.helpers import write

State = Delivery.State
REFUSED = ("RCPT", "550 5.1.1 no such user")


@pytest.fixture
def send(project, manager, mailbox, send_outbox):
    """`send(key, refused=False)`: write a message to Marc and send it. Return the delivery."""

    def send(key, *, refused=False, **fields):
        mailbox.responses = [REFUSED] if refused else []
        delivery = write(key, **{"recipient": manager.email, "project": project, "user": manager, **fields})
        send_outbox()
        delivery.refresh_from_db()
        return delivery

    return send


def told():
    return list(Delivery.objects.filter(kind="service").values_list("recipient", "subject", "state"))


def test_address_is_off_after_three_refusals_and_admins_are_told_once(send, owner, mailbox):
    assert [send(f"test:{number}", refused=True).state for number in range(2)] == [State.FAILED] * 2
    assert told() == []
    send("test:2", refused=True)
    assert told() == [("ada@example.com", "Emails to marc@example.com are refused", State.SENT)]
    assert "550 5.1.1 no such user" in mailbox.messages[-1].get_content()
    kept = send("test:3")
    assert (kept.state, kept.error_code) == (State.KEPT, "address_off")
    assert len(mailbox.messages) == 1 and len(told()) == 1


def test_accepted_message_between_refusals_keeps_the_address_on(send, owner):
    for number in range(5):
        send(f"test:{number}", refused=True)
        assert send(f"ok:{number}").state == State.SENT
    assert told() == [] and not RefusedAddress.objects.exists()


def test_message_that_a_person_sends_again_turns_the_address_on(send, owner, as_person, project, send_outbox):
    for number in range(3):
        send(f"test:{number}", refused=True)
    kept = send("test:3")
    as_person(owner).post(reverse("delivery_send", args=[project.pk, kept.pk]))
    send_outbox()
    kept.refresh_from_db()
    assert kept.state == State.SENT
    assert send("test:4").state == State.SENT


def test_account_emails_are_sent_to_a_refused_address(send):
    for number in range(3):
        send(f"test:{number}", refused=True)
    assert send("reset", project=None, user=None, kind=Delivery.Kind.MESSAGE).state == State.SENT


def test_pages_show_the_refused_address(send, owner, manager, as_person, project):
    settings, account = reverse("project_settings", args=[project.pk]), reverse("account")
    assert "Emails are refused" not in as_person(owner).get(settings).text
    for number in range(3):
        send(f"test:{number}", refused=True)
    assert "Emails are refused" in as_person(owner).get(settings).text
    assert "Emails are refused" not in as_person(manager).get(settings).text
    assert "a refusé les derniers e-mails" in as_person(manager).get(account).text
    kept = send("test:3")
    assert "Vigie stopped sending to it" in as_person(owner).get(reverse("delivery", args=[project.pk, kept.pk])).text
