"""Email addresses that the mail server keeps refusing: Vigie stops sending to them, and emails the other admins.

Called by delivery/outbox.py in the transaction that stores a result. One accepted message, or a person who sends one
again, turns an address on. Only refusals in the SMTP conversation count: the server that sends on a message reports
later ones to the sender address, whose mailbox Vigie does not read.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import Project, User
from delivery.channels.base import ADDRESS_REFUSED, Result
from delivery.message import Message
from delivery.models import Delivery, ExternalRecipient, RefusedAddress
from delivery.service_problems import ServiceProblem, emails

log = logging.getLogger(__name__)

FAILURES = 3  # messages in a row


def refused_since(addresses: Sequence[str]) -> dict[str, datetime]:
    """Return since when each of these addresses is off, by address in lower case; only those that are."""
    if not addresses:
        return {}
    rows = RefusedAddress.objects.filter(
        address__in=[address.lower() for address in addresses], off_since__isnull=False
    )
    return {address: since for address, since in rows.values_list("address", "off_since") if since}


def refused_in(project: Project) -> list[RefusedAddress]:
    """Return the addresses that are off, of the members of a project and of its recipients without an account."""
    members = User.objects.filter(memberships__project=project)
    others = ExternalRecipient.objects.filter(project=project, stopped_at=None)
    own = Q(address__in=members.values(lower=Lower("email"))) | Q(address__in=others.values(lower=Lower("email")))
    return list(RefusedAddress.objects.filter(own, off_since__isnull=False).order_by("address"))


def turn_on(address: str) -> None:
    """Send to an address again, as a person asked."""
    RefusedAddress.objects.filter(address=address.lower()).delete()


def record_result(delivery: Delivery, result: Result, now: datetime, write: Callable[[Message], object]) -> None:
    """Record the result of an email. `write` is that of the outbox."""
    address = delivery.recipient.lower()
    if not result.code:
        turn_on(address)
    elif result.code == ADDRESS_REFUSED and result.final:
        RefusedAddress.objects.get_or_create(address=address)
        rows = RefusedAddress.objects.filter(address=address)
        rows.update(failures=F("failures") + 1, error=" ".join(result.detail.split())[:500])
        if rows.filter(failures__gte=FAILURES, off_since=None).update(off_since=now):
            log.warning("event=address_off failures=%s", FAILURES)
            for message in _messages(address, result.detail, now):
                write(message)


def _messages(address: str, error: str, now: datetime) -> Iterator[Message]:
    """Yield the emails to the admins of the projects that sent to an address."""
    received = Project.objects.filter(deliveries__recipient__iexact=address, deleted_at=None)
    for project in received.distinct().order_by("pk"):
        problem = ServiceProblem(
            key=f"address:{now.timestamp():.0f}",
            title=lambda: _("Emails to %(address)s are refused") % {"address": address},
            sentence=lambda: (
                _(
                    "The mail server refused the last messages to %(address)s, so Vigie stopped sending to it. "
                    "Check the address with this person. If it works again, send one of its messages again."
                )
                % {"address": address}
            ),
            page="outbox",
            link=lambda: _("View delivery log"),
            query="?status=failed",
            error=error,
        )
        yield from emails(project, problem, without=address)
