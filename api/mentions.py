"""The API's mentions: list them with the filters of the Mentions page, read one, change its status or sentiment.

Members read, managers write through monitoring/services. Mounted by api/app.py, which authenticates callers and turns
exceptions into problem bodies.
"""

from typing import Annotated
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Project, Role
from api.document_schemas import DocumentOut, DocumentPage, MentionDetail, MentionPatch, with_triage
from api.filters import read_filter
from api.problems import InvalidField
from api.schemas import FilterParameters
from api.triage import raise_conflicts
from monitoring.insights import cursors, mentions
from monitoring.insights.filters import MentionFilter
from monitoring.insights.time_limit import time_limit
from monitoring.services import triage
from monitoring.services.corrections import correct_sentiment

router = Router(tags=["mentions"])
PageSize = Annotated[int, Field(ge=1, le=mentions.MAX_PAGE_SIZE)]


@router.get("/projects/{int:project_id}/mentions", response=DocumentPage)
@time_limit()
def list_mentions(
    request: SignedInRequest,
    project_id: int,
    filters: Query[FilterParameters],
    cursor: str = "",
    size: PageSize = mentions.PAGE_SIZE,
) -> dict[str, object]:
    """List mentions, newest first: one entry per document, with its mention of each keyword. Follow `next` until it is
    null; it keeps the period of the first page. Ignored mentions are included only if `status` asks for them.
    """
    f = read_filter(request, membership_of(request.user, project_id).project, {"cursor", "size"})
    if cursor and not cursors.is_cursor(cursor):
        raise InvalidField("cursor", _("Invalid cursor. Use the one returned with the previous page."), "invalid")
    page = mentions.page(f, cursor, size)
    return {
        "items": with_triage(page.rows),
        "next": page.next_cursor and _page_url(request, f, page.next_cursor, size),
    }


@router.get("/projects/{int:project_id}/mentions/{int:mention_id}", response=MentionDetail)
def get_mention(request: SignedInRequest, project_id: int, mention_id: int) -> mentions.MentionRow:
    """Return the document of a mention, with its mentions of all keywords, this one first, and its count history."""
    return _row(membership_of(request.user, project_id).project, mention_id)


@router.patch("/projects/{int:project_id}/mentions/{int:mention_id}", response=DocumentOut)
def change_mention(
    request: SignedInRequest, project_id: int, mention_id: int, mention: MentionPatch
) -> mentions.MentionRow:
    """Set `status`, also for the mentions of other keywords in the same document; or correct `sentiment` for this
    mention's keyword alone. A null `sentiment` undoes a correction. Without `expected`, the last change counts; with
    it, a status that somebody else has changed meanwhile is a 409, and nothing is changed.
    """
    project = membership_of(request.user, project_id, Role.MANAGER).project
    _row(project, mention_id)
    changes = mention.dict(exclude_unset=True)
    if "expected" in changes and "status" not in changes:
        raise InvalidField("expected", _("Send it together with “status”."), "invalid")
    with transaction.atomic():
        if "status" in changes:
            seen = {mention_id: changes["expected"]} if "expected" in changes else None
            change = triage.set_status(project, request.user, [mention_id], changes["status"], expected=seen)
            raise_conflicts(change)
        if "sentiment" in changes:
            correct_sentiment(project, request.user, [mention_id], changes["sentiment"] or "")
    return _row(project, mention_id)


def _row(project: Project, mention_id: int) -> mentions.MentionRow:
    row = mentions.row_of(project.pk, mention_id)
    if row is None:
        raise Http404
    return with_triage([row])[0]


def _page_url(request: SignedInRequest, f: MentionFilter, cursor: str, size: int) -> str:
    """Return the next page's URL, with times in place of a named period: a walk past midnight stays in its period."""
    fixed = f.replace(since=f.since, until=f.until)
    paging = urlencode({"cursor": cursor, "size": size})
    return request.build_absolute_uri(f"{request.path}?{fixed.to_query()}&{paging}")
