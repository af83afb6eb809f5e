"""The API's digests: list, create, read, change, delete and send those of the caller.

Each member has their own, viewers too; alerts/digests/subscriptions.py stores them. Mounted by api/app.py, which
authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Membership, Role
from alerts.digests import recipients, send, subscriptions
from alerts.models import Digest, DigestRecipient
from api.problems import InvalidField
from api.schemas import UNSET, Body, Id, Items, Text
from delivery.destinations import destinations_of
from delivery.models import Destination
from monitoring.models import Keyword
from workplace.saved_views import views_of

router = Router(tags=["digests"])
PATH = "/projects/{int:project_id}/digests"

if TYPE_CHECKING:
    About = str  # mypy accepts no Literal of computed values
    Selection = str
    Frequency = str
    LanguageCode = str
else:
    About = Literal[tuple(Digest.About.values)]
    Selection = Literal[tuple(Digest.Selection.values)]
    Frequency = Literal[tuple(Digest.Frequency.values)]
    LanguageCode = Literal[tuple(code for code, _name in settings.LANGUAGES)]

Ids = Annotated[list[Id], Field(max_length=500)]
Languages = Annotated[list[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]], Field(max_length=50)]


class DigestIn(Body):
    about: About = UNSET
    keywords: Ids = Field(UNSET, description="the IDs, if `about` is `keywords`")
    view: int | None = Field(UNSET, description="the ID of a saved view that you see, if `about` is `view`")
    languages: Languages = Field(UNSET, description="codes such as `fr`; empty for all")
    selection: Selection = UNSET
    frequency: Frequency = UNSET
    hour: Annotated[int, Field(ge=0, le=23)] = Field(UNSET, description="in your time zone")
    weekday: Annotated[int, Field(ge=0, le=6)] = Field(UNSET, description="0 is Monday")
    month_day: Annotated[int, Field(ge=1, le=31)] = Field(UNSET, description="the last day of a shorter month")
    send_empty: bool = Field(UNSET, description="also if nothing is new")
    channels: Ids = Field(UNSET, description="the IDs of channels that get a short message; for managers and admins")


class DigestOut(Schema):
    id: int
    is_main: bool = Field(description="the one that every member has, which cannot be deleted")
    about: str
    keywords: list[int]
    view: int | None = Field(alias="view_id")
    has_content: bool = Field(description="false if its keywords or its view no longer exist for you: nothing is sent")
    languages: list[str]
    selection: str
    frequency: str
    hour: int
    weekday: int
    month_day: int
    send_empty: bool
    channels: list[int]
    sent_until: datetime = Field(description="the start of the next digest")
    next_at: datetime | None = Field(description="null if it is off or sent as it happens")

    @staticmethod
    def resolve_keywords(digest: Digest) -> list[int]:
        return sorted(keyword.pk for keyword in digest.keywords.all())

    @staticmethod
    def resolve_channels(digest: Digest) -> list[int]:
        return sorted(destination.pk for destination in digest.destinations.all())

    @staticmethod
    def resolve_has_content(digest: Digest) -> bool:
        return subscriptions.scope_of(digest) is not None

    @staticmethod
    def resolve_next_at(digest: Digest) -> datetime | None:
        return subscriptions.next_digest_at(digest, timezone.now())


class DigestSent(Schema):
    delivery: UUID = Field(alias="pk", description="the ID of its message in the delivery log")
    recipient: str
    subject: str


class RecipientIn(Body):
    email: Text
    language: LanguageCode = Field(UNSET, description="yours by default")


class RecipientOut(Schema):
    id: int
    email: str = Field(alias="external.email")
    language: str = Field(alias="external.language")
    is_confirmed: bool = Field(alias="external.is_confirmed", description="false for an address that gets nothing")


@router.get(PATH, response=Items[DigestOut])
def list_digests(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List your digests of the project, the main one first. You can have 20."""
    membership = membership_of(request.user, project_id)
    subscriptions.subscription_of(membership)
    return {"items": subscriptions.subscriptions_of(membership)}


@router.post(PATH, response={201: DigestOut})
def create_digest(request: SignedInRequest, project_id: int, digest: DigestIn) -> Status:
    """Create a digest. It is off, about the whole project, unless the fields say otherwise."""
    membership = membership_of(request.user, project_id)
    with transaction.atomic():
        subscriptions.subscription_of(membership)
        made = subscriptions.add_subscription(membership)
        _change(membership, made, digest)
    return Status(201, _own(membership, made.pk))


@router.get(PATH + "/{int:digest_id}", response=DigestOut)
def get_digest(request: SignedInRequest, project_id: int, digest_id: int) -> Digest:
    """Return one digest of yours."""
    return _own(membership_of(request.user, project_id), digest_id)


@router.patch(PATH + "/{int:digest_id}", response=DigestOut)
def change_digest(request: SignedInRequest, project_id: int, digest_id: int, digest: DigestIn) -> Digest:
    """Change the fields that are sent. After `never`, the next digest starts with what is found from now on."""
    membership = membership_of(request.user, project_id)
    _change(membership, _own(membership, digest_id), digest)
    return _own(membership, digest_id)


