"""Who may receive a delivery at the moment it is sent. Called by delivery/outbox.py before every attempt.

A recipient is a member of the project, an external address that its owner has confirmed or a target that somebody
with the right entered (`Delivery.is_external`: a client's mailbox, a destination), or the address of an account (no
project).
"""

from accounts.models import Membership, Project
from delivery.channels.base import (
    ACCOUNT_INACTIVE,
    DESTINATION_DELETED,
    DESTINATION_OFF,
    INTERRUPTED,
    NOT_A_MEMBER,
    NOT_CONFIRMED,
    PROJECT_DELETED,
    WITHDRAWN,
    Result,
)
from delivery.channels.registry import is_personal
from delivery.models import Delivery, ExternalRecipient
from delivery.retries import ATTEMPTS
from delivery.withdrawals import is_withdrawn


def reason_not_to_send(delivery: Delivery) -> Result | None:
    """Return why a claimed delivery must not be sent, or None."""
    if delivery.attempts > ATTEMPTS:  # its workers died, or they would have stored the result of an attempt
        return Result(INTERRUPTED, final=True)
    if is_withdrawn(delivery):
        return Result(WITHDRAWN, final=True)
    if delivery.project_id is None:
        return None
    if delivery.notice is None and not delivery.is_external:
        return _reason_of_member(delivery.project_id, delivery.user_id)
    if _is_deleted(delivery.project_id):
        return Result(PROJECT_DELETED, final=True)
    if delivery.notice is not None and delivery.destination is None:
        return Result(DESTINATION_DELETED, final=True)
    if delivery.destination and not delivery.destination.is_on:
        return Result(DESTINATION_OFF, final=True)
    if delivery.destination and is_personal(delivery.channel):
        return _reason_of_member(delivery.project_id, delivery.destination.created_by_id)
    return None if delivery.channel != Delivery.EMAIL or _is_confirmed(delivery) else _UNCONFIRMED


def _reason_of_member(project_id: int, user_id: int | None) -> Result | None:
    members = Membership.objects.filter(project=project_id, user=user_id)
    found = members.values_list("project__deleted_at", "user__is_active").first()
    if found is None:
        return Result(PROJECT_DELETED if _is_deleted(project_id) else NOT_A_MEMBER, final=True)
    deleted_at, is_active = found
    if deleted_at:
        return Result(PROJECT_DELETED, final=True)
    return None if is_active else Result(ACCOUNT_INACTIVE, final=True)


def _is_deleted(project_id: int) -> bool:
    return Project.objects.filter(pk=project_id, deleted_at__isnull=False).exists()


_UNCONFIRMED = Result(NOT_CONFIRMED, final=True)


def _is_confirmed(delivery: Delivery) -> bool:
    """Return whether the owner of an address has confirmed, and not unsubscribed since.

    The key of a newsletter begins with the name of its list: "newsletter:<collection id>:".
    """
    is_newsletter = delivery.kind == Delivery.Kind.NEWSLETTER
    mailing_list = ":".join(delivery.key.split(":")[:2]) if is_newsletter else ""
    rows = ExternalRecipient.objects.filter(
        project=delivery.project, mailing_list=mailing_list, email__iexact=delivery.recipient
    )
    return rows.filter(confirmed_at__isnull=False, stopped_at=None).exists()
