"""Read the mailbox to which bounces go, and record them: the message has failed, and its address is refused once more.

Called every few minutes by delivery/tasks.py. Nothing in the mailbox changes. Each message is recorded together with
its number, the mark, in one transaction, which closes two races: a killed run continues where it stopped, and of two
runs one records a message. After another UIDVALIDITY all numbers are new; what was recorded then is no longer SENT,
and a bounce older than the last attempt is about an earlier one.

Anybody can send a bounce. It counts only if it names the Message-ID of a message that was sent, which only its
recipient and the servers on its way know, and its recipient.
"""

import logging
import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from delivery import refused_addresses
from delivery.bounce_settings import MailboxServer, parse_mailbox_url
from delivery.bounces import Bounce, read_bounces
from delivery.channels.base import BOUNCED
from delivery.models import BounceMailbox, Delivery
from delivery.outage_reports import REPORTED_AFTER
from delivery.outbox import write
from outbound.default import mailbox_client
from outbound.imap import FAILURES, ImapConnection, StoredMessage, error_of

log = logging.getLogger(__name__)

# The report and the headers of the returned message come before its body: a report by Exchange has 60 kB.
MAX_MESSAGE = 200_000
PAGE_SIZE = 10
MAX_MESSAGES = 200  # per run: the next one continues
FIRST_READ = timedelta(days=7)  # also after another UIDVALIDITY
CLOCK_SKEW = timedelta(minutes=10)  # between the mail servers and this one
_UUID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")


def read_new(now: datetime) -> int:
    """Record the new bounces, if there is a mailbox for them. Return how many messages have bounced."""
    if not settings.BOUNCE_MAILBOX_URL:
        return 0
    server, bounced = parse_mailbox_url(settings.BOUNCE_MAILBOX_URL), 0
    mark, _is_new = BounceMailbox.objects.get_or_create(mailbox=_name(server))
    try:
        with ImapConnection(mailbox_client(server.host, server.port), server.host, server.port) as connection:
            connection.sign_in(server.user, server.password)
            for message in _new_messages(connection, server.folder, mark, now):
                bounced += _record_message(mark, message, now)
        BounceMailbox.objects.filter(pk=mark.pk).exclude(failing_since=None).update(failing_since=None)
    except FAILURES as failure:
        BounceMailbox.objects.filter(pk=mark.pk, failing_since=None).update(failing_since=now)
        error = error_of(failure)
        log.warning("event=bounces status=failed code=%s detail=%r", error.code, error.detail)
    if bounced:
        log.info("event=bounces messages=%s", bounced)
    return bounced


def failing_since(now: datetime) -> datetime | None:
    """Return since when (UTC) the mailbox has not been read, None if it works or has failed for a moment only."""
    if not settings.BOUNCE_MAILBOX_URL:
        return None
    name = _name(parse_mailbox_url(settings.BOUNCE_MAILBOX_URL))
    rows = BounceMailbox.objects.filter(mailbox=name, failing_since__lte=now - REPORTED_AFTER)
    return rows.values_list("failing_since", flat=True).first()


def _new_messages(
    connection: ImapConnection, folder: str, mark: BounceMailbox, now: datetime
) -> Iterator[StoredMessage]:
    """Yield the messages above the mark, in order."""
    _follow_numbers(mark, connection.open_folder(folder))
    left = connection.numbers_after(mark.uid, now - FIRST_READ)[:MAX_MESSAGES]
    for start in range(0, len(left), PAGE_SIZE):
        page = left[start : start + PAGE_SIZE]
        received = {message.uid: message for message in connection.beginnings(page, MAX_MESSAGE)}
        for uid in page:  # one that was deleted meanwhile is empty
            yield received.get(uid, StoredMessage(uid, "", b""))


def _name(server: MailboxServer) -> str:
    """Return what identifies the mailbox, without its password."""
    parts = f"{server.host} {server.port} {server.user} {server.folder}"
    return salted_hmac("delivery.bounces", parts, algorithm="sha256").hexdigest()


def _follow_numbers(mark: BounceMailbox, validity: str) -> None:
    """Begin at 0 if the messages have new numbers."""
    validity = validity[:20] if validity.isdigit() else ""
    if mark.validity != validity:
        BounceMailbox.objects.filter(pk=mark.pk, validity=mark.validity).update(validity=validity, uid=0)
        mark.refresh_from_db()


def _record_message(mark: BounceMailbox, message: StoredMessage, now: datetime) -> int:
    """Record what a message reports, and that it was read, unless another run has done so. Return how many bounced."""
    bounces = [bounce for bounce in read_bounces(message.content) if bounce.is_permanent]
    with transaction.atomic():
        rows = BounceMailbox.objects.filter(pk=mark.pk, validity=mark.validity, uid__lt=message.uid)
        if not rows.update(uid=message.uid):
            return 0
        return sum(_record(bounce, _time(message.received), now) for bounce in bounces)


def _record(bounce: Bounce, received: datetime | None, now: datetime) -> int:
    bounced = 0
    for delivery in _sent(bounce.message_ids):
        is_earlier = received is not None and delivery.sent_at and received < delivery.sent_at - CLOCK_SKEW
        if is_earlier or _comparable(delivery.recipient) != _comparable(bounce.recipient):
            continue
        same = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.SENT, sent_at=delivery.sent_at)
        if same.update(state=Delivery.State.FAILED, error_code=BOUNCED, error=bounce.reason[:500]):
            refused_addresses.record_bounce(delivery, bounce.reason, now, write)
            log.info("event=bounce id=%s kind=%s status=%s", delivery.id, delivery.kind, bounce.status)
            bounced += 1
    return bounced


def _sent(message_ids: Sequence[str]) -> list[Delivery]:
    """Return the sent emails with one of these Message-IDs, which contain the primary key."""
    keys = [uuid.UUID(match[1]) for one in message_ids if (match := _UUID.match(one))]
    rows = Delivery.objects.filter(pk__in=keys, message_id__in=message_ids, channel=Delivery.EMAIL)
    return list(rows.filter(state=Delivery.State.SENT).defer("text", "html").order_by("pk"))


def _comparable(address: str) -> str:
    """Return an address in lower case, with the ASCII form of its domain, as mail servers write it."""
    name, _, domain = address.lower().rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{name}@{domain}"


def _time(received: str) -> datetime | None:
    """Return when the mail server received a bounce, if it says so."""
    try:
        return datetime.strptime(received.strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None
