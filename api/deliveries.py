"""The API's deliveries: the messages of a project, sending them again, and what keeps them from being sent.

Admins only. Account emails belong to no project and are not read here. Mounted by api/app.py, which authenticates
callers and turns exceptions into problem bodies.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Project, Role
from api.problems import Conflicting, InvalidField, InvalidRequest, unknown_parameters
from delivery import outbox
from delivery.channels.registry import CHANNELS
from delivery.log_pages import LogFilter, log_page, messages_of
from delivery.messages import delivery_problem, outage_problem, reason_not_to_retry
from delivery.models import Delivery
from delivery.outages import current_outages
from delivery.refused_addresses import refused_in

router = Router(tags=["deliveries"])
PATH = "/projects/{int:project_id}/deliveries"
MAX_SIZE = 100

if TYPE_CHECKING:
    State = str  # mypy accepts no Literal of computed values
    Kind = str
    ChannelName = str
else:
    State = Literal[tuple(Delivery.State.values)]
    Kind = Literal[tuple(kind for kind in Delivery.Kind.values if kind != Delivery.Kind.MESSAGE)]
    ChannelName = Literal[tuple(CHANNELS)]


class DeliveryOut(Schema):
    id: UUID
    kind: Kind
    channel: str = Field(description="`email`, or the type of the channel")
    channel_id: int | None = Field(description="the channel of the project; null for an email or a deleted channel")
    recipient: str = Field(description="an email address, or the name of the channel")
    is_external: bool = Field(description="whether the address is not that of a member")
    subject: str
    state: State
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    next_attempt_at: datetime | None = Field(description="null unless queued")
    problem: str = Field(description="why the last attempt failed, in your language")
    response: str = Field(description="what the server answered")
    may_retry: bool


class DeliveryDetailsOut(DeliveryOut):
    message_id: str = Field(description="its Message-ID header, the same in each attempt")
    text: str
    html: str = Field(description="empty for a message without HTML")


class DeliveryPageOut(Schema):
    items: list[DeliveryOut]
    next: str | None = Field(description="the URL of the next page")


class QueuedOut(Schema):
    queued: int


class OutageOut(Schema):
    channel: str
    channel_id: int | None = Field(description="null for the mail server")
    since: datetime
    failures: int = Field(description="failed attempts in a row")
    next_attempt_at: datetime
    problem: str
    response: str = Field(description="what the server answered")


class RefusedAddressOut(Schema):
    address: str
    failures: int = Field(description="refused or bounced messages in a row")
    off_since: datetime = Field(description="since then, Vigie keeps the messages to it")
    response: str = Field(alias="error", description="what the mail server answered")


class DeliveryProblemsOut(Schema):
    outages: list[OutageOut]
    refused_addresses: list[RefusedAddressOut]


@router.get(PATH, response=DeliveryPageOut)
def list_deliveries(
    request: SignedInRequest,
    project_id: int,
    state: State | None = None,
    kind: Kind | None = None,
    channel: ChannelName | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    cursor: str = "",
    size: int = Query(50, ge=1, le=MAX_SIZE),
) -> dict[str, object]:
    """List the messages of the last 180 days, newest first, without their text. `since` and `until` are about
    `created_at`.
    """
    project = _project(request, project_id)
    filters = {"state": state, "kind": kind, "channel": channel, "since": since, "until": until}
    chosen = {name: value for name, value in filters.items() if value is not None}
    if errors := unknown_parameters(request, (*filters, "cursor", "size")):
        raise InvalidRequest(errors)
    try:
        page = log_page(project, LogFilter(**chosen), cursor, size)  # type: ignore[arg-type]  # by their names
    except ValueError:
        message = _("Invalid cursor. Use the one returned with the previous page.")
        raise InvalidField("cursor", message, "invalid") from None
    times = {name: value.isoformat() for name, value in chosen.items() if isinstance(value, datetime)}
    following = urlencode({**chosen, **times, "cursor": page.next_cursor, "size": size})
    return {
        "items": [_shown(row) for row in page.rows],
        "next": request.build_absolute_uri(f"{request.path}?{following}") if page.next_cursor else None,
    }


@router.get(f"{PATH}/problems", response=DeliveryProblemsOut)
def list_delivery_problems(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List the servers that fail now, whose messages wait, and the refused addresses of members and recipients."""
    project = _project(request, project_id)
    outages = [
        {
            "channel": outage.channel,
            "channel_id": outage.destination_id,
            "since": outage.since,
            "failures": outage.failures,
            "next_attempt_at": outage.retry_at,
            "problem": outage_problem(outage),
            "response": outage.error,
        }
        for outage in current_outages(timezone.now(), project)
    ]
    return {"outages": outages, "refused_addresses": refused_in(project)}


@router.post(f"{PATH}/retry-failed", response=QueuedOut)
def retry_failed_deliveries(request: SignedInRequest, project_id: int) -> dict[str, int]:
    """Queue all failed messages again, up to 1,000, the newest first. Return how many."""
    return {"queued": outbox.send_failed_again(_project(request, project_id))}


@router.get(f"{PATH}/{{uuid:delivery_id}}", response=DeliveryDetailsOut)
def get_delivery(request: SignedInRequest, project_id: int, delivery_id: UUID) -> dict[str, object]:
    """Return a message as it was written, with its text and HTML. Items deleted since are cut out."""
    found = get_object_or_404(messages_of(_project(request, project_id)), pk=delivery_id)
    return {**_shown(found), "message_id": found.message_id, "text": found.text, "html": found.html}


@router.post(f"{PATH}/{{uuid:delivery_id}}/retry", response=DeliveryOut)
def retry_delivery(request: SignedInRequest, project_id: int, delivery_id: UUID) -> dict[str, object]:
    """Queue a failed or kept message again. A message in another state, or without a way to send it, is a 409."""
    rows = messages_of(_project(request, project_id))
    found = get_object_or_404(rows, pk=delivery_id)
    if reason := reason_not_to_retry(found):
        raise Conflicting(reason, [])
    if not outbox.send_again(found):
        raise Conflicting(_("Only messages that failed or were not sent can be sent again."), [])
    return _shown(rows.get(pk=delivery_id))


def _project(request: SignedInRequest, project_id: int) -> Project:
    return membership_of(request.user, project_id, Role.ADMIN).project


def _shown(row: Delivery) -> dict[str, object]:
    same = ("id", "kind", "channel", "recipient", "is_external", "subject", "state", "attempts")
    return {
        **{name: getattr(row, name) for name in (*same, "created_at", "sent_at")},
        "channel_id": row.destination_id,
        "next_attempt_at": row.next_attempt_at if row.state == Delivery.State.PENDING else None,
        "problem": delivery_problem(row),
        "response": row.error,
        "may_retry": outbox.may_send_again(row),
    }
