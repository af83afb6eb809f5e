"""The API's changes of all mentions that a filter finds: start one, read its progress, undo it.

Members read, managers write through workplace/bulk_changes.py. Mounted by api/app.py, which authenticates callers and
turns exceptions into problem bodies.
"""

from datetime import datetime
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Project, Role
from api.problems import InvalidField
from api.schemas import Text
from api.triage import OneChange, check_one_change, operation_of
from monitoring.insights.filters import MentionFilter
from monitoring.insights.time_limit import time_limit
from workplace import bulk_changes
from workplace.models import BulkChange
from workplace.models.saved_views import MAX_QUERY

router = Router(tags=["triage"])


class BulkChangeIn(OneChange):
    """A filter as the query string of a list of mentions, and one change."""

    filter: Annotated[Text, Field(max_length=MAX_QUERY)]


class BulkChangeOut(Schema):
    id: int = Field(alias="pk")
    state: str = Field(description="running, done, stopped, undoing or undone")
    filter: str = Field(alias="query", description="with the fixed bounds of its period")
    operation: str
    values: dict[str, Any]
    total: int = Field(description="documents under the filter at the start")
    seen: int = Field(description="documents read so far")
    changed: int
    restored: int = Field(description="documents restored by an undo; the others were changed again since")
    created_at: datetime
    finished_at: datetime | None


@router.post("/projects/{int:project_id}/bulk-changes", response={202: BulkChangeOut})
@time_limit()
def create_bulk_change(request: SignedInRequest, project_id: int, change: BulkChangeIn) -> Status:
    """Make one change to all items under a filter, in the background. Mentions found later are left alone."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    check_one_change(change)
    f = MentionFilter.from_query(
        project, QueryDict(change.filter), timezone.now(), request.user.zone, person_id=request.user.pk
    )
    try:
        return Status(202, bulk_changes.start(project, request.user, f, operation_of(project, change)))
    except ValidationError as error:
        raise InvalidField("filter", " ".join(error.messages), "invalid") from None


@router.get("/projects/{int:project_id}/bulk-changes/{int:change_id}", response=BulkChangeOut)
def get_bulk_change(request: SignedInRequest, project_id: int, change_id: int) -> BulkChange:
    """Return the progress of a change."""
    return _one(membership_of(request.user, project_id).project, change_id)


@router.post("/projects/{int:project_id}/bulk-changes/{int:change_id}/undo", response={202: BulkChangeOut})
def undo_bulk_change(request: SignedInRequest, project_id: int, change_id: int) -> Status:
    """Undo a change, finished or not, in the background, except for values that were changed again since."""
    change = _one(membership_of(request.user, project_id, Role.MANAGER).project, change_id)
    bulk_changes.undo(change, request.user)
    change.refresh_from_db()
    return Status(202, change)


def _one(project: Project, change_id: int) -> BulkChange:
    change = BulkChange.objects.filter(project=project, pk=change_id).first()
    if change is None:
        raise Http404
    return change
