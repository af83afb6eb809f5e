"""Email addresses that mail servers keep refusing: Vigie stops sending to them, and emails the other admins.

Called in the transaction that stores a result, by delivery/outbox.py, or a bounce, by delivery/bounce_mailbox.py. One
accepted message, or a person who sends one again, turns an address on. If its messages bounce, they are all accepted
first: one that was accepted turns it on after BOUNCES_WITHIN without a bounce.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project, User
from delivery.channels.base import ADDRESS_REFUSED, Result
from delivery.message import Message
from delivery.models import Delivery, ExternalRecipient, RefusedAddress
from delivery.service_problems import ServiceProblem, emails

log = logging.getLogger(__name__)

FAILURES = 3  # messages in a row
# A permanent refusal is reported within minutes, or hours if the server asked to try later first.
BOUNCES_WITHIN = timedelta(hours=12)


def refused_since(addresses: Sequence[str]) -> dict[str, datetime]:
    """Return since when each of these addresses is off, by address in lower case; only those that are."""
    if not addresses:
        return {}
    rows = _off().filter(address__in=[address.lower() for address in addresses])
    return {address: since for address, since in rows.values_list("address", "off_since") if since}


def refused_in(project: Project) -> list[RefusedAddress]:
    """Return the addresses that are off, of the members of a project and of its recipients without an account."""
    members = User.objects.filter(memberships__project=project)
    others = ExternalRecipient.objects.filter(project=project, stopped_at=None)
    own = Q(address__in=members.values(lower=Lower("email"))) | Q(address__in=others.values(lower=Lower("email")))
    return list(_off().filter(own).order_by("address"))


def turn_on(address: str) -> None:
    """Send to an address again, as a person asked."""
    RefusedAddress.objects.filter(address=address.lower()).delete()


def record_result(delivery: Delivery, result: Result, now: datetime, write: Callable[[Message], object]) -> None:
    """Record the result of an email. `write` is that of the outbox."""
    address = delivery.recipient.lower()
    if not result.code:
        _accept(address, now)
    elif result.code == ADDRESS_REFUSED and result.final:
        _count(address, result.detail, now, write)


def record_bounce(delivery: Delivery, reason: str, now: datetime, write: Callable[[Message], object]) -> None:
    """Record that a sent email has bounced. The caller does so once per attempt."""
    _count(delivery.recipient.lower(), reason, now, write, has_bounced=True)


def _off() -> QuerySet[RefusedAddress]:
    """Return the addresses that are off: no message was accepted long enough ago to have bounced."""
    rows = RefusedAddress.objects.filter(off_since__isnull=False)
    return rows.exclude(accepted_at__lt=timezone.now() - BOUNCES_WITHIN)


def _accept(address: str, now: datetime) -> None:
    rows = RefusedAddress.objects.filter(address=address)
    if not settings.BOUNCE_MAILBOX_URL:
        rows.delete()
        return
    rows.filter(Q(has_bounced=False) | Q(accepted_at__lt=now - BOUNCES_WITHIN)).delete()
    rows.filter(accepted_at=None).update(accepted_at=now)


def _count(
    address: str, error: str, now: datetime, write: Callable[[Message], object], *, has_bounced: bool = False
) -> None:
    rows = RefusedAddress.objects.filter(address=address)
    rows.filter(accepted_at__lt=now - BOUNCES_WITHIN).delete()
    RefusedAddress.objects.get_or_create(address=address)
    kind = {"has_bounced": True} if has_bounced else {}
    rows.update(failures=F("failures") + 1, error=" ".join(error.split())[:500], accepted_at=None, **kind)
    if rows.filter(failures__gte=FAILURES, off_since=None).update(off_since=now):
        log.warning("event=address_off failures=%s", FAILURES)
        for message in _messages(address, error, now):
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
