"""The API's presence: who has an item open, and whether they write a reply to it.

Members read and announce themselves, as the page of a mention does. Mounted by api/app.py, which authenticates callers
and turns exceptions into problem bodies.
"""

from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.items import document_of
from api.schemas import Body, Items
from workplace.presence import EXPIRES_S, Present, announce, present

router = Router(tags=["triage"])
PATH = "/projects/{int:project_id}/mentions/{int:mention_id}/presence"


class PresenceIn(Body):
    is_writing: bool = Field(False, description="whether you write a reply to it")


class PresentOut(Schema):
    id: int = Field(alias="user_id")
    name: str
    is_writing: bool


@router.get(PATH, response=Items[PresentOut])
def list_present(request: SignedInRequest, project_id: int, mention_id: int) -> dict[str, list[Present]]:
    """List the other members who have the item of a mention open, those who write a reply first."""
    membership = membership_of(request.user, project_id)
    return {"items": present(membership, document_of(project_id, mention_id))}


@router.post(
    PATH,
    response=Items[PresentOut],
    description=f"Tell the others that you have the item open, for {EXPIRES_S} seconds, instead of any other. "
    "Return the other members who have it open.",
)
def announce_presence(
    request: SignedInRequest, project_id: int, mention_id: int, presence: PresenceIn
) -> dict[str, list[Present]]:
    """Tell the others that you have the item of a mention open."""
    membership = membership_of(request.user, project_id)
    return {"items": announce(membership, document_of(project_id, mention_id), is_writing=presence.is_writing)}
