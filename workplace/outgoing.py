"""Publish replies on their platforms: written first, sent after a moment, once.

In: `send_reply` by a person, in one transaction with the release of the draft. Out: `send_due`, called by tasks.py
every few seconds and after the grace period. workplace/sending.py makes sure that each is published once;
workplace/reply_outcomes.py has what follows.
"""

import logging
from datetime import timedelta

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import Project, User
from monitoring.models import Credential, Document
from monitoring.platforms.reply_texts import VARIABLE_LIMITS, excess
from monitoring.polling.replies import open_replier, reply_accounts
from monitoring.records import PollError
from workplace import drafts, sending
from workplace.drafts import DraftChanged
from workplace.models import OutgoingReply
from workplace.reply_outcomes import OUTCOMES

log = logging.getLogger(__name__)
State = OutgoingReply.State

GRACE = timedelta(seconds=10)  # in which a person can cancel


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
    """Send, or look for, the replies that are due, one after another. Return how many."""
    return sending.send_due(lambda now: sending.claim(OutgoingReply, now), _attempt)


def _account(project: Project, document: Document, credential_id: int) -> Credential:
    for credential in reply_accounts(project, document):
        if credential.pk == credential_id:
            return credential
    message = _("This account can’t reply to the item. Choose another one.")
    raise ValidationError({"account": ValidationError(message, code="invalid")})


def _attempt(reply: OutgoingReply) -> None:
    """Make the requests of a claimed reply and store the outcome."""
    credential = sending.credential_of(reply)
    if credential is None:
        sending.store(reply, PollError("account_removed"), None, OUTCOMES)
    elif reply.document.deleted_at and not reply.requested_at:
        sending.store(reply, PollError("parent_deleted"), None, OUTCOMES)
    elif reply.attempts > sending.MAX_ATTEMPTS:
        sending.store(reply, PollError("unexpected_response", "no attempt came to an end"), None, OUTCOMES)
    else:
        with open_replier(credential, reply.document, reply.text, reply.key, reply.created_at) as replier:
            if isinstance(replier, PollError):
                sending.store(reply, replier, None, OUTCOMES)
            else:
                sending.publish_or_find(reply, replier, OUTCOMES)


def _wake_worker() -> None:
    """Queue a run at the end of the grace period. Without Redis the reply waits for the next scheduled run."""
    try:
        current_app.send_task(
            "workplace.tasks.send_replies", ignore_result=True, countdown=GRACE.seconds, expires=60, retry=False
        )
    except (OperationalError, OSError) as error:
        log.warning("event=reply_wake status=failed reason=%s", type(error).__name__)
