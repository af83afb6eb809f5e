"""The outbox checks at sending time whether a recipient may still receive a message."""

import pytest
from django.utils import timezone

from accounts.models import Membership, Project
from delivery import outbox
from delivery.messages import delivery_problem
from delivery.models import Delivery, ExternalRecipient
from tests.delivery.helpers import make_due, write

State = Delivery.State


def test_message_fails_when_recipient_has_left_the_project(mailbox, send_outbox, project, viewer):
    delivery = write(project=project, user=viewer, recipient=viewer.email)
    Membership.objects.filter(user=viewer).delete()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, mailbox.received) == (State.FAILED, "not_a_member", [])


def test_message_fails_when_recipient_account_was_deleted(mailbox, send_outbox, project, viewer):
    delivery = write(project=project, user=viewer, recipient=viewer.email)
    viewer.delete()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, mailbox.received) == (State.FAILED, "not_a_member", [])


def test_message_fails_when_recipient_account_is_inactive(mailbox, send_outbox, project, viewer):
    delivery = write(project=project, user=viewer, recipient=viewer.email)
    viewer.is_active = False
    viewer.save()
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, mailbox.received) == (State.FAILED, "account_inactive", [])


def test_message_fails_when_every_attempt_was_interrupted(db, mailbox, send_outbox):
    delivery = write()
    Delivery.objects.filter(pk=delivery.pk).update(state=State.SENDING, attempts=outbox.ATTEMPTS)
    make_due(delivery)
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, mailbox.received) == (State.FAILED, "interrupted", [])


@pytest.mark.parametrize("ended", ["stopped", "unconfirmed"])
def test_message_fails_when_external_recipient_has_not_confirmed(mailbox, send_outbox, project, ended):
    now = timezone.now()
    state = {"stopped": {"confirmed_at": now, "stopped_at": now}, "unconfirmed": {}}[ended]
    ExternalRecipient.objects.create(project=project, email="client@example.org", language="en", **state)
    delivery = write(project=project, recipient="client@example.org", is_external=True)
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, mailbox.received) == (State.FAILED, "not_confirmed", [])
    assert delivery_problem(delivery)


def test_message_to_external_recipient_is_sent_without_membership(mailbox, send_outbox, project):
    ExternalRecipient.objects.create(
        project=project, email="client@example.org", language="en", confirmed_at=timezone.now()
    )
    external = write(project=project, recipient="client@example.org", is_external=True)
    unknown = write("test:2", project=project, recipient="client@example.org")
    send_outbox()
    external.refresh_from_db()
    unknown.refresh_from_db()
    assert external.state == State.SENT
    assert (unknown.state, unknown.error_code) == (State.FAILED, "not_a_member")
    assert [recipients for recipients, _ in mailbox.received] == [["client@example.org"]]


@pytest.mark.parametrize("is_external", [True, False])
def test_message_fails_when_project_is_deleted(mailbox, send_outbox, project, viewer, is_external):
    user = None if is_external else viewer
    delivery = write(project=project, user=user, is_external=is_external)
    Project.objects.filter(pk=project.pk).update(deleted_at=timezone.now())
    send_outbox()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error_code, mailbox.received) == (State.FAILED, "project_deleted", [])
    assert delivery_problem(delivery)
