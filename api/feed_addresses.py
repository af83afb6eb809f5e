"""The API's feeds: the secret addresses under which feed readers get your mentions.

Members create, list and revoke their own, through workplace/feed_addresses.py. Mounted by api/app.py, which
authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime

from django.shortcuts import get_object_or_404
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.schemas import Body, Id, Items
from workplace import feed_addresses
from workplace.models import FeedAddress

router = Router(tags=["feeds"])
PATH = "/projects/{int:project_id}/feeds"


class FeedIn(Body):
    keyword_id: Id | None = Field(None, description="either a keyword")
    view_id: Id | None = Field(None, description="or a saved view that you see")


class FeedOut(Schema):
    id: int
    keyword_id: int | None
    view_id: int | None
    created_at: datetime
    last_read_at: datetime | None = Field(description="exact to an hour")


class NewFeedOut(FeedOut):
    atom_url: str = Field(description="shown once")
    json_url: str = Field(description="shown once")


@router.get(PATH, response=Items[FeedOut])
def list_feeds(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List your feeds, the newest first, without their addresses."""
    return {"items": list(feed_addresses.addresses_of(membership_of(request.user, project_id)))}


@router.post(PATH, response={201: NewFeedOut})
def create_feed(request: SignedInRequest, project_id: int, feed: FeedIn) -> Status:
    """Create a feed of a keyword or a saved view. Anyone with an address can read it."""
    membership = membership_of(request.user, project_id)
    address, token = feed_addresses.create_address(membership, keyword_id=feed.keyword_id, view_id=feed.view_id)
    shown = {name: getattr(address, name) for name in ("id", "keyword_id", "view_id", "created_at", "last_read_at")}
    urls = {f"{name}_url": url for name, url in feed_addresses.urls_of(token).items()}
    return Status(201, {**shown, **urls})


@router.delete(PATH + "/{int:feed_id}", response={204: None})
def revoke_feed(request: SignedInRequest, project_id: int, feed_id: int) -> Status:
    """Revoke a feed: its addresses respond with 404."""
    membership = membership_of(request.user, project_id)
    address: FeedAddress = get_object_or_404(feed_addresses.addresses_of(membership), pk=feed_id)
    feed_addresses.revoke_address(address, request.user)
    return Status(204, None)
