"""The API's documents: all stored documents, searched as on the Search page.

Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.document_schemas import DocumentOut, with_triage
from api.problems import InvalidRequest, field_error, unknown_parameters
from api.schemas import SourceName
from monitoring.insights import cursors, documents, mentions
from monitoring.insights.filter_parser import MAX_VALUE_LENGTH
from monitoring.insights.meaning import error_in, split, unavailable
from monitoring.insights.time_limit import time_limit

router = Router(tags=["documents"])
PARAMETERS = {"q", "mentioned", "cursor", "size"}


class FoundDocument(DocumentOut):
    """A document; `mentions` is empty if no keyword matches it."""

    source: SourceName | None = Field(alias="document.source")


class DocumentCount(Schema):
    value: int
    capped: bool = Field(description="there are, or may be, more than `value`")


class FoundPage(Schema):
    """`count` is null on all pages except the first. `searched_back_to`: a query that the index cannot answer alone is
    checked document by document; this page checked back to this time, and `next` continues from there.
    """

    items: list[FoundDocument]
    next: str | None
    count: DocumentCount | None
    searched_back_to: datetime | None


@router.get("/projects/{int:project_id}/documents", response=FoundPage)
@time_limit()
def list_documents(
    request: SignedInRequest,
    project_id: int,
    q: str = "",
    mentioned: bool = False,
    cursor: str = "",
    size: Annotated[int, Field(ge=1, le=mentions.MAX_PAGE_SIZE)] = mentions.PAGE_SIZE,
) -> dict[str, object]:
    """List stored documents, newest first: with `q`, those that match this query; with `mentioned=true`, only those
    that a keyword matches. A `q` with a phrase after ~ lists mentioned documents, the closest in meaning first. Follow
    `next` until it is null.
    """
    project = membership_of(request.user, project_id).project
    _check_parameters(request, q, cursor)
    page = documents.page(documents.DocumentSearch(project.pk, q, mentioned=mentioned), cursor, size)
    parameters = {"q": q, "mentioned": str(mentioned).lower(), "cursor": page.next_cursor, "size": size}
    next_url = page.next_cursor and request.build_absolute_uri(f"{request.path}?{urlencode(parameters)}")
    return {
        "items": with_triage(page.rows),
        "next": next_url,
        "count": page.count and {"value": page.count.value, "capped": page.count.capped},
        "searched_back_to": page.searched_back_to,
    }


def _check_parameters(request: SignedInRequest, q: str, cursor: str) -> None:
    """Raise InvalidRequest if a parameter is unknown or unusable."""
    errors = unknown_parameters(request, PARAMETERS)
    if len(q) > MAX_VALUE_LENGTH:
        errors.append(field_error("q", _("This value is too long."), "too_long"))
    elif q and (error := error_in(q)):
        errors.append(field_error("q", error.message, error.code, position=error.position))
    elif split(q).phrase and (reason := unavailable()):
        errors.append(field_error("q", reason, "unavailable"))
    if cursor and not cursors.is_cursor(cursor):
        message = _("Invalid cursor. Use the one returned with the previous page.")
        errors.append(field_error("cursor", message, "invalid"))
    if errors:
        raise InvalidRequest(errors)
