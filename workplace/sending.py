"""Publish the rows of an outbox at platforms, each once. Used by outgoing.py (replies) and publishing.py (posts).

A worker claims one row at a time with a lease, uploads pictures, and notes `requested_at` before the request that
publishes: it alone makes something visible, so uploading again after a kill does no harm. A worker
that dies before that leaves a row that the next one sends; one that dies after it leaves a row that may be published:
it is sent again only where the platform recognizes the repetition (`Replies.repeat_within`), and otherwise looked for.
Each outcome is stored only while the claim is valid: same state, same attempt.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from monitoring.models import Credential
from monitoring.platforms.replies import PublishedReply
from monitoring.platforms.replying import Replier
from monitoring.records import PollError
from workplace.models.outgoing import Outgoing

log = logging.getLogger(__name__)
State = Outgoing.State
Row = TypeVar("Row", bound=Outgoing)

# Longer than the task time limit (its process is killed then), so an expired lease has no live owner.
LEASE = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)
RUN_LIMIT_S = 60
MAX_ATTEMPTS = 12
# Nothing was published, and the reason passes.
PASSING = frozenset(
    {
        *("rate_limited", "dns", "connect", "timeout", "unavailable", "server_error", "protocol"),
        *("unexpected_response", "picture_processing"),
    }
)
RETRY_AFTER = [timedelta(seconds=seconds) for seconds in (10, 30, 90, 300)]
# A platform that asks for a longer wait: people decide rather than be surprised.
LONGEST_WAIT = timedelta(minutes=10)
# When a text of unknown outcome is looked for: search indexes need a moment.
LOOK_AFTER = [timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3_600)]


@dataclass(frozen=True)
class Outcomes(Generic[Row]):
    """The functions that store an outcome: the text is at the platform, or it is not for a reason that stays.

    `lost` is called when an unknown outcome was looked for the last time: from then on, it waits for a person.
    """

    published: Callable[[Row, PublishedReply], None]
    failed: Callable[[Row, PollError], None]
    lost: Callable[[Row], None] = lambda row: None


def send_due(claim: Callable[[datetime], Row | None], attempt: Callable[[Row], None]) -> int:
    """Send, or look for, what is due, one row after another. Return how many."""
    done, stop_at = 0, time.monotonic() + RUN_LIMIT_S
    while time.monotonic() < stop_at:
        row = claim(timezone.now())
        if row is None:
            break
        done += 1
        try:
            attempt(row)
        except Exception:  # a bug leaves the lease, as if the worker had been killed
            log.exception("event=%s id=%s state=crashed", _kind(row), row.pk)
    return done


def claim(model: type[Row], now: datetime) -> Row | None:
    """Claim the row that is due longest. Closes the race of two workers: each locks another row or none."""
    with transaction.atomic():
        rows = model._default_manager.filter(state__in=Outgoing.OPEN, due_at__lte=now, project__deleted_at=None)
        row = rows.select_for_update(skip_locked=True, of=("self",)).order_by("due_at").first()
        if row is None:
            return None
        row.attempts += 1
        row.state, row.due_at = State.SENDING, now + LEASE
        row.save(update_fields=["attempts", "state", "due_at"])
    return row


def credential_of(row: Outgoing) -> Credential | None:
    """Return the credential of a row, None if it was deleted or may not publish any more."""
    allowed = Credential.objects.select_related("project").filter(can_reply=True)
    return allowed.filter(pk=row.credential_id).first() if row.credential_id else None


def publish_or_find(row: Row, replier: Replier, outcomes: Outcomes[Row]) -> None:
    """Make the requests of a claimed row and store the outcome."""
    if problem := replier.prepare():
        store(row, problem, replier.wait, outcomes)
    elif row.requested_at and not _may_repeat(row.requested_at, replier):
        store(row, replier.find() or PollError("reply_unknown", "not found"), replier.wait, outcomes)
    elif problem := replier.attach():
        store(row, problem, replier.wait, outcomes)
    else:
        may_be_published = row.requested_at is not None
        if not _note_request(row):
            return
        outcome = replier.send()
        is_unknown = isinstance(outcome, PollError) and (outcome.code == "reply_unknown" or may_be_published)
        if not is_unknown and isinstance(outcome, PollError):
            row.requested_at = None
        store(row, outcome, replier.wait, outcomes)


def store(row: Row, outcome: PublishedReply | PollError, wait: timedelta | None, outcomes: Outcomes[Row]) -> None:
    """Store an outcome. An error of a text that may be published already leaves that unknown."""
    if isinstance(outcome, PublishedReply):
        outcomes.published(row, outcome)
    elif row.requested_at:
        _store_unknown(row, outcome, wait, outcomes)
    else:
        _store_problem(row, outcome, wait, outcomes)


def change(row: Outgoing, **values: object) -> bool:
    """Store a result of a claimed attempt. False if another worker has claimed the row since."""
    claimed = type(row)._default_manager.filter(pk=row.pk, state=State.SENDING, attempts=row.attempts)
    changed = claimed.update(**values)
    log.info(
        "event=%s id=%s state=%s attempt=%s code=%s",
        _kind(row),
        row.pk,
        values["state"] if changed else "lost",
        row.attempts,
        values.get("error_code", ""),
    )
    return bool(changed)


def finish(row: Outgoing, state: str, **values: object) -> bool:
    """Store the end of a row."""
    return change(row, **{"state": state, "due_at": None, "error_code": "", "error": "", **values})


def published_values(row: Outgoing, published: PublishedReply) -> dict[str, object]:
    """Return the columns of a text that is at the platform."""
    sent_at = row.requested_at or timezone.now()
    return {"native_id": published.native_id, "url": published.url, "sent_at": sent_at}


def error_values(problem: PollError) -> dict[str, str]:
    return {"error_code": problem.code[:40], "error": problem.detail[:500]}


def _store_problem(row: Row, problem: PollError, wait: timedelta | None, outcomes: Outcomes[Row]) -> None:
    """Store that nothing was published: try again if the reason passes."""
    attempt = row.attempts - 1
    if problem.code in PASSING and attempt < len(RETRY_AFTER) and (wait or timedelta()) <= LONGEST_WAIT:
        due_at = timezone.now() + max(wait or timedelta(), RETRY_AFTER[attempt])
        change(row, state=State.QUEUED, due_at=due_at, requested_at=None, **error_values(problem))
    else:
        outcomes.failed(row, problem)


def _store_unknown(row: Row, problem: PollError, wait: timedelta | None, outcomes: Outcomes[Row]) -> None:
    """Store that the text may be published. It is looked for some more times, then a person decides."""
    looked = row.attempts - 1
    due_at = timezone.now() + max(wait or timedelta(), LOOK_AFTER[looked]) if looked < len(LOOK_AFTER) else None
    with transaction.atomic():
        values = {"due_at": due_at, "error_code": "reply_unknown", "error": problem.detail[:500]}
        if change(row, state=State.UNKNOWN, **values) and due_at is None:
            outcomes.lost(row)


def _may_repeat(requested_at: datetime, replier: Replier) -> bool:
    """Return whether the platform makes no second text of a repeated request."""
    within = replier.replies.repeat_within
    return within is None or timezone.now() < requested_at + within


def _note_request(row: Outgoing) -> bool:
    """Store that the request begins. False if another worker has claimed the row since."""
    if row.requested_at is None:
        row.requested_at = timezone.now()
    claimed = type(row)._default_manager.filter(pk=row.pk, state=State.SENDING, attempts=row.attempts)
    return bool(claimed.update(requested_at=row.requested_at))


def _kind(row: Outgoing) -> str:
    return row._meta.model_name or ""
