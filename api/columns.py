"""The API's columns: the saved views that you show side by side, in your order.

They are those of the columns page: members read and replace their own. Mounted by api/app.py, which authenticates
callers and turns exceptions into problem bodies.
"""

from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.problems import InvalidField
from api.schemas import Body, Id, Items
from workplace.columns import columns_of, set_columns
from workplace.models import Column
from workplace.saved_views import MAX_VIEWS, views_of

router = Router(tags=["saved views"])
PATH = "/projects/{int:project_id}/columns"


class ColumnIn(Body):
    view_id: Id = Field(description="a saved view that you see")
    is_paused: bool = Field(False, description="whether the page shows new mentions only after a reload")


class ColumnsIn(Body):
    columns: list[ColumnIn] = Field(max_length=MAX_VIEWS, description="all of your columns, in their order")


class ColumnOut(Schema):
    view_id: int
    name: str = Field(alias="view.name")
    query: str = Field(alias="view.query", description="the query string of a list of mentions")
    is_paused: bool


@router.get(PATH, response=Items[ColumnOut])
def list_columns(request: SignedInRequest, project_id: int) -> dict[str, list[Column]]:
    """List your columns in their order."""
    membership_of(request.user, project_id)
    return {"items": columns_of(request.user, project_id)}


@router.put(PATH, response=Items[ColumnOut])
def replace_columns(request: SignedInRequest, project_id: int, columns: ColumnsIn) -> dict[str, list[Column]]:
    """Replace your columns, with their order. Each view is one column at most."""
    project = membership_of(request.user, project_id).project
    ids = [column.view_id for column in columns.columns]
    known = views_of(request.user, project_id).in_bulk(ids)
    for place, pk in enumerate(ids):
        if pk not in known:
            message = _("This view doesn’t exist, or isn’t shared with you.")
            raise InvalidField(f"columns.{place}.view_id", message, "unknown")
        if pk in ids[:place]:
            raise InvalidField(f"columns.{place}.view_id", _("This view is a column already."), "duplicate")
    paused = {column.view_id for column in columns.columns if column.is_paused}
    set_columns(project, request.user, ids, paused)
    return {"items": columns_of(request.user, project_id)}
