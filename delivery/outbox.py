"""The outbox: every message is stored before it is sent, so a crash neither loses nor duplicates one.

In: `write(Message)`, in the transaction of the change that the message is about; its unique key prevents a second row.
Out: `send_due(channels)`, called by delivery/tasks.py every few seconds, sends what is due through the configured
channels. Any number of workers may run it: a claim is one row, locked with SKIP LOCKED and moved to SENDING with a
lease, and only the worker whose claim is still valid (same state, same attempt) stores the result.
One case remains: the server accepted the message and the worker died before storing that. The message is then sent
once more when the lease expires, with the same Message-ID, by which mailboxes can recognize the duplicate.
"""

import heapq
import logging
import time
import uuid
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import Project
from delivery import outages, refused_addresses
from delivery.channels.base import (
    ADDRESS_OFF,
    DESTINATION_DELETED,
    DESTINATION_OFF,
    OUTBOX_CODES,
    Channel,
    Result,
)
from delivery.channels.registry import configured_channels, destination_channels, is_configured
from delivery.destination_state import record_result
from delivery.links import mail_domain
from delivery.message import Message
from delivery.models import Delivery, Destination
from delivery.recipients import reason_not_to_send
from delivery.retries import ATTEMPTS, RETRY_AFTER

log = logging.getLogger(__name__)
State = Delivery.State

# Longer than the task time limit (its process is killed then), so an expired claim has no live owner.
LEASE = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)
PAUSES_S = 2.0
RUN_LIMIT_S = 180  # below the task's soft time limit: the next run continues
RETENTION = timedelta(days=180)

_CLAIM = """
UPDATE delivery_delivery SET state = 'sending', attempts = attempts + 1, next_attempt_at = %(until)s
WHERE id = (
    SELECT id FROM delivery_delivery
    WHERE {column} = %(value)s AND state IN ('pending', 'sending') AND next_attempt_at <= %(now)s
        AND NOT EXISTS (SELECT FROM delivery_serveroutage WHERE server = %(server)s)
    ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING *
"""


def sends_email() -> bool:
    """Return False if emails are only kept, which the pages about them must say."""
    return is_configured(Delivery.EMAIL)


def write(message: Message) -> Delivery | None:
    """Store a message in the outbox without sending it. Return None if its key already exists: see `write_all`."""
    return write_all([message])[0]


def write_all(messages: Sequence[Message]) -> list[Delivery | None]:
    """Store messages in the outbox without sending them. Return None for those whose key already exists.

    A message of a channel that is not configured is kept: a mail server set up later sends only newer messages. So is
    one to a destination that is off, or to an address that the mail server refuses, unless it is about an account.
    """
    off_addresses = refused_addresses.refused_since([one.recipient for one in messages if _is_refusable(one)])
    rows = [_delivery(message, _off_code(message, off_addresses)) for message in messages]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    stored = set(Delivery.objects.filter(id__in=[row.id for row in rows]).values_list("id", flat=True))
    if any(row.id in stored and row.state == State.PENDING for row in rows):
        transaction.on_commit(_wake_worker)
    return [row if row.id in stored else None for row in rows]


def send_due(channels: Iterable[Channel], clock: Callable[[], datetime] = timezone.now) -> int:
    """Send the due messages of these opened channels, one at a time. Return how many were sent.

    The channel that has waited longest sends next, so a slow one delays the others by one message at most. A channel
    drops out when nothing of it is due, its server is unreachable, or it raises; the run ends when all have, or after
    RUN_LIMIT_S. One that must wait for its `interval_s` drops out, too, once the run has paused for PAUSES_S, since
    other messages may be written meanwhile; another run follows. A server that keeps failing is tried with one message
    at a time, less and less often (delivery/outages.py).
    """
    sent, pauses_left_s = 0, PAUSES_S
    stop_at = time.monotonic() + RUN_LIMIT_S
    # When each channel may send next; the number keeps their order.
    turns = [(0.0, number, channel) for number, channel in enumerate(channels)]
    while turns and time.monotonic() < stop_at:
        ready_at, number, channel = heapq.heappop(turns)
        if (pause_s := ready_at - time.monotonic()) > 0:
            if pause_s > pauses_left_s:
                _wake_worker(after_s=pause_s)
                continue
            pauses_left_s -= pause_s
            time.sleep(pause_s)
        delivery = _claim(channel, clock())
        if delivery is None:
            continue
        result = _attempt(channel, delivery, clock)
        if result is None:
            continue
        sent += not result.code
        if result.reached:
            heapq.heappush(turns, (time.monotonic() + channel.interval_s, number, channel))
    return sent


