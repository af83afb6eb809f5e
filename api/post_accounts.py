"""The API's accounts of posts: with which Vigie publishes a post on each platform, and where there.

For managers; written through workplace/post_accounts.py. Mounted by api/app.py.
"""

from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.posts import POST_PATH, PlatformName, PostOut, done, post_of
from api.schemas import Body, Id, Items, Text
from monitoring.polling.replies import post_accounts
from workplace import post_accounts as choices
from workplace.post_accounts import PostPlace

router = Router(tags=["posts"])


class AccountOut(Schema):
    id: int
    platform: str
    name: str


class PlaceIn(Body):
    place: Text
    title: Text


class AccountsIn(Body):
    version: Id
    accounts: dict[PlatformName, Id | None] = Field(description="the id of an account by platform; null for by hand")
    places: dict[PlatformName, PlaceIn] = Field({}, description="for Reddit and Discourse; the stored ones by default")


@router.put(POST_PATH + "/accounts", response=PostOut)
def choose_accounts(request: SignedInRequest, project_id: int, post_id: int, body: AccountsIn) -> dict[str, object]:
    """Choose with which accounts Vigie publishes the post at its time."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    chosen = {str(name): pk for name, pk in body.accounts.items()}
    places = {str(name): PostPlace(one.place, one.title) for name, one in body.places.items()}
    found = post_of(project, post_id)
    return done(project, lambda: choices.choose_accounts(found, request.user, body.version, chosen, places), "places")


@router.get("/projects/{int:project_id}/post-accounts", response=Items[AccountOut])
def list_accounts(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List the accounts that admins allow Vigie to publish posts with, by the platform of the post."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    found = post_accounts(project)
    return {
        "items": [
            {"id": one.pk, "platform": name, "name": str(one)} for name, accounts in found.items() for one in accounts
        ]
    }
