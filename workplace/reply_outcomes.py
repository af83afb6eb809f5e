"""Store the outcome of an attempt to publish a reply: its draft is closed, or given back.

Called by workplace/sending.py for a claimed reply, and by the pages and the API when a person says what happened to an
unknown one. Each change is in one transaction with that of the draft and of the item's status.
"""

from django.db import transaction

from accounts.models import Project, User
from monitoring.platforms.replies import PublishedReply
from monitoring.records import PollError
from workplace import drafts, sending
from workplace.models import OutgoingReply

State = OutgoingReply.State


def _store_published(reply: OutgoingReply, published: PublishedReply) -> None:
    """Store that the reply is at the platform; its draft is closed and its item replied to."""
    with transaction.atomic():
        if sending.finish(reply, State.SENT, **sending.published_values(reply, published)):
            drafts.close_sent(reply.draft_id, reply.user, account=reply.account, url=published.url)


def _store_failed(reply: OutgoingReply, problem: PollError) -> None:
    """Store that nothing was published: give the draft back with the reason."""
    with transaction.atomic():
        if sending.finish(reply, State.FAILED, **sending.error_values(problem)):
            detail = {"account": reply.account, "error": problem.code}
            drafts.give_back(reply.draft_id, reply.draft_state, reply.user, "draft.send_failed", **detail)


OUTCOMES = sending.Outcomes(_store_published, _store_failed)


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
