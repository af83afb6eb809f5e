"""Who may receive a delivery at the moment it is sent. Called by delivery/outbox.py before every attempt.

A recipient is a member of the project, an external address or target that somebody with the right entered
(`Delivery.is_external`: a client's mailbox, a webhook), or the address of an account (no project).
"""

from accounts.models import Membership
from delivery.channels.base import ACCOUNT_INACTIVE, INTERRUPTED, NOT_A_MEMBER, PROJECT_DELETED, Result
from delivery.models import Delivery
from delivery.retries import ATTEMPTS


def reason_not_to_send(delivery: Delivery) -> Result | None:
    """Return why a claimed delivery must not be sent, or None."""
    if delivery.attempts > ATTEMPTS:  # its workers died, or they would have stored the result of an attempt
        return Result(INTERRUPTED, final=True)
    if delivery.project is None:
        return None
    if delivery.project.deleted_at:
        return Result(PROJECT_DELETED, final=True)
    if delivery.is_external:
        return None
    if delivery.user_id is None:
        return Result(NOT_A_MEMBER, final=True)
    members = Membership.objects.filter(project=delivery.project, user_id=delivery.user_id)
    is_active = members.values_list("user__is_active", flat=True).first()
    if is_active is None:
        return Result(NOT_A_MEMBER, final=True)
    return None if is_active else Result(ACCOUNT_INACTIVE, final=True)
