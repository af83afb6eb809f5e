"""The replies that Vigie has sent to an item, is sending, or could not send: state, account, address, and what to do.

In: a project and an item. Out: frozen rows for templates/mentions/_sent_replies.html. Called by views/mentions.py and
views/sent_replies.py.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Project
from monitoring.messages.reply_errors import reply_error_text
from workplace.models import OutgoingReply

State = OutgoingReply.State
SHOWN = 5


@dataclass(frozen=True)
class ShownReply:
    """A reply in one sentence. `url` is its page on the platform, "" until it is known.

    `message`, `advice` and `detail` are what a failure was; `detail` is in the platform's own words. `again_at` is
    when Vigie tries it, or looks for it, again.
    """

    id: int
    state: str
    sentence: str
    at: datetime
    url: str
    text: str
    message: str = ""
    advice: str = ""
    detail: str = ""
    again_at: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        return self.state in OutgoingReply.OPEN

    @property
    def can_cancel(self) -> bool:
        return self.state == State.QUEUED

    @property
    def is_unknown(self) -> bool:
        return self.state == State.UNKNOWN


def shown_replies(project: Project, document_id: int) -> list[ShownReply]:
    """Return the last replies to an item but canceled ones, newest first; a failure only until the next attempt."""
    rows = OutgoingReply.objects.filter(project=project, document_id=document_id).exclude(state=State.CANCELED)
    newest = list(rows.select_related("user").order_by("-pk")[:SHOWN])
    return [_shown(row) for row in newest if row.state != State.FAILED or row == newest[0]]


def under_way(replies: list[ShownReply]) -> ShownReply | None:
    """Return the reply that is being sent or whose outcome is unknown."""
    return next((one for one in replies if one.is_under_way), None)


def _shown(row: OutgoingReply) -> ShownReply:
    text = reply_error_text(row.error_code) if row.error_code else None
    is_waiting = row.state in (State.QUEUED, State.UNKNOWN) and row.error_code
    return ShownReply(
        id=row.pk,
        state=row.state,
        sentence=_sentence(row),
        at=row.sent_at or row.created_at,
        url=row.url,
        text=row.text,
        message=str(text.message) if text else "",
        advice=str(text.advice) if text and row.state != State.QUEUED else "",
        detail=row.error,
        again_at=row.due_at if is_waiting and row.due_at and row.due_at > timezone.now() else None,
    )


def _sentence(row: OutgoingReply) -> str:
    words = {"account": row.account, "name": row.user.name if row.user else _("a deleted account")}
    sentences = {
        State.QUEUED: _("Will be sent with %(account)s in a few seconds."),
        State.SENDING: _("Being sent with %(account)s."),
        State.SENT: _("Reply published with %(account)s, by %(name)s."),
        State.FAILED: _("The reply with %(account)s was not published."),
        State.UNKNOWN: _("The reply with %(account)s may have been published."),
    }
    if row.state == State.QUEUED and row.error_code:
        return _("The reply with %(account)s is waiting.") % words
    return sentences[State(row.state)] % words
