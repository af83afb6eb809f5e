"""Write due digests to the outbox.

alerts/tasks.py calls `write_due(now)` every minute and `write_instant(now)` every two seconds: each subscription
whose window has ended gets its digest. The row in the outbox and the update of `sent_until` are one transaction, which
starts with a compare-and-set on the old `sent_until`. Two concurrent writers, or one killed halfway, neither lose a
window nor send it twice (docs/digests.md).
"""

import logging
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q

from accounts.lost_session import drop_lost_session
from alerts.deletions import write
from alerts.digests import sent
from alerts.digests.content import DigestContent
from alerts.digests.notice import digest_notice
from alerts.digests.read import read_digest
from alerts.digests.recipients import channels_of, receiving, view_url
from alerts.digests.render import render_digest
from alerts.digests.schedule import GROUPED, due_window
from alerts.digests.scope import Scope, filter_of
from alerts.digests.subscriptions import Frequency, schedule_of, scope_of, sync_with_memberships, with_scope
from alerts.models import Digest, DigestRecipient, SentDigest
from delivery.message import Message, Window, to_destination
from delivery.models import Delivery
from monitoring.ingest.project_lock import wait_for_ingest
from monitoring.models import Mention

log = logging.getLogger(__name__)
RUN_LIMIT_S = 180  # below the task's soft time limit
# Mentions are analyzed seconds after they are found. After this time, something is wrong, and the digest leaves.
ANALYSIS_LIMIT = timedelta(minutes=10)


@dataclass(frozen=True)
class _Run:
    """The state of one run for a project: the contents that were read, and until when all mentions are stored."""

    now: datetime
    complete_until: datetime
    is_compared: bool = True
    contents: dict[tuple[Scope, Window, ZoneInfo], DigestContent] = field(default_factory=dict)

    def content(self, scope: Scope, window: Window, zone: ZoneInfo) -> DigestContent:
        asked = (scope, window, zone)
        if asked not in self.contents:
            self.contents[asked] = read_digest(*asked, is_compared=self.is_compared)
        return self.contents[asked]


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
    wait_for_ingest(digest.project_id)
    content = read_digest(scope, open_window(digest, now), digest.user.zone)
    counts = _write(digest, content, scope, key=f"digest:{digest.pk}:extra:{now.isoformat()}")
    return counts.delivery if counts else None


def write_due(now: datetime) -> int:
    """Write every due digest, for RUN_LIMIT_S at most. Return how many windows were closed, empty ones included."""
    stop_at = time.monotonic() + RUN_LIMIT_S
    sync_with_memberships()
    closed = 0
    for project_id, digests in _due_by_project(now).items():
        run = _Run(now, wait_for_ingest(project_id))
        for digest, window in digests:
            if window.end <= run.complete_until and time.monotonic() < stop_at:
                closed += _close_window(digest, window, run)
    return closed


def write_instant(now: datetime) -> int:
    """Write the as-it-happens digests of what was found since their last window. Return how many windows were closed.

    The first mention leaves now, later ones together GROUPED after the last message.
    """
    fresh = Mention.objects.filter(
        keyword__project=OuterRef("project"), found_at__gte=OuterRef("sent_until"), is_backlog=False
    )
    digests = with_scope(Digest.objects.filter(frequency=Frequency.INSTANT, user__is_active=True))
    digests = digests.filter(Q(last_sent_at=None) | Q(last_sent_at__lte=now - GROUPED)).filter(Exists(fresh))
    closed = 0
    for project_id, of_project in groupby(digests.order_by("project_id", "pk"), lambda digest: digest.project_id):
        run = _Run(now, wait_for_ingest(project_id), is_compared=False)
        for digest in of_project:
            window = Window(digest.sent_until, run.complete_until)
            if window.start < window.end:
                closed += _close_window(digest, window, run)
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


def _close_window(digest: Digest, window: Window, run: _Run) -> bool:
    """Close one person's window and write its digest. A failure is retried at the next run and stops no other digest.

    A digest about nothing any more closes its windows, too: what it would have contained is not sent later.
    """
    total = 0
    try:
        scope = scope_of(digest)
        if scope and (ends := _analyzed_until(scope, window, run.now)) < window.end:
            if digest.frequency != Frequency.INSTANT or ends <= window.start:
                return False
            window = replace(window, end=ends)
        with transaction.atomic():
            unchanged = Digest.objects.filter(pk=digest.pk, sent_until=window.start)
            if not unchanged.exclude(frequency=Frequency.NEVER).update(sent_until=window.end):
                return False
            if scope:
                content = run.content(scope, window, digest.user.zone)
                total = content.total
                if total or (digest.send_empty and digest.frequency != Frequency.INSTANT):
                    key = f"digest:{digest.pk}:{window.end.isoformat()}"
                    counts = _write(digest, content, scope, key)
                    _write_to_others(digest, content, scope, key, counts)
                    Digest.objects.filter(pk=digest.pk).update(last_sent_at=run.now)
    except Exception:
        log.exception("event=digest id=%s status=failed window_end=%s", digest.pk, window.end.isoformat())
        drop_lost_session()
        return False
    log.info("event=digest id=%s status=closed window_end=%s mentions=%s", digest.pk, window.end.isoformat(), total)
    return True


def _analyzed_until(scope: Scope, window: Window, now: datetime) -> datetime:
    """Return until when a window can be read by sentiment: its end, or the first mention that is not analyzed yet.

    A view of negative mentions would lose those that are analyzed after the window is closed.
    """
    f = filter_of(scope, window)
    if not f.sentiments:
        return window.end
    pending = f.replace(sentiments=()).mentions().filter(sentiment="", found_at__gte=now - ANALYSIS_LIMIT)
    return pending.aggregate(first=Min("found_at"))["first"] or window.end


@transaction.atomic
def _write(digest: Digest, content: DigestContent, scope: Scope, key: str) -> SentDigest | None:
    """Write a digest to the outbox, and return its counts. None if the key exists."""
    delivery = write(_message(digest, content, scope, key))
    return sent.store(delivery, scope, content) if delivery else None


def _write_to_others(
    digest: Digest, content: DigestContent, scope: Scope, key: str, counts: SentDigest | None
) -> None:
    """Write the digest to its channels and recipients without an account, in the transaction of the member's own.

    `counts` are those of the member's own.
    """
    for destination in channels_of(digest):
        notice = digest_notice(content, digest, scope, destination)
        write(to_destination(key, Delivery.Kind.DIGEST, destination, notice))
    for recipient in receiving(digest):
        delivery = write(_message(digest, content, scope, f"{key}:for:{recipient.pk}", recipient))
        if delivery:
            counts = sent.store(delivery, scope, content, counts)


def _message(
    digest: Digest, content: DigestContent, scope: Scope, key: str, recipient: DigestRecipient | None = None
) -> Message:
    web_url = view_url(recipient, key) if recipient else sent.view_url(key)
    rendered = render_digest(content, digest, scope, web_url, recipient)
    return Message(
        key=key,
        kind=Delivery.Kind.DIGEST,
        recipient=recipient.external.email if recipient else digest.user.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        headers=rendered.headers,
        project=digest.project,
        user=None if recipient else digest.user,
        is_external=recipient is not None,
        window=content.window,
        passages=rendered.passages,
    )
