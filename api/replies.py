"""The API's replies: publish a draft on the platform of its item, cancel that, and read what became of it.

Members read, managers write through workplace/outgoing.py and workplace/reply_outcomes.py. Mounted by api/app.py,
which authenticates callers and turns exceptions into problem bodies.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.drafts import Version, draft_conflict
from api.items import item_of
from api.problems import Conflicting, field_error
from api.schemas import Body, Id, Items, PersonOut, Text
from monitoring.messages.reply_errors import reply_error_text
from monitoring.models import Credential
from monitoring.polling.replies import reply_accounts
from workplace import outgoing, reply_outcomes
from workplace.drafts import DraftChanged
from workplace.models import OutgoingReply

router = Router(tags=["replies"])
PATH = "/projects/{int:project_id}/mentions/{int:mention_id}"
REPLY_PATH = "/projects/{int:project_id}/replies/{int:reply_id}"
MAX_URL = 2_000


class AccountOut(Schema):
    id: int
    name: str
    platform: str = Field(description="the platform of its sources")


class ReplyIn(Body):
    version: Version
    account: Id = Field(description="the ID of one of the `reply-accounts`")


class FoundIn(Body):
    published: bool = Field(description="whether the reply is on the platform")
    url: Annotated[Text, Field(max_length=MAX_URL, pattern=r"^(https?://\S+)?$")] = ""


class ErrorOut(Schema):
    code: str
    message: str
    advice: str
    detail: str = Field(description="the platform’s own words, if it gave any")


class ReplyOut(Schema):
    id: int
    state: str = Field(description="`queued`, `sending`, `sent`, `failed`, `unknown` or `canceled`")
    text: str
    account: str
    user: PersonOut | None = Field(description="who sent it")
    created_at: datetime
    due_at: datetime | None = Field(description="when it is sent, or looked for again")
    sent_at: datetime | None
    url: str = Field(description="the reply’s page on the platform")
    error: ErrorOut | None


@router.get(f"{PATH}/reply-accounts", response=Items[AccountOut])
def list_reply_accounts(
    request: SignedInRequest, project_id: int, mention_id: int
) -> dict[str, Iterable[dict[str, object]]]:
    """Return the connected accounts and keys that can reply to the item of a mention."""
    project = membership_of(request.user, project_id).project
    accounts = reply_accounts(project, item_of(project, mention_id))
    return {"items": [_account(one) for one in accounts]}


@router.get(f"{PATH}/replies", response=Items[ReplyOut])
def list_replies(request: SignedInRequest, project_id: int, mention_id: int) -> dict[str, Any]:
    """Return the replies that Vigie has sent to the item of a mention, or tried to, newest first."""
    project = membership_of(request.user, project_id).project
    rows = OutgoingReply.objects.filter(project=project, document=item_of(project, mention_id))
    return {"items": [_shown(one) for one in rows.select_related("user").order_by("-pk")[:100]]}


@router.post(f"{PATH}/replies", response={201: ReplyOut})
def send_reply(
    request: SignedInRequest, project_id: int, mention_id: int, reply: ReplyIn
) -> tuple[int, dict[str, object]]:
    """Send the draft of a mention’s item. It is published 10 seconds later, until when it can be canceled."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    document = item_of(project, mention_id)
    try:
        sent = outgoing.send_reply(project, request.user, document.pk, reply.version, reply.account)
    except DraftChanged as changed:
        raise draft_conflict(changed) from None
    return 201, _shown(sent)


@router.post(f"{REPLY_PATH}/cancel", response=ReplyOut)
def cancel_reply(request: SignedInRequest, project_id: int, reply_id: int) -> dict[str, object]:
    """Cancel a reply that isn’t being sent yet. Otherwise the response is 409."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        return _shown(outgoing.cancel(project, request.user, reply_id))
    except OutgoingReply.DoesNotExist:
        raise Http404 from None
    except outgoing.NotCancelable:
        raise _late(_("This reply can’t be canceled anymore.")) from None


@router.post(f"{REPLY_PATH}/resolve", response=ReplyOut)
def resolve_reply(request: SignedInRequest, project_id: int, reply_id: int, found: FoundIn) -> dict[str, object]:
    """Say whether a reply with the state `unknown` is on the platform. For one in another state, 409."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    if not OutgoingReply.objects.filter(project=project, pk=reply_id).exists():
        raise Http404
    try:
        reply = reply_outcomes.resolve(project, request.user, reply_id, was_published=found.published, url=found.url)
    except OutgoingReply.DoesNotExist:
        raise _late(_("The outcome of this reply is known.")) from None
    return _shown(reply)


def _account(credential: Credential) -> dict[str, object]:
    return {"id": credential.pk, "name": str(credential), "platform": credential.platform}


def _late(message: str) -> Conflicting:
    return Conflicting(message, [field_error("state", message, "conflict")])


def _shown(reply: OutgoingReply) -> dict[str, object]:
    names = ("id", "state", "text", "account", "user", "created_at", "due_at", "sent_at", "url")
    text = reply_error_text(reply.error_code)
    error = {"code": reply.error_code, "message": text.message, "advice": text.advice, "detail": reply.error}
    shown = {name: getattr(reply, name) for name in names}
    return {**shown, "error": {name: str(value) for name, value in error.items()} if reply.error_code else None}