@router.delete(PATH + "/{int:digest_id}", response={204: None})
def delete_digest(request: SignedInRequest, project_id: int, digest_id: int) -> Status:
    """Delete a digest that is not the main one; turn that off by the frequency `never`."""
    digest = _own(membership_of(request.user, project_id), digest_id)
    if digest.is_main:
        raise InvalidField("digest_id", _("The main digest can’t be deleted. Set its frequency to never."), "main")
    subscriptions.delete_subscription(digest)
    return Status(204, None)


@router.post(PATH + "/{int:digest_id}/send", response={202: DigestSent})
def send_digest(request: SignedInRequest, project_id: int, digest_id: int) -> Status:
    """Send an extra digest to your email address now. The next regular one contains the same mentions."""
    digest = _own(membership_of(request.user, project_id), digest_id)
    delivery = send.send_now(digest, timezone.now())
    if delivery is None:
        text = _("This digest has no content any more. Choose keywords or a saved view.")
        raise InvalidField("digest_id", text, "no_content")
    return Status(202, delivery)


@router.get(PATH + "/{int:digest_id}/recipients", response=Items[RecipientOut])
def list_digest_recipients(request: SignedInRequest, project_id: int, digest_id: int) -> dict[str, object]:
    """List the addresses without an account that receive a digest of yours."""
    digest = _own(membership_of(request.user, project_id, Role.MANAGER), digest_id)
    return {"items": recipients.recipients_of(digest)}


@router.post(PATH + "/{int:digest_id}/recipients", response={201: RecipientOut})
def add_digest_recipient(request: SignedInRequest, project_id: int, digest_id: int, recipient: RecipientIn) -> Status:
    """Add an email address without an account. Its owner is asked to confirm first."""
    digest = _own(membership_of(request.user, project_id, Role.MANAGER), digest_id)
    language = recipient.language or request.user.language
    return Status(201, recipients.add_recipient(digest, recipient.email, language, timezone.now()))


@router.delete(PATH + "/{int:digest_id}/recipients/{int:recipient_id}", response={204: None})
def remove_digest_recipient(request: SignedInRequest, project_id: int, digest_id: int, recipient_id: int) -> Status:
    """Remove an address from a digest of yours."""
    digest = _own(membership_of(request.user, project_id, Role.MANAGER), digest_id)
    recipient: DigestRecipient = get_object_or_404(recipients.recipients_of(digest), pk=recipient_id)
    recipients.remove_recipient(recipient, request.user)
    return Status(204, None)


def _own(membership: Membership, digest_id: int) -> Digest:
    """Return a digest of the caller. Raises Http404 for those of others."""
    return get_object_or_404(subscriptions.subscriptions_of(membership), pk=digest_id)


def _change(membership: Membership, digest: Digest, sent: DigestIn) -> None:
    """Change the fields that were sent. Raises InvalidField."""
    values = sent.dict(exclude_unset=True)
    about = values.get("about", digest.about)
    if "languages" in values:
        values["languages"] = list(dict.fromkeys(values["languages"]))
    if "channels" in values:
        values["destinations"] = _channels(membership, values.pop("channels"))
    keywords = _keywords(membership, values.pop("keywords", None), digest)
    view_id = values.pop("view", digest.view_id)
    if about == Digest.About.KEYWORDS:
        if not keywords:
            raise InvalidField("keywords", _("Select at least one keyword."), "required")
        values["keywords"] = keywords
    values["view"] = None
    if about == Digest.About.VIEW:
        values["view"] = views_of(membership.user, membership.project_id).filter(pk=view_id).first()
        if values["view"] is None:
            raise InvalidField("view", _("Select a saved view."), "required" if view_id is None else "unknown")
    subscriptions.change_subscription(digest, **values)


def _channels(membership: Membership, ids: list[int]) -> list[Destination]:
    if not membership.may(Role.MANAGER):
        raise InvalidField("channels", _("Only managers and admins send digests to channels."), "forbidden")
    found = list(destinations_of(membership.project).filter(pk__in=ids))
    if missing := set(ids) - {destination.pk for destination in found}:
        text = _("Unknown channels: %(ids)s.") % {"ids": ", ".join(map(str, sorted(missing)))}
        raise InvalidField("channels", text, "unknown")
    return found


def _keywords(membership: Membership, ids: list[int] | None, digest: Digest) -> list[Any]:
    if ids is None:
        return list(digest.keywords.all())
    found = list(Keyword.objects.filter(project=membership.project_id, pk__in=ids))
    if missing := set(ids) - {keyword.pk for keyword in found}:
        text = _("Unknown keywords: %(ids)s.") % {"ids": ", ".join(map(str, sorted(missing)))}
        raise InvalidField("keywords", text, "unknown")
    return found
