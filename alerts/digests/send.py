"""Write due digests to the outbox.

alerts/tasks.py calls `write_due(now)` every minute: each subscription whose window has ended gets its digest. The row
in the outbox and the update of `sent_until` are one transaction, which starts with a compare-and-set on the old
`sent_until`. Two concurrent writers, or one killed halfway, neither lose a window nor send it twice (docs/digests.md).
"""

import logging
import time
from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

from django.db import connection, transaction

from alerts.deletions import write
from alerts.digests.content import DigestContent
from alerts.digests.read import read_digest
from alerts.digests.render import render_digest
from alerts.digests.schedule import due_window
from alerts.digests.subscriptions import Frequency, schedule_of, sync_with_memberships
from alerts.models import Digest
from delivery.message import Message, Window
from delivery.models import Delivery
from monitoring.ingest.project_lock import lock_project_exclusive

log = logging.getLogger(__name__)
RUN_LIMIT_S = 180  # below the task's soft time limit


def open_window(digest: Digest, now: datetime) -> Window:
    """Return the time since the last digest."""
    return Window(min(digest.sent_until, now), now)


def send_now(digest: Digest, now: datetime) -> Delivery | None:
    """Write an extra digest that a person requested. It does not move `sent_until`: the next digest repeats it."""
    _wait_for_ingest(digest.project_id)
    content = read_digest(digest.project, open_window(digest, now))
    return write(_message(digest, content, key=f"digest:{digest.pk}:extra:{now.isoformat()}"))


def write_due(now: datetime) -> int:
    """Write every due digest, for RUN_LIMIT_S at most. Return how many windows were closed, empty ones included."""
    stop_at = time.monotonic() + RUN_LIMIT_S
    sync_with_memberships()
    closed = 0
    for project_id, digests in _due_by_project(now).items():
        complete_until = _wait_for_ingest(project_id)
        contents: dict[Window, DigestContent] = {}
        for digest, window in digests:
            if window.end <= complete_until and time.monotonic() < stop_at:
                closed += _close_window(digest, window, contents)
    return closed


def _due_by_project(now: datetime) -> dict[int, list[tuple[Digest, Window]]]:
    due: dict[int, list[tuple[Digest, Window]]] = {}
    subscriptions = Digest.objects.filter(user__is_active=True).exclude(frequency=Frequency.NEVER)
    for digest in subscriptions.select_related("project", "user").order_by("project_id", "id"):
        try:
            window = due_window(schedule_of(digest), digest.sent_until, now)
        except ZoneInfoNotFoundError:  # time zones are renamed occasionally; the account page asks for a new one
            log.error("event=digest id=%s status=unknown_zone zone=%s", digest.pk, digest.user.time_zone)
            continue
        if window:
            due.setdefault(digest.project_id, []).append((digest, window))
    return due


def _close_window(digest: Digest, window: Window, contents: dict[Window, DigestContent]) -> bool:
    """Close one person's window and write its digest. A failure is retried at the next run and stops no other digest.

    `contents` caches what was read for other subscribers with the same window.
    """
    try:
        with transaction.atomic():
            unchanged = Digest.objects.filter(pk=digest.pk, sent_until=window.start)
            if not unchanged.exclude(frequency=Frequency.NEVER).update(sent_until=window.end):
                return False
            if window not in contents:
                contents[window] = read_digest(digest.project, window)
            content = contents[window]
            if content.total or digest.send_empty:
                write(_message(digest, content, key=f"digest:{digest.pk}:{window.end.isoformat()}"))
    except Exception:
        log.exception("event=digest id=%s status=failed window_end=%s", digest.pk, window.end.isoformat())
        return False
    log.info(
        "event=digest id=%s status=closed window_end=%s mentions=%s", digest.pk, window.end.isoformat(), content.total
    )
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
        passages=rendered.passages,
    )


def _wait_for_ingest(project_id: int) -> datetime:
    """Wait until every mention found before now is committed. Return that moment by Postgres's clock.

    Closes the race with ingest, which stamps `found_at` by the same clock while it holds the shared lock: mentions
    stamped earlier are committed once this function has the exclusive lock, and later ones get a later stamp.
    """
    with transaction.atomic():
        lock_project_exclusive(project_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]
