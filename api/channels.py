"""The API's channels: where the alerts of a project go in addition to email.

Managers read, admins change them, through delivery/destinations.py. Addresses and keys are written and never returned.
Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.problems import InvalidField, InvalidRequest, field_error
from api.schemas import UNSET, Body, Items, Text
from delivery import destinations
from delivery.channels.http import HttpChannel
from delivery.channels.registry import destination_channels
from delivery.channels.webhook import WebhookChannel
from delivery.messages import problem
from delivery.models import Destination

router = Router(tags=["channels"])

if TYPE_CHECKING:
    ChannelType = str  # mypy accepts no Literal of computed values
    ChannelLanguage = str
else:
    ChannelType = Literal[tuple(destination_channels())]
    ChannelLanguage = Literal[tuple(code for code, _name in settings.LANGUAGES)]

Name = Annotated[Text, Field(min_length=1, max_length=100)]
Settings = Annotated[
    dict[str, Text],
    Field(description="the fields of the channel’s form by name; addresses and keys are never returned"),
]


class ChannelIn(Body):
    type: ChannelType
    name: Name
    language: ChannelLanguage
    settings: Settings


class ChannelPatch(Body):
    name: Name = UNSET
    language: ChannelLanguage = UNSET
    settings: Settings = UNSET
    is_on: bool = UNSET


class ChannelOut(Schema):
    id: int
    type: str
    name: str
    language: str
    settings: dict[str, str] = Field(description="without addresses and keys")
    is_on: bool
    off_since: datetime | None
    problem: str = Field(description="why Vigie turned it off")
    last_message_at: datetime | None


class NewChannelOut(ChannelOut):
    signing_secret: str = Field(description="of a webhook, shown this once")


class TestOut(Schema):
    is_sent: bool
    problem: str
    response: str = Field(description="what the service answered")


@router.get("/projects/{int:project_id}/channels", response=Items[ChannelOut])
def list_channels(request: SignedInRequest, project_id: int) -> dict[str, list[dict[str, Any]]]:
    """List the channels by name."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    return {"items": [_shown(destination) for destination in destinations.destinations_of(project)]}


@router.post("/projects/{int:project_id}/channels", response={201: NewChannelOut})
def create_channel(request: SignedInRequest, project_id: int, channel: ChannelIn) -> Status:
    """Create a channel."""
    project = membership_of(request.user, project_id, Role.ADMIN).project
    kind = destination_channels()[channel.type]
    values = _checked(kind, channel.settings)
    try:
        made = destinations.create_destination(
            project, request.user, kind, channel.name.strip(), channel.language, values
        )
    except destinations.NameTaken:
        raise _name_taken() from None
    except destinations.TooMany:
        raise InvalidField(
            "name", _("This project has no room for more channels. Delete one first."), "too_many"
        ) from None
    secret = destinations.signing_secret(made) if kind is WebhookChannel else ""
    return Status(201, {**_shown(made), "signing_secret": secret})


@router.patch("/projects/{int:project_id}/channels/{int:channel_id}", response=ChannelOut)
def change_channel(
    request: SignedInRequest, project_id: int, channel_id: int, channel: ChannelPatch
) -> dict[str, Any]:
    """Change the fields that are sent. `settings` replaces all public ones; secrets that are left out stay."""
    destination = _destination(request, project_id, channel_id)
    changes = channel.dict(exclude_unset=True)
    if changes.keys() & {"name", "language", "settings"}:
        kind = destinations.channel_of(destination)
        values = _checked(kind, changes.get("settings", destination.settings), destination)
        name, language = changes.get("name", destination.name).strip(), changes.get("language", destination.language)
        try:
            destinations.change_destination(destination, request.user, name, language, values)
        except destinations.NameTaken:
            raise _name_taken() from None
    if "is_on" in changes:
        destinations.turn(destination, request.user, on=changes["is_on"])
    return _shown(destination)


@router.delete("/projects/{int:project_id}/channels/{int:channel_id}", response={204: None})
def delete_channel(request: SignedInRequest, project_id: int, channel_id: int) -> Status:
    """Delete a channel; alert rules that use it stop sending there."""
    destinations.delete_destination(_destination(request, project_id, channel_id), request.user)
    return Status(204, None)


@router.post("/projects/{int:project_id}/channels/{int:channel_id}/test", response=TestOut)
def test_channel(request: SignedInRequest, project_id: int, channel_id: int) -> dict[str, Any]:
    """Send a test, and return what the service answers."""
    destination = _destination(request, project_id, channel_id)
    result = destinations.send_test(destination)
    sentence = problem(destination.channel, result.code)
    return {"is_sent": not result.code, "problem": sentence, "response": result.detail}


def _destination(request: SignedInRequest, project_id: int, channel_id: int) -> Destination:
    """Return a channel that the caller may change; raise as membership_of, or Http404."""
    project = membership_of(request.user, project_id, Role.ADMIN).project
    return get_object_or_404(destinations.destinations_of(project).select_related("project"), pk=channel_id)


def _checked(
    kind: type[HttpChannel], values: dict[str, str], destination: Destination | None = None
) -> dict[str, Any]:
    """Return the settings as the form of the channel accepts them; raise InvalidRequest."""
    form = destinations.form_of(kind, values, destination)
    errors = [
        field_error(f"settings.{name}", error["message"], error["code"] or "invalid")
        for name, found in form.errors.get_json_data().items()
        for error in found
    ]
    errors += [
        field_error(f"settings.{name}", _("Unknown field."), "extra_forbidden")
        for name in values
        if name not in form.fields
    ]
    if errors:
        raise InvalidRequest(errors)
    return form.cleaned_data


def _name_taken() -> InvalidField:
    return InvalidField("name", _("Another channel has this name."), "taken")


def _shown(destination: Destination) -> dict[str, Any]:
    return {
        "id": destination.pk,
        "type": destination.channel,
        "name": destination.name,
        "language": destination.language,
        "settings": destination.settings,
        "is_on": destination.is_on,
        "off_since": destination.disabled_at,
        "problem": problem(destination.channel, destination.disabled_code),
        "last_message_at": destination.last_success_at,
    }
