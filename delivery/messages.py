"""Delivery error codes as sentences, in the active language. Called by the delivery log's pages."""

from django.utils.translation import gettext_lazy as _

from delivery.channels.base import ACCOUNT_INACTIVE, INTERRUPTED, NOT_A_MEMBER, PROJECT_DELETED
from delivery.channels.registry import CHANNELS
from delivery.models import Delivery, ServerOutage

OUTBOX_PROBLEMS = {
    NOT_A_MEMBER: _("This person left the project before the message was sent."),
    ACCOUNT_INACTIVE: _("This account was deactivated before the message was sent."),
    PROJECT_DELETED: _("The project was deleted before the message was sent."),
    INTERRUPTED: _("Sending was interrupted on every attempt. Check the worker logs."),
}


def delivery_problem(delivery: Delivery) -> str:
    """Return why a delivery failed; "" if it did not."""
    channel = CHANNELS.get(delivery.channel)
    problems = {**(channel.problems if channel else {}), **OUTBOX_PROBLEMS}
    return str(problems.get(delivery.error_code, ""))


def outage_problem(outage: ServerOutage) -> str:
    """Return why a server fails."""
    channel = CHANNELS.get(outage.channel)
    return str(channel.problems.get(outage.error_code, "") if channel else "")
