"""The API's drafts: read the reply that a team writes to an item, save it, have it approved, and close it.

Members read, managers write through workplace/drafts.py. Mounted by api/app.py, which authenticates callers and turns
exceptions into problem bodies.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Project, Role, User
from api.items import item_of
from api.problems import Conflicting, InvalidField, field_error
from api.schemas import Body, Id, PersonOut, Text
from workplace import drafts
from workplace.draft_warnings import DraftWarning
from workplace.models import Draft

router = Router(tags=["replies"])
PATH = "/projects/{int:project_id}/mentions/{int:mention_id}/draft"
Version = Annotated[int, Field(ge=0, le=2**31 - 1, description="the version that you saw")]


class DraftIn(Body):
    text: Text
    version: Version = Field(description="the version that you saw, 0 for none")


class VersionIn(Body):
    version: Version


class ApprovalIn(VersionIn):
    reviewer: Id = Field(description="the ID of a manager or an admin")


class ChangesIn(VersionIn):
    comment: Text


class WarningOut(Schema):
    code: str = Field(description="`angry`, `long` or `forbidden`")
    words: list[str] = Field(description="the forbidden words in the text")
    length: int = Field(description="characters of a text that is too long, else 0")
    limit: int = Field(description="characters that the platform accepts, else 0")


class DraftOut(Schema):
    state: str
    text: str
    author: PersonOut | None = Field(description="who wrote the text last")
    reviewer: PersonOut | None = Field(description="who was asked to approve it, or has decided")
    comment: str = Field(description="what should change")
    cooling_until: datetime | None
    version: int
    updated_at: datetime
    hindrances: list[str] = Field(description="what is missing before it can be marked as sent: `approval`, `cooling`")
    warnings: list[WarningOut]


class OpenDraft(Schema):
    draft: DraftOut | None


@router.get(PATH, response=OpenDraft)
def get_draft(request: SignedInRequest, project_id: int, mention_id: int) -> dict[str, object]:
    """Return the open draft of a mention's item, null without one."""
    project = membership_of(request.user, project_id).project
    draft = drafts.open_draft(project, item_of(project, mention_id).pk)
    return {"draft": draft and _shown(draft)}


@router.post(PATH, response=DraftOut)
def save_draft(request: SignedInRequest, project_id: int, mention_id: int, draft: DraftIn) -> dict[str, object]:
    """Write the text of the draft. If somebody else has changed it meanwhile, the response is 409, and nothing is
    changed. A changed text is not approved any more and cools again.
    """

    def save(project: Project, document_id: int) -> Draft:
        return drafts.save_draft(project, request.user, document_id, draft.text, draft.version)

    return _changed(request, project_id, mention_id, save)


@router.post(f"{PATH}/request-approval", response=DraftOut)
def request_approval(
    request: SignedInRequest, project_id: int, mention_id: int, approval: ApprovalIn
) -> dict[str, object]:
    """Ask a manager or an admin who didn’t write the draft to approve it. They get an email."""
    reviewer = User.objects.filter(pk=approval.reviewer).first()

    def ask(project: Project, document_id: int) -> Draft:
        if reviewer is None:
            raise InvalidField("reviewer", _("This person isn’t a member of the project."), "unknown")
        return drafts.request_approval(project, request.user, document_id, approval.version, reviewer)

    return _changed(request, project_id, mention_id, ask)


@router.post(f"{PATH}/approve", response=DraftOut)
def approve(request: SignedInRequest, project_id: int, mention_id: int, seen: VersionIn) -> dict[str, object]:
    """Approve the draft of somebody else."""
    return _changed(
        request, project_id, mention_id, lambda project, pk: drafts.approve(project, request.user, pk, seen.version)
    )


@router.post(f"{PATH}/request-changes", response=DraftOut)
def request_changes(request: SignedInRequest, project_id: int, mention_id: int, asked: ChangesIn) -> dict[str, object]:
    """Send the draft back to its author, with what should change."""

    def send_back(project: Project, document_id: int) -> Draft:
        return drafts.request_changes(project, request.user, document_id, asked.version, asked.comment)

    return _changed(request, project_id, mention_id, send_back)


@router.post(f"{PATH}/discard", response=DraftOut)
def discard(request: SignedInRequest, project_id: int, mention_id: int, seen: VersionIn) -> dict[str, object]:
    """Close the draft without a reply."""
    return _changed(
        request, project_id, mention_id, lambda project, pk: drafts.discard(project, request.user, pk, seen.version)
    )


@router.post(f"{PATH}/mark-sent", response=DraftOut)
def mark_sent(request: SignedInRequest, project_id: int, mention_id: int, seen: VersionIn) -> dict[str, object]:
    """Close the draft after its reply was published, and set the item’s status to `replied`."""
    return _changed(
        request, project_id, mention_id, lambda project, pk: drafts.mark_sent(project, request.user, pk, seen.version)
    )


def _changed(
    request: SignedInRequest, project_id: int, mention_id: int, change: Callable[[Project, int], Draft]
) -> dict[str, object]:
    project = membership_of(request.user, project_id, Role.MANAGER).project
    document = item_of(project, mention_id)
    try:
        return _shown(change(project, document.pk))
    except drafts.DraftChanged as changed:
        raise draft_conflict(changed) from None


def draft_conflict(changed: drafts.DraftChanged) -> Conflicting:
    """Return the problem that somebody else has changed a draft, with the present version."""
    message, present = _("Somebody else has changed this meanwhile."), changed.draft
    error = field_error("version", message, "conflict", value=present.version if present else 0)
    if present and present.author:
        error["user"] = {"id": present.author.pk, "name": present.author.name}
    return Conflicting(message, [error])


def _shown(draft: Draft) -> dict[str, object]:
    rules = drafts.rules_of(draft.project)
    names = ("state", "text", "author", "reviewer", "comment", "cooling_until", "version", "updated_at")
    return {
        **{name: getattr(draft, name) for name in names},
        "hindrances": drafts.hindrances(draft, rules, timezone.now()) if draft.state in Draft.OPEN else [],
        "warnings": [_warning(one) for one in drafts.warnings_for(draft.document, draft.text, rules)],
    }


def _warning(one: DraftWarning) -> dict[str, object]:
    return {"code": one.code, "words": list(one.words), "length": one.length, "limit": one.limit}
