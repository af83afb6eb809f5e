"""Publish replies on their platforms: written first, sent after a moment, once.

In: `send_reply` by a person, in one transaction with the release of the draft. Out: `send_due`, called by tasks.py
every few seconds and after the grace period. A worker claims one row at a time with a lease, and notes `requested_at`
before the request that publishes. A worker that dies before that leaves a reply that is sent by the next one; one that
dies after it leaves a reply that may be published: it is sent again only where the platform recognizes the repetition
(`Replies.repeat_within`), and otherwise looked for (workplace/reply_outcomes.py has what follows).
"""

import logging
import time
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import Project, User
from monitoring.models import Credential, Document
from monitoring.platforms.replies import PublishedReply
from monitoring.platforms.reply_texts import VARIABLE_LIMITS, excess
from monitoring.platforms.replying import Replier
from monitoring.polling.replies import open_replier, reply_accounts
from monitoring.records import PollError
from workplace import drafts
from workplace.drafts import DraftChanged
from workplace.models import OutgoingReply
from workplace.reply_outcomes import store_problem, store_published, store_unknown

log = logging.getLogger(__name__)
State = OutgoingReply.State

GRACE = timedelta(seconds=10)  # in which a person can cancel
# Longer than the task time limit (its process is killed then), so an expired lease has no live owner.
LEASE = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)
RUN_LIMIT_S = 60
MAX_ATTEMPTS = 12


class NotCancelable(Exception):
    """The reply is being sent already, or has another end."""


def send_reply(project: Project, user: User, document_id: int, version: int, credential_id: int) -> OutgoingReply:
    """Queue the open draft of an item to be published with a credential, after the grace period.

    Raises ValidationError for what prevents it, DraftChanged if somebody has changed the draft meanwhile.
    """
    with transaction.atomic():
        document = Document.objects.get(pk=document_id, project=project)
        draft, before = drafts.release(project, user, document_id, version)
        credential = _account(project, document, credential_id)
        too_long = excess(draft.text, document.platform)
        if too_long and document.platform not in VARIABLE_LIMITS:
            message = _("This reply has %(length)s characters, and the platform accepts %(limit)s.")
            values = {"length": too_long[0], "limit": too_long[1]}
            raise ValidationError({"text": ValidationError(message % values, code="max_length")})
        reply = OutgoingReply(
            project=project,
            document=document,
            draft=draft,
            credential=credential,
            account=str(credential)[:200],
            user=user,
            text=draft.text,
            draft_state=before,
            due_at=timezone.now() + GRACE,
        )
        try:
            with transaction.atomic():
                reply.save()
        except IntegrityError:
            raise DraftChanged(drafts.open_draft(project, document_id)) from None
        transaction.on_commit(_wake_worker)
    return reply


def cancel(project: Project, user: User, reply_id: int) -> OutgoingReply:
    """Cancel a reply that isn't being sent yet; its draft is open again.

    The condition of the update closes the race with the worker that claims it: one of them gets the row.
    """
    with transaction.atomic():
        queued = OutgoingReply.objects.filter(pk=reply_id, project=project, state=State.QUEUED, requested_at=None)
        if not queued.update(state=State.CANCELED, due_at=None):
            if not OutgoingReply.objects.filter(pk=reply_id, project=project).exists():
                raise OutgoingReply.DoesNotExist
            raise NotCancelable
        reply = OutgoingReply.objects.get(pk=reply_id)
        drafts.give_back(reply.draft_id, reply.draft_state, user, "draft.send_canceled")
    return reply


def send_due() -> int:
    """Send, or look for, what is due, one reply after another. Return how many."""
    done, stop_at = 0, time.monotonic() + RUN_LIMIT_S
    while time.monotonic() < stop_at:
        reply = _claim(timezone.now())
        if reply is None:
            break
        done += 1
        try:
            _attempt(reply)
        except Exception:  # a bug leaves the lease, as if the worker had been killed
            log.exception("event=reply id=%s state=crashed", reply.pk)
    return done