def keep_unsendable() -> int:
    """Keep the queued messages of channels that are no longer configured, and of destinations that are off or deleted.

    Return how many.
    """
    queued = Delivery.objects.filter(state=State.PENDING) | Delivery.objects.filter(
        state=State.SENDING, next_attempt_at__lte=timezone.now()
    )
    configured = [channel.name for channel in configured_channels()]
    is_off = Q(destination__in=Destination.objects.filter(disabled_at__isnull=False))
    is_deleted = Q(destination=None, channel__in=[*destination_channels()])
    return (
        queued.exclude(channel__in=configured).update(state=State.KEPT)
        + queued.filter(is_off).update(state=State.KEPT, error_code=DESTINATION_OFF)
        + queued.filter(is_deleted).update(state=State.KEPT, error_code=DESTINATION_DELETED)
    )


def send_again(delivery: Delivery) -> bool:
    """Queue a failed or kept message for sending now, as a person asked. Return False if it is in another state."""
    if delivery.is_emptied or not _has_receiver(delivery):
        return False
    if delivery.channel == Delivery.EMAIL:
        refused_addresses.turn_on(delivery.recipient)
    changed = Delivery.objects.filter(id=delivery.id, state__in=[State.FAILED, State.KEPT]).update(
        state=State.PENDING, attempts=0, next_attempt_at=timezone.now(), error_code="", error=""
    )
    if changed:
        transaction.on_commit(_wake_worker)
    return bool(changed)


def may_send_again(delivery: Delivery) -> bool:
    """Return whether a message that was not sent could be sent now."""
    is_unsent = delivery.state in (State.FAILED, State.KEPT)
    return is_unsent and is_configured(delivery.channel) and _has_receiver(delivery) and not delivery.is_emptied


def send_failed_again(project: Project) -> int:
    """Queue the failed messages of a project that can be sent now, as a person asked. Return how many."""
    failed = Delivery.objects.filter(project=project, state=State.FAILED).select_related("destination")
    rows = failed.defer("text", "html").order_by("-created_at")[:1_000]
    return sum(send_again(delivery) for delivery in rows)


def delete_old(now: datetime) -> int:
    """Delete messages older than RETENTION. Their keys cannot recur: windows and incidents only move forward."""
    outages.delete_old(now)
    old = Delivery.objects.filter(created_at__lt=now - RETENTION).order_by("created_at").values("id")[:5000]
    return Delivery.objects.filter(id__in=old).delete()[0]


def _has_receiver(delivery: Delivery) -> bool:
    """Return False if the destination of a message is off or deleted."""
    return delivery.notice is None or bool(delivery.destination and delivery.destination.is_on)


def _claim(channel: Channel, now: datetime) -> Delivery | None:
    """Claim the channel's longest due message; None if nothing is due, or its server must be left alone now.

    Closes the race of two workers: each locks a different row or none. By hand in one statement: the ORM takes a
    select and an update, and a sixth of the processor time of sending a message.
    """
    column, value = channel.queue_key
    values = {"value": value, "now": now, "until": now + LEASE, "server": channel.server}
    claimed = Delivery.objects.raw(_CLAIM.format(column=column), values)
    return next(iter(claimed), None) or _claim_of_failing_server(channel, now)


def _claim_of_failing_server(channel: Channel, now: datetime) -> Delivery | None:
    """Claim a message if its server is failing and may be tried now: one worker at a time gets it."""
    with transaction.atomic():
        due = Delivery.objects.select_for_update(skip_locked=True).filter(
            channel.queue, state__in=[State.PENDING, State.SENDING], next_attempt_at__lte=now
        )
        delivery = due.order_by("next_attempt_at").first()
        if delivery is None or not outages.may_try(channel, now):
            return None
        delivery.attempts += 1
        delivery.state = State.SENDING
        delivery.next_attempt_at = now + LEASE
        delivery.save(update_fields=["attempts", "state", "next_attempt_at"])
    return delivery


