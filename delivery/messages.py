"""Delivery error codes as sentences, in the active language. Called by the delivery log's pages and the API."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delivery.channels.base import (
    ACCOUNT_INACTIVE,
    ADDRESS_OFF,
    BOUNCED,
    DESTINATION_DELETED,
    DESTINATION_OFF,
    INTERRUPTED,
    NOT_A_MEMBER,
    NOT_CONFIRMED,
    PROJECT_DELETED,
    WITHDRAWN,
)
from delivery.channels.registry import CHANNELS, channel_label, is_configured
from delivery.models import Delivery, ServerOutage

OUTBOX_PROBLEMS = {
    NOT_A_MEMBER: _("This person left the project before the message was sent."),
    ACCOUNT_INACTIVE: _("This account was deactivated before the message was sent."),
    PROJECT_DELETED: _("The project was deleted before the message was sent."),
    DESTINATION_OFF: _("This channel was turned off before the message was sent."),
    DESTINATION_DELETED: _("This channel was deleted before the message was sent."),
    ADDRESS_OFF: _(
        "The mail server refused the last messages to this address, so Vigie stopped sending to it. "
        "If it works again, try again."
    ),
    BOUNCED: _("The mail server accepted this message, but it bounced later: the recipient didn’t get it."),
    NOT_CONFIRMED: _("The owner of this address has not confirmed, or has unsubscribed since."),
    WITHDRAWN: _("The issue was unpublished or deleted before the message was sent."),
    INTERRUPTED: _("Sending was interrupted on every attempt. Check the worker logs."),
}


def delivery_problem(delivery: Delivery) -> str:
    """Return why a delivery failed; "" if it did not."""
    return problem(delivery.channel, delivery.error_code)


def outage_problem(outage: ServerOutage) -> str:
    """Return why a server fails."""
    return problem(outage.channel, outage.error_code)


def reason_not_to_retry(delivery: Delivery) -> str:
    """Return why a message can't be sent again, in any state; "" if it can."""
    if not is_configured(delivery.channel):
        if delivery.channel == Delivery.EMAIL:
            return gettext("No mail server is configured. Set EMAIL_URL first.")
        return gettext("This channel isn’t configured: %(channel)s.") % {"channel": channel_label(delivery.channel)}
    if delivery.is_emptied:
        return gettext("The text of account emails is deleted when they are sent, so this one can’t be sent again.")
    if delivery.notice is not None and not (delivery.destination and delivery.destination.is_on):
        return gettext("This channel is off or was deleted. Turn it on first.")
    return ""


def problem(channel_name: str, code: str) -> str:
    """Return a code of a channel as a sentence; "" for an unknown one."""
    channel = CHANNELS.get(channel_name)
    problems = {**(channel.problems if channel else {}), **OUTBOX_PROBLEMS}
    return str(problems.get(code, ""))
