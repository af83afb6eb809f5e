"""The API's projects: those that the caller is a member of, each with the caller's role.

Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from ninja import Router

from accounts.access import SignedInRequest, membership_of
from accounts.models import Membership
from api.schemas import Items, ProjectOut

router = Router(tags=["projects"])


@router.get("/projects", response=Items[ProjectOut])
def list_projects(request: SignedInRequest) -> dict[str, object]:
    """List the projects you are a member of, with your role in each."""
    memberships = Membership.objects.filter(user=request.user).select_related("project")
    return {"items": memberships.order_by("project__name", "project_id")}


@router.get("/projects/{int:project_id}", response=ProjectOut)
def get_project(request: SignedInRequest, project_id: int) -> Membership:
    """Return one project, with your role in it."""
    return membership_of(request.user, project_id)
