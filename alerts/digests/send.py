"""Digests: who is to get one, what it tells, and the row in the outbox.

`write_due(now)` is called by beat every minute: each subscription whose window has ended gets its digest. The row in
the outbox and the move of `sent_until` are one transaction, begun by a compare-and-set on the old `sent_until`, so
two writers, or one killed half-way, neither lose a window nor send it twice. docs/digests.md has it in words.
"""

import logging
import time
from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

from django.db import connection, transaction

from alerts.digests.content import DigestContent
from alerts.digests.read import read_digest
from alerts.digests.render import render_digest
from alerts.digests.schedule import due_window
from alerts.digests.subscriptions import Frequency, follow_memberships, schedule_of
from alerts.models import Digest
from delivery import outbox
from delivery.message import Message, Window
from delivery.models import Delivery
from monitoring.ingest.project_lock import lock_project_exclusive

log = logging.getLogger(__name__)
RUN_LIMIT_S = 180  # below the soft time limit of a task


def waiting_window(digest: Digest, now: datetime) -> Window:
    """What has been found since the last digest: what "now" would tell."""
    return Window(min(digest.sent_until, now), now)


def send_now(digest: Digest, now: datetime) -> Delivery | None:
    """An extra digest of what waits, on a person's wish. The chain does not move: the next one tells it again."""
    _wait_for_discoveries(digest.project_id)
    window = waiting_window(digest, now)
    content = read_digest(digest.project, window)
    return outbox.write(_message(digest, content, key=f"digest:{digest.pk}:extra:{now.isoformat()}"))


def write_due(now: datetime) -> int:
    """Write every digest that is due, as far as time allows: the next tick goes on. Returns how many windows were
    closed, empty ones included."""
    stop_at = time.monotonic() + RUN_LIMIT_S
    follow_memberships()
    due: dict[int, list[tuple[Digest, Window]]] = {}
    subscriptions = Digest.objects.filter(user__is_active=True).exclude(frequency=Frequency.NEVER)
    for digest in subscriptions.select_related("project", "user").order_by("project_id", "id"):
        try:
            window = due_window(schedule_of(digest), digest.sent_until, now)
        except ZoneInfoNotFoundError:  # zones are renamed now and then; the account page asks for another
            log.error("digest id=%s zone=%s status=unknown_zone", digest.pk, digest.user.time_zone)
            continue
        if window:
            due.setdefault(digest.project_id, []).append((digest, window))
    closed = 0
    for project_id, digests in due.items():
        certain_until = _wait_for_discoveries(project_id)
        contents: dict[Window, DigestContent] = {}
        for digest, window in digests:
            if window.end <= certain_until and time.monotonic() < stop_at:
                closed += _close(digest, window, contents)
    return closed


def _close(digest: Digest, window: Window, contents: dict[Window, DigestContent]) -> bool:
    """Close one person's window. One that fails is tried again at the next tick, and stops nobody else's."""
    try:
        with transaction.atomic():
            moved = Digest.objects.filter(pk=digest.pk, sent_until=window.start).exclude(frequency=Frequency.NEVER)
            if not moved.update(sent_until=window.end):
                return False
            if window not in contents:
                contents[window] = read_digest(digest.project, window)
            content = contents[window]
            if content.total or digest.send_empty:
                outbox.write(_message(digest, content, key=f"digest:{digest.pk}:{window.end.isoformat()}"))
    except Exception:
        log.exception("digest id=%s window_end=%s status=failed", digest.pk, window.end.isoformat())
        return False
    log.info("digest id=%s window_end=%s mentions=%s", digest.pk, window.end.isoformat(), content.total)
    return True


def _message(digest: Digest, content: DigestContent, key: str) -> Message:
    rendered = render_digest(content, digest)
    return Message(
        key=key,
        kind=Delivery.Kind.DIGEST,
        recipient=digest.user.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        headers=rendered.headers,
        project=digest.project,
        user=digest.user,
        window=content.window,
    )


def _wait_for_discoveries(project_id: int) -> datetime:
    """Wait until every mention found before this moment can be read, and return the moment by Postgres' clock.

    Closes the race with ingest, which stamps `found_at` by that clock while it shares the lock: whatever was stamped
    earlier is committed once the lock is ours, whatever is stored later is stamped later.
    """
    with transaction.atomic():
        lock_project_exclusive(project_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]
