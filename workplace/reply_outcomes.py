"""Outcomes of an attempt to publish a reply: published, to be tried again, failed, or unknown.

Called by workplace/outgoing.py for a claimed reply, and by the pages and the API when a person says what happened to
an unknown one. Each change is stored only while the claim is valid (same state, same attempt), in one transaction with
that of the draft and of the item's status.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Project, User
from monitoring.platforms.replies import PublishedReply
from monitoring.records import PollError
from workplace import drafts
from workplace.models import OutgoingReply

log = logging.getLogger(__name__)
State = OutgoingReply.State

# Nothing was published, and the reason passes.
PASSING = frozenset(
    {"rate_limited", "dns", "connect", "timeout", "unavailable", "server_error", "protocol", "unexpected_response"}
)
RETRY_AFTER = [timedelta(seconds=seconds) for seconds in (10, 30, 90, 300)]
# A platform that asks for a longer wait: people decide rather than be surprised.
LONGEST_WAIT = timedelta(minutes=10)
# When an unknown reply is looked for: search indexes need a moment.
LOOK_AFTER = [timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3_600)]


def store_published(reply: OutgoingReply, published: PublishedReply) -> None:
    """Store that the reply is at the platform; its draft is closed and its item replied to."""
    with transaction.atomic():
        now = timezone.now()
        values = {"native_id": published.native_id, "url": published.url, "sent_at": reply.requested_at or now}
        if _finish(reply, State.SENT, **values):
            drafts.close_sent(reply.draft_id, reply.user, account=reply.account, url=published.url)


def store_problem(reply: OutgoingReply, problem: PollError, wait: timedelta | None) -> None:
    """Store that nothing was published: try again if the reason passes, else give the draft back with the reason."""
    attempt = reply.attempts - 1
    if problem.code in PASSING and attempt < len(RETRY_AFTER) and (wait or timedelta()) <= LONGEST_WAIT:
        due_at = timezone.now() + max(wait or timedelta(), RETRY_AFTER[attempt])
        _change(reply, state=State.QUEUED, due_at=due_at, requested_at=None, **_error(problem))
        return
    with transaction.atomic():
        if _finish(reply, State.FAILED, **_error(problem)):
            detail = {"account": reply.account, "error": problem.code}
            drafts.give_back(reply.draft_id, reply.draft_state, reply.user, "draft.send_failed", **detail)


def store_unknown(reply: OutgoingReply, problem: PollError, wait: timedelta | None) -> None:
    """Store that the reply may be published. It is looked for some more times, then a person decides."""
    looked = reply.attempts - 1
    due_at = timezone.now() + max(wait or timedelta(), LOOK_AFTER[looked]) if looked < len(LOOK_AFTER) else None
    _change(reply, state=State.UNKNOWN, due_at=due_at, error_code="reply_unknown", error=problem.detail[:500])


def resolve(project: Project, user: User, reply_id: int, *, was_published: bool, url: str = "") -> OutgoingReply:
    """Store what a person found out about an unknown reply, who looked at the platform.

    Raises OutgoingReply.DoesNotExist for a reply that isn't unknown, for instance because it has been found meanwhile.
    """
    with transaction.atomic():
        unknown = OutgoingReply.objects.select_for_update(of=("self",)).filter(state=State.UNKNOWN)
        reply = unknown.get(pk=reply_id, project=project)
        state = State.SENT if was_published else State.FAILED
        sent = {"sent_at": reply.requested_at, "url": url} if was_published else {}
        OutgoingReply.objects.filter(pk=reply.pk).update(state=state, due_at=None, **sent)
        if was_published:
            drafts.close_sent(reply.draft_id, user, account=reply.account, url=url)
        else:
            drafts.give_back(reply.draft_id, reply.draft_state, user, "draft.send_failed", account=reply.account)
    reply.refresh_from_db()
    return reply


def _finish(reply: OutgoingReply, state: str, **values: object) -> bool:
    return _change(reply, **{"state": state, "due_at": None, "error_code": "", "error": "", **values})


def _change(reply: OutgoingReply, **values: object) -> bool:
    """Store a result of a claimed attempt. False if another worker has claimed the reply since."""
    claim = OutgoingReply.objects.filter(pk=reply.pk, state=State.SENDING, attempts=reply.attempts)
    changed = claim.update(**values)
    log.info(
        "event=reply id=%s state=%s attempt=%s code=%s",
        reply.pk,
        values["state"] if changed else "lost",
        reply.attempts,
        values.get("error_code", ""),
    )
    return bool(changed)


def _error(problem: PollError) -> dict[str, str]:
    return {"error_code": problem.code[:40], "error": problem.detail[:500]}
