"""Servers that fail: all their messages wait, instead of each reaching the timeout in turn.

A failing server has a row, shared by all workers; it is deleted when the server responds again. Called by
delivery/outbox.py around each attempt, and by the delivery log.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import Project
from delivery.channels.base import LATER, NOT_SECURE, SENDER_REFUSED, UNREACHABLE, Channel, Result
from delivery.models import Delivery, ServerOutage
from delivery.retries import server_wait

log = logging.getLogger(__name__)

# Longer than an attempt: if the worker that tries a failing server dies, another one tries again after it.
TRIAL = timedelta(seconds=120)
# From the third failure in a row, the server is the cause rather than one message that it cannot process.
REPEATED = 3
RETENTION = timedelta(days=2)


def may_try(channel: Channel, now: datetime) -> bool:
    """Return whether a message may be sent now; if its server is failing, one worker at a time gets True.

    Compare-and-set: of two workers that read the same `retry_at`, only one changes it.
    """
    outage = ServerOutage.objects.filter(server=channel.server).first()
    if outage is None:
        return True
    if outage.retry_at > now:
        return False
    trial = ServerOutage.objects.filter(pk=outage.pk, retry_at=outage.retry_at)
    return bool(trial.update(retry_at=now + TRIAL))


def release_trial(channel: Channel, now: datetime) -> None:
    """Let the next message try a failing server: the one that was about to has no recipient any more."""
    ServerOutage.objects.filter(server=channel.server).update(retry_at=now)


def record_result(channel: Channel, result: Result, now: datetime) -> None:
    """Record what an attempt says about its server: `result.reached`."""
    if not result.reached:
        _record_failure(channel, result, now)
    elif outage := ServerOutage.objects.filter(server=channel.server).first():
        _record_recovery(channel, outage, now)


def current_outages(now: datetime, project: Project | None = None) -> list[ServerOutage]:
    """Return the failing servers that were tried in the last hour: an older row is of a setting that has changed.

    With a project, only those that its messages go through.
    """
    rows = ServerOutage.objects.filter(retry_at__gt=now - timedelta(hours=1)).select_related("destination")
    if project is not None:
        rows = rows.filter(Q(destination=None) | Q(destination__project=project))
    return list(rows.order_by("since"))


def delete_old(now: datetime) -> None:
    """Delete the rows of servers that no message is sent through any more."""
    ServerOutage.objects.filter(retry_at__lt=now - RETENTION).delete()


def _record_failure(channel: Channel, result: Result, now: datetime) -> None:
    found = {
        "channel": channel.name,
        "destination_id": channel.destination_id,
        "error_code": result.code,
        "error": " ".join(result.detail.split())[:500],
    }
    asked = timedelta(seconds=result.retry_after_s)
    with transaction.atomic():
        outage, is_new = ServerOutage.objects.select_for_update().get_or_create(
            server=channel.server, defaults={**found, "since": now, "retry_at": now + max(server_wait(1), asked)}
        )
        failures = outage.failures + (0 if is_new else 1)
        wait = max(server_wait(failures), asked)
        ServerOutage.objects.filter(pk=outage.pk).update(failures=failures, retry_at=now + wait, **found)
    log.warning(
        "event=server_failing channel=%s code=%s failures=%s retry_in_s=%d",
        channel.name,
        result.code,
        failures,
        wait.total_seconds(),
    )


def _record_recovery(channel: Channel, outage: ServerOutage, now: datetime) -> None:
    """Delete the outage, and make the messages due that failed because of it: their own retries may be hours away."""
    if not ServerOutage.objects.filter(pk=outage.pk).delete()[0]:
        return
    released = 0
    if outage.failures >= REPEATED:
        # For a mail server, LATER is about one message.
        codes = [UNREACHABLE, NOT_SECURE, SENDER_REFUSED, *([LATER] if channel.needs_destination else [])]
        waiting = Delivery.objects.filter(
            channel.queue,
            state=Delivery.State.PENDING,
            error_code__in=codes,
            next_attempt_at__gt=now,
        )
        released = waiting.update(next_attempt_at=now)
    log.info("event=server_recovered channel=%s failures=%s released=%s", channel.name, outage.failures, released)
