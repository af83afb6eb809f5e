"""The API's editorial calendar without its posts: secret addresses, rules with the charter, and posting slots.

Members create, list and revoke their own addresses; admins change the rules, managers the slots, through workplace/.
Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime
from datetime import time as wall_time
from typing import Annotated

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role, validate_time_zone
from api.posts import PlatformName
from api.problems import InvalidField
from api.schemas import UNSET, Body, Items, Text
from workplace import calendar_addresses, posting_slots, posts
from workplace.models import CalendarAddress, CalendarRules, PostingSlot

router = Router(tags=["posts"])
ADDRESSES = "/projects/{int:project_id}/calendar-addresses"
RULES = "/projects/{int:project_id}/calendar-rules"
SLOTS = "/projects/{int:project_id}/posting-slots"


class CalendarAddressOut(Schema):
    id: int
    created_at: datetime
    last_read_at: datetime | None = Field(description="exact to an hour")


class NewCalendarAddressOut(CalendarAddressOut):
    url: str = Field(description="shown once")


class CalendarRulesPatch(Body):
    """`forbidden`, `hashtags` and `link_domains` replace all words."""

    needs_approval: bool = UNSET
    tone: Text = UNSET
    forbidden: list[Text] = UNSET
    hashtags: list[Text] = UNSET
    signature: Text = UNSET
    tags_links: bool = UNSET
    link_domains: list[Text] = UNSET


class CalendarRulesOut(Schema):
    needs_approval: bool = Field(description="whether only approved posts can be scheduled")
    tone: str = Field(description="how the brand writes")
    forbidden: list[str] = Field(description="words and phrases that the preview points out")
    hashtags: list[str] = Field(description="that every post has")
    signature: str = Field(description="with which each post ends")
    tags_links: bool = Field(description="whether links to the website get campaign parameters at publication")
    link_domains: list[str] = Field(description="domains of the website")


class PostingSlotIn(Body):
    platform: PlatformName
    weekday: Annotated[int, Field(ge=0, le=6, description="0 is Monday")]
    time: wall_time = Field(description="the clock of `time_zone`, to the minute")
    time_zone: Text = Field("", description="yours by default")


class PostingSlotOut(Schema):
    id: int
    platform: str
    weekday: int
    time: wall_time = Field(alias="at")
    time_zone: str


@router.get(ADDRESSES, response=Items[CalendarAddressOut])
def list_calendar_addresses(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List your secret addresses, the newest first, without their URLs."""
    return {"items": list(calendar_addresses.addresses_of(membership_of(request.user, project_id)))}


@router.post(ADDRESSES, response={201: NewCalendarAddressOut})
def create_calendar_address(request: SignedInRequest, project_id: int) -> Status:
    """Create a secret address for a calendar program. Anyone with it can read the posts."""
    address, url = calendar_addresses.create_address(membership_of(request.user, project_id))
    shown = {name: getattr(address, name) for name in CalendarAddressOut.model_fields}
    return Status(201, {**shown, "url": url})


@router.delete(ADDRESSES + "/{int:address_id}", response={204: None})
def revoke_calendar_address(request: SignedInRequest, project_id: int, address_id: int) -> Status:
    """Revoke an address: it responds with 404."""
    membership = membership_of(request.user, project_id)
    address: CalendarAddress = get_object_or_404(calendar_addresses.addresses_of(membership), pk=address_id)
    calendar_addresses.revoke_address(address, request.user)
    return Status(204, None)


@router.get(RULES, response=CalendarRulesOut)
def get_calendar_rules(request: SignedInRequest, project_id: int) -> CalendarRules:
    """Return the rules for posts and the charter of the brand."""
    return posts.rules_of(membership_of(request.user, project_id).project)


@router.patch(RULES, response=CalendarRulesOut)
def change_calendar_rules(request: SignedInRequest, project_id: int, rules: CalendarRulesPatch) -> CalendarRules:
    """Change the fields that are sent. Admins only."""
    project = membership_of(request.user, project_id, Role.ADMIN).project
    posts.set_rules(project, request.user, **rules.dict(exclude_unset=True))
    return posts.rules_of(project)


@router.get(SLOTS, response=Items[PostingSlotOut])
def list_posting_slots(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List the weekly posting slots in the order of the week."""
    return {"items": posting_slots.slots_of(membership_of(request.user, project_id).project)}


@router.post(SLOTS, response={201: PostingSlotOut})
def add_posting_slot(request: SignedInRequest, project_id: int, slot: PostingSlotIn) -> Status:
    """Add a weekly posting slot of a platform."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    if slot.time_zone:
        try:
            validate_time_zone(slot.time_zone)
        except ValidationError as error:
            raise InvalidField("time_zone", " ".join(error.messages), "invalid") from None
    at = wall_time(slot.time.hour, slot.time.minute)
    return Status(201, posting_slots.add_slot(project, request.user, slot.platform, slot.weekday, at, slot.time_zone))


@router.delete(SLOTS + "/{int:slot_id}", response={204: None})
def delete_posting_slot(request: SignedInRequest, project_id: int, slot_id: int) -> Status:
    """Remove a slot; posts that are planned for it stay."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    slots = PostingSlot.objects.select_related("project").filter(project=project)
    posting_slots.remove_slot(get_object_or_404(slots, pk=slot_id), request.user)
    return Status(204, None)
