"""The API's mutes: list, create and undo them.

Members read, managers write through monitoring/services/mutes.py. Mounted by api/app.py, which authenticates callers
and turns exceptions into problem bodies.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Project, Role, User
from api.problems import InvalidField
from api.schemas import Body, Id, Text
from monitoring.insights.mutes import PAGE_SIZE, MuteRow, mute_page, mute_row
from monitoring.models import Author, Document, Mute
from monitoring.services import mutes
from monitoring.services.authors import mute_author

router = Router(tags=["mutes"])

if TYPE_CHECKING:
    MuteKind = str  # mypy accepts no Literal of computed values
else:
    MuteKind = Literal[tuple(Mute.Kind.values)]


class MuteIn(Body):
    """Either a mention whose author, source, domain or story is muted, or an author, or a domain as `value`."""

    kind: MuteKind
    mention_id: Id | None = None
    author_id: Id | None = None
    value: Text | None = Field(None, max_length=2000)


class MuteOut(Schema):
    id: int = Field(alias="mute.pk")
    kind: MuteKind = Field(alias="mute.kind")
    platform: str = Field(alias="mute.platform", description="of an author; else empty")
    name: str = Field(alias="mute.label")
    created_at: datetime = Field(alias="mute.created_at")
    hidden: int = Field(alias="count", description="hidden documents")
    hidden_capped: bool = Field(alias="capped", description="whether there may be more than `hidden`")
    is_complete: bool = Field(description="whether earlier documents have been searched")

    @staticmethod
    def resolve_is_complete(row: MuteRow) -> bool:
        return row.mute.walked_to is None


class MuteList(Schema):
    items: list[MuteOut]
    next: str | None


@router.get("/projects/{int:project_id}/mutes", response=MuteList)
def list_mutes(request: SignedInRequest, project_id: int, before: Id | None = None) -> dict[str, object]:
    """List what is muted, newest first, with the number of documents that each mute hides. Follow `next` until it is
    null.
    """
    page = mute_page(membership_of(request.user, project_id).project.pk, before, PAGE_SIZE)
    following = page.next_before and request.build_absolute_uri(f"{request.path}?before={page.next_before}")
    return {"items": page.rows, "next": following}


@router.post("/projects/{int:project_id}/mutes", response={201: MuteOut})
def create_mute(request: SignedInRequest, project_id: int, mute: MuteIn) -> Status:
    """Mute the author, the source, the domain or the story of a mention, an author, or a domain. Returns the existing
    mute if there is one. Earlier documents are searched in the background.
    """
    project = membership_of(request.user, project_id, Role.MANAGER).project
    if mute.mention_id is not None:
        documents = Document.objects.filter(project=project, mentions=mute.mention_id).select_related("source")
        document = documents.first()
        if document is None:
            raise InvalidField("mention_id", _("Unknown mention."), "unknown")
        return Status(201, mute_row(mutes.mute_like(project, request.user, mute.kind, document)))
    if mute.kind == Mute.Kind.AUTHOR and mute.author_id is not None:
        return Status(201, mute_row(_mute_author(project, request.user, mute.author_id)))
    if mute.kind != Mute.Kind.DOMAIN:
        raise InvalidField("mention_id", _("Name a mention to mute its author or its source."), "missing")
    return Status(201, mute_row(mutes.mute_domain(project, request.user, mute.value or "")))


@router.delete("/projects/{int:project_id}/mutes/{int:mute_id}", response={204: None})
def end_mute(request: SignedInRequest, project_id: int, mute_id: int) -> Status:
    """Undo a mute: its mentions are to review again, except those whose status somebody has changed since."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    if mutes.end_mute(project, request.user, mute_id) is None:
        raise Http404
    return Status(204, None)


def _mute_author(project: Project, user: User, author_id: int) -> Mute:
    try:
        return mute_author(project, user, author_id)
    except Author.DoesNotExist:
        raise InvalidField("author_id", _("Unknown author."), "unknown") from None
