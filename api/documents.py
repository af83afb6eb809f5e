"""The API's documents: everything that was collected and is kept, searched like the search page does.

Mounted by api/app.py beside api/mentions.py, with the same access and the same problem bodies.
"""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import ValidationError
from pydantic import Field

from accounts.access import membership_of
from api.schemas import SourceName, StoryOut
from monitoring.insights import cursors, documents, mentions
from monitoring.insights.filter_parser import MAX_VALUE_LENGTH
from monitoring.insights.search import Search

router = Router()
PARAMETERS = {"q", "mentioned", "cursor", "size"}


class FoundOut(StoryOut):
    """A document; `mentions` is empty where no keyword matched it."""

    source: SourceName | None = Field(alias="document.source")


class CountOut(Schema):
    value: int
    capped: bool = Field(description="there are, or may be, more than `value`")


class FoundPage(Schema):
    """`count` is null on all pages but the first. `searched_back_to`: a query that no index answers is checked item by
    item; this page went no further back, `next` goes on.
    """

    items: list[FoundOut]
    next: str | None
    count: CountOut | None
    searched_back_to: datetime | None


@router.get("/projects/{int:project_id}/documents", response=FoundPage, tags=["documents"])
def list_documents(
    request: HttpRequest,
    project_id: int,
    q: str = "",
    mentioned: bool = False,
    cursor: str = "",
    size: Annotated[int, Field(ge=1, le=mentions.MAX_PAGE_SIZE)] = mentions.PAGE_SIZE,
) -> dict[str, object]:
    """Everything that was collected, newest first: with `q` what matches that query, with `mentioned=true` only what a
    keyword mentions. Follow `next` until it is null.
    """
    project = membership_of(request.user, project_id).project
    _refuse(request, q, cursor)
    page = documents.page(documents.DocumentSearch(project.pk, q, mentioned=mentioned), cursor, size)
    kept = {"q": q, "mentioned": str(mentioned).lower(), "cursor": page.next_cursor, "size": size}
    following = page.next_cursor and request.build_absolute_uri(f"{request.path}?{urlencode(kept)}")
    return {
        "items": page.rows,
        "next": following,
        "count": page.count and {"value": page.count.value, "capped": page.count.capped},
        "searched_back_to": page.searched_back_to,
    }


def _refuse(request: HttpRequest, q: str, cursor: str) -> None:
    """Raises ValidationError, which api/problems.py writes, where a parameter cannot be used."""
    errors = [
        _error(name, _("Unknown parameter."), "unknown_parameter") for name in request.GET if name not in PARAMETERS
    ]
    if len(q) > MAX_VALUE_LENGTH:
        errors.append(_error("q", _("This value is too long."), "too_long"))
    elif q and (wrong := Search.error_in(q)):
        errors.append(_error("q", wrong.message, wrong.code, position=wrong.position))
    if cursor and not cursors.is_cursor(cursor):
        errors.append(_error("cursor", _("Invalid cursor. Use the one returned with the previous page."), "invalid"))
    if errors:
        raise ValidationError(errors)


def _error(field: str, message: str, code: str, **more: object) -> dict[str, object]:
    return {"loc": ("query", field), "msg": str(message), "type": code, "ctx": more}