def _attempt(channel: Channel, delivery: Delivery, clock: Callable[[], datetime]) -> Result | None:
    """Send a claimed message and store the result, also about its server; None after a bug, which leaves the claim.

    The message is then tried after the lease, as if its worker had been killed.
    """
    if refusal := reason_not_to_send(delivery):
        outages.release_trial(channel, clock())
        _store_result(delivery, refusal, clock())
        return refusal
    try:
        result = channel.send(delivery)
    except Exception:
        log.exception("event=delivery id=%s channel=%s state=crashed", delivery.id, channel.name)
        return None
    _store_result(delivery, result, clock())
    outages.record_result(channel, result, clock())
    return result


def _store_result(delivery: Delivery, result: Result, now: datetime) -> None:
    """Store the result of a claimed attempt, unless another worker has claimed the message since."""
    changes: dict[str, object] = {"error_code": result.code, "error": _one_line(result.detail)[:500]}
    if not result.code:
        changes |= {"state": State.SENT, "sent_at": now}
        if delivery.kind == Delivery.Kind.MESSAGE:  # contains links that sign in or reset a password
            changes |= {"text": "", "html": ""}
    elif result.final or delivery.attempts >= ATTEMPTS:
        changes["state"] = State.FAILED
    else:
        asked = timedelta(seconds=result.retry_after_s)
        changes |= {"state": State.PENDING, "next_attempt_at": now + (asked or RETRY_AFTER[delivery.attempts - 1])}
    claim = Delivery.objects.filter(id=delivery.id, state=State.SENDING, attempts=delivery.attempts)
    with transaction.atomic():
        is_stored = claim.update(**changes) and result.code not in OUTBOX_CODES
        if is_stored and delivery.destination_id:
            is_final = changes["state"] == State.FAILED
            record_result(delivery.destination_id, result, now, write, is_final=is_final)
        if is_stored and delivery.channel == Delivery.EMAIL:
            refused_addresses.record_result(delivery, result, now, write)
    log.info(
        "event=delivery id=%s kind=%s channel=%s state=%s attempt=%s code=%s",
        delivery.id,
        delivery.kind,
        delivery.channel,
        changes["state"],
        delivery.attempts,
        result.code,
    )


def _wake_worker(after_s: float = 0) -> None:
    """Queue a run, now or later. Without Redis the message waits for the next scheduled run, at most 10 s."""
    try:
        current_app.send_task(
            "delivery.tasks.send_outbox", countdown=after_s, ignore_result=True, expires=60, retry=False
        )
    except (OperationalError, OSError) as error:
        log.warning("event=outbox_wake status=failed reason=%s", type(error).__name__)


def _delivery(message: Message, off_code: str) -> Delivery:
    """Return the row of a message; kept if it must not be sent, for the reason `off_code` if there is one."""
    identity = uuid.uuid4()
    can_send = is_configured(message.channel) and not off_code
    return Delivery(
        id=identity,
        key=message.key,
        kind=message.kind,
        project=message.project,
        user=message.user,
        channel=message.channel,
        recipient=_one_line(message.recipient),
        is_external=message.is_external,
        destination=message.destination,
        notice=message.notice.to_json() if message.notice else None,
        subject=_one_line(message.subject)[:300],
        text=message.text,
        html=message.html,
        headers={name: _one_line(value) for name, value in message.headers.items()},
        passages=[astuple(passage) for passage in message.passages],
        message_id=f"<{identity}@{mail_domain()}>",
        window_start=message.window.start if message.window else None,
        window_end=message.window.end if message.window else None,
        state=State.PENDING if can_send else State.KEPT,
        error_code=off_code,
    )


def _is_refusable(message: Message) -> bool:
    return message.destination is None and message.project is not None and message.channel == Delivery.EMAIL


def _off_code(message: Message, off_addresses: Container[str]) -> str:
    """Return why a message must be kept although its channel is configured; "" if it may be sent."""
    if message.destination is not None:
        return "" if message.destination.is_on else DESTINATION_OFF
    return ADDRESS_OFF if _is_refusable(message) and message.recipient.lower() in off_addresses else ""


def _one_line(value: str) -> str:
    """Return the value without line breaks, which could inject headers."""
    return " ".join(str(value).split())
