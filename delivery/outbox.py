"""The outbox: every message is a row first and is sent after, so that a crash neither loses nor doubles one.

In: `write(Message)`, in the transaction of whatever the message is about; its unique key makes a second row
impossible. Out: `send_due(deliver)`, called by alerts/tasks.py every few seconds, hands what is due to a channel.
Any number of senders may run at once: a claim is one row locked with SKIP LOCKED and moved to SENDING with a lease,
and only who holds the claim (state and number of the attempt unchanged) may write down its end.
The one case that is left: the server accepted the message and we died before writing that down. It is then sent once
more when the lease ends, with the same Message-ID, by which mailboxes can tell that it is the same.
"""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import Membership
from delivery.channels.base import INTERRUPTED, NOT_A_MEMBER, Result
from delivery.message import Message
from delivery.models import Delivery

log = logging.getLogger(__name__)
State = Delivery.State

# Longer than a task may live (its process is killed then), so a claim that has ended is nobody's.
LEASE = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)
# A greylisting server says yes after minutes, a broken one is mended within a day; 36 hours in all.
RETRY_AFTER = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 480, 1440)]
ATTEMPTS = len(RETRY_AFTER) + 1
RUN_LIMIT_S = 180  # below the soft time limit of a task: the next tick goes on
KEEP = timedelta(days=180)


def sends_email() -> bool:
    """False where messages are kept, which the pages about them must not hide."""
    return bool(settings.EMAIL_URL)


def write(message: Message) -> Delivery | None:
    """Put a message into the outbox; None where its key is already there. Sends nothing itself.

    Without EMAIL_URL it is kept for good: a mail server that is set up later sends what is written later.
    """
    identity = uuid.uuid4()
    delivery = Delivery(
        id=identity,
        key=message.key,
        kind=message.kind,
        project=message.project,
        user=message.user,
        recipient=_one_line(message.recipient),
        subject=_one_line(message.subject)[:300],
        text=message.text,
        html=message.html,
        headers={name: _one_line(value) for name, value in message.headers.items()},
        message_id=f"<{identity}@{_domain()}>",
        window_start=message.window.start if message.window else None,
        window_end=message.window.end if message.window else None,
        state=State.PENDING if sends_email() else State.KEPT,
    )
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
    except IntegrityError:
        if Delivery.objects.filter(key=message.key).exists():
            return None
        raise
    if sends_email():
        transaction.on_commit(_send_soon)
    return delivery


def send_due(deliver: Callable[[Delivery], Result], clock: Callable[[], datetime] = timezone.now) -> int:
    """Send what is due, one by one, until nothing is, the server is out of reach or the time is up."""
    sent = 0
    stop_at = time.monotonic() + RUN_LIMIT_S
    while time.monotonic() < stop_at and (delivery := _claim(clock())):
        result = _hindrance(delivery) or deliver(delivery)
        _settle(delivery, result, clock())
        sent += not result.code
        if not result.reached:
            break
    return sent


def keep_waiting() -> int:
    """What waits while no mail server is set up is kept, so that it never leaves later as a surprise."""
    waiting = Delivery.objects.filter(state=State.PENDING) | Delivery.objects.filter(
        state=State.SENDING, next_attempt_at__lte=timezone.now()
    )
    return waiting.update(state=State.KEPT)


def send_again(delivery: Delivery) -> bool:
    """A person asks for a failed or kept message to be sent now. False where it is in no such state (any more)."""
    changed = Delivery.objects.filter(id=delivery.id, state__in=[State.FAILED, State.KEPT]).update(
        state=State.PENDING, attempts=0, next_attempt_at=timezone.now(), error_code="", error=""
    )
    if changed:
        transaction.on_commit(_send_soon)
    return bool(changed)


def drop_old(now: datetime) -> int:
    """Forget messages older than half a year. Their keys cannot come back: windows and incidents only go forward."""
    old = Delivery.objects.filter(created_at__lt=now - KEEP).order_by("created_at").values("id")[:5000]
    return Delivery.objects.filter(id__in=old).delete()[0]


def _claim(now: datetime) -> Delivery | None:
    """Take the longest due message. Closes the race of two senders: each locks another row, or finds none."""
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(state__in=[State.PENDING, State.SENDING], next_attempt_at__lte=now)
            .order_by("next_attempt_at")
            .first()
        )
        if delivery is None:
            return None
        delivery.attempts += 1
        delivery.state = State.SENDING
        delivery.next_attempt_at = now + LEASE
        delivery.save(update_fields=["attempts", "state", "next_attempt_at"])
    return delivery


def _settle(delivery: Delivery, result: Result, now: datetime) -> None:
    """Write down how a claimed attempt ended; nothing, where the claim has passed to someone else."""
    changes: dict[str, object] = {"error_code": result.code, "error": _one_line(result.detail)[:500]}
    if not result.code:
        changes |= {"state": State.SENT, "sent_at": now}
        if delivery.kind == Delivery.Kind.MESSAGE:  # holds links that sign in or reset a password
            changes |= {"text": "", "html": ""}
    elif result.final or delivery.attempts >= ATTEMPTS:
        changes["state"] = State.FAILED
    else:
        changes |= {"state": State.PENDING, "next_attempt_at": now + RETRY_AFTER[delivery.attempts - 1]}
    claim = Delivery.objects.filter(id=delivery.id, state=State.SENDING, attempts=delivery.attempts)
    claim.update(**changes)
    log.info(
        "delivery id=%s kind=%s state=%s attempt=%s code=%s",
        delivery.id,
        delivery.kind,
        changes["state"],
        delivery.attempts,
        result.code,
    )


def _hindrance(delivery: Delivery) -> Result | None:
    """Why a claimed message must not be sent: its senders keep dying, or the person has left the project since."""
    if delivery.attempts > ATTEMPTS:
        return Result(INTERRUPTED, final=True)
    if delivery.project_id is None:
        return None
    members = Membership.objects.filter(project_id=delivery.project_id, user_id=delivery.user_id)
    return None if members.filter(user__is_active=True).exists() else Result(NOT_A_MEMBER, final=True)


def _send_soon() -> None:
    """Wake a worker. Without Redis the message waits for the next tick, which is all that is lost."""
    try:
        current_app.send_task("delivery.tasks.send_outbox", ignore_result=True, expires=60, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("outbox wake=failed reason=%s", type(error).__name__)


def _one_line(value: str) -> str:
    """No line break ends up in a header."""
    return " ".join(str(value).split())


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