def _account(project: Project, document: Document, credential_id: int) -> Credential:
    for credential in reply_accounts(project, document):
        if credential.pk == credential_id:
            return credential
    message = _("This account can’t reply to the item. Choose another one.")
    raise ValidationError({"account": ValidationError(message, code="invalid")})


def _claim(now: datetime) -> OutgoingReply | None:
    """Claim the reply that is due longest. Closes the race of two workers: each locks another row or none."""
    with transaction.atomic():
        due = OutgoingReply.objects.filter(state__in=OutgoingReply.OPEN, due_at__lte=now, project__deleted_at=None)
        reply = due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at").first()
        if reply is None:
            return None
        reply.attempts += 1
        reply.state, reply.due_at = State.SENDING, now + LEASE
        reply.save(update_fields=["attempts", "state", "due_at"])
    return reply


def _attempt(reply: OutgoingReply) -> None:
    """Make the requests of a claimed reply and store the outcome."""
    allowed = Credential.objects.select_related("project").filter(can_reply=True)
    credential = allowed.filter(pk=reply.credential_id).first() if reply.credential_id else None
    if credential is None:
        _store(reply, PollError("account_removed"), None)
    elif reply.document.deleted_at and not reply.requested_at:
        _store(reply, PollError("parent_deleted"), None)
    elif reply.attempts > MAX_ATTEMPTS:
        _store(reply, PollError("unexpected_response", "no attempt came to an end"), None)
    else:
        with open_replier(credential, reply.document, reply.text, reply.key, reply.created_at) as replier:
            if isinstance(replier, PollError):
                _store(reply, replier, None)
            elif problem := replier.prepare():
                _store(reply, problem, replier.wait)
            else:
                _publish_or_find(reply, replier)


def _publish_or_find(reply: OutgoingReply, replier: Replier) -> None:
    if reply.requested_at and not _may_repeat(reply.requested_at, replier):
        _store(reply, replier.find() or PollError("reply_unknown", "not found"), replier.wait)
        return
    may_be_published = reply.requested_at is not None
    if not _note_request(reply):
        return
    outcome = replier.send()
    is_unknown = isinstance(outcome, PollError) and (outcome.code == "reply_unknown" or may_be_published)
    if not is_unknown and isinstance(outcome, PollError):
        reply.requested_at = None
    _store(reply, outcome, replier.wait)


def _store(reply: OutgoingReply, outcome: PublishedReply | PollError, wait: timedelta | None) -> None:
    """Store an outcome. An error of a reply that may be published already leaves that unknown."""
    if isinstance(outcome, PublishedReply):
        store_published(reply, outcome)
    elif reply.requested_at:
        store_unknown(reply, outcome, wait)
    else:
        store_problem(reply, outcome, wait)


def _may_repeat(requested_at: datetime, replier: Replier) -> bool:
    """Return whether the platform makes no second reply of a repeated request."""
    within = replier.replies.repeat_within
    return within is None or timezone.now() < requested_at + within


def _note_request(reply: OutgoingReply) -> bool:
    """Store that the request begins. False if another worker has claimed the reply since."""
    if reply.requested_at is None:
        reply.requested_at = timezone.now()
    claim = OutgoingReply.objects.filter(pk=reply.pk, state=State.SENDING, attempts=reply.attempts)
    return bool(claim.update(requested_at=reply.requested_at))


def _wake_worker() -> None:
    """Queue a run at the end of the grace period. Without Redis the reply waits for the next scheduled run."""
    try:
        current_app.send_task(
            "workplace.tasks.send_replies", ignore_result=True, countdown=GRACE.seconds, expires=60, retry=False
        )
    except (OperationalError, OSError) as error:
        log.warning("event=reply_wake status=failed reason=%s", type(error).__name__)
