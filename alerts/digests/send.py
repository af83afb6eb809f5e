"""Find due digests, and have them written to the outbox.

alerts/tasks.py calls `write_due(now)` every minute and `write_instant(now)` every two seconds: each subscription
whose window has ended gets its digest (alerts/digests/closing.py).
"""

import time
from datetime import datetime
from itertools import groupby

from django.db.models import Exists, OuterRef, Q

from alerts.digests.actions import may_act
from alerts.digests.closing import Due, Run, Written, close_windows, message_of, store
from alerts.digests.render import Reader
from alerts.digests.schedule import GROUPED, due_window
from alerts.digests.subscriptions import Frequency, schedule_of, scope_of, sync_with_memberships, with_scope
from alerts.models import Digest
from delivery.message import Window
from delivery.models import Delivery
from monitoring.ingest.project_lock import wait_for_ingest
from monitoring.models import Mention

RUN_LIMIT_S = 180  # below the task's soft time limit


def open_window(digest: Digest, now: datetime) -> Window:
    """Return the time since the last digest."""
    return Window(min(digest.sent_until, now), now)


def send_now(digest: Digest, now: datetime) -> Delivery | None:
    """Write an extra digest that a person requested. It does not move `sent_until`: the next digest repeats it.

    None if the digest is about nothing any more.
    """
    scope = scope_of(digest)
    if scope is None:
        return None
    run, window = Run(digest.project_id, now, wait_for_ingest(digest.project_id)), open_window(digest, now)
    content = run.content(scope, window, digest.user.zone)
    due = Due(digest, window, scope, content)
    key = f"digest:{digest.pk}:extra:{now.isoformat()}"
    message = message_of(due, Reader(digest, may_act(digest)), run, key)
    return next(iter(store([Written(due, [message], run.counts(scope, content))])), None)


def write_due(now: datetime) -> int:
    """Write every due digest, for RUN_LIMIT_S at most. Return how many windows were closed, empty ones included."""
    stop_at = time.monotonic() + RUN_LIMIT_S
    sync_with_memberships()
    closed = 0
    for project_id, due in _due_by_project(now).items():
        if time.monotonic() < stop_at:
            run = Run(project_id, now, wait_for_ingest(project_id))
            complete = [(digest, window) for digest, window in due if window.end <= run.complete_until]
            closed += close_windows(complete, run, stop_at)
    return closed


def write_instant(now: datetime) -> int:
    """Write the as-it-happens digests of what was found since their last window. Return how many windows were closed.

    The first mention leaves now, later ones together GROUPED after the last message.
    """
    stop_at = time.monotonic() + RUN_LIMIT_S
    fresh = Mention.objects.filter(
        keyword__project=OuterRef("project"), found_at__gte=OuterRef("sent_until"), is_backlog=False
    )
    digests = with_scope(Digest.objects.filter(frequency=Frequency.INSTANT, user__is_active=True))
    digests = digests.filter(Q(last_sent_at=None) | Q(last_sent_at__lte=now - GROUPED)).filter(Exists(fresh))
    closed = 0
    for project_id, of_project in groupby(digests.order_by("project_id", "pk"), lambda digest: digest.project_id):
        run = Run(project_id, now, wait_for_ingest(project_id), is_compared=False)
        windows = [(digest, Window(digest.sent_until, run.complete_until)) for digest in of_project]
        closed += close_windows([one for one in windows if one[1].start < one[1].end], run, stop_at)
    return closed


def _due_by_project(now: datetime) -> dict[int, list[tuple[Digest, Window]]]:
    due: dict[int, list[tuple[Digest, Window]]] = {}
    subscriptions = Digest.objects.filter(user__is_active=True).exclude(
        frequency__in=[Frequency.NEVER, Frequency.INSTANT]
    )
    for digest in with_scope(subscriptions).order_by("project_id", "id"):
        window = due_window(schedule_of(digest), digest.sent_until, now)
        if window:
            due.setdefault(digest.project_id, []).append((digest, window))
    return due
