"""The API's saved replies, and the rules for replies of a project.

Members read. Managers write saved replies and admins the rules, through workplace/saved_replies.py. Mounted by
api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.problems import Conflicting, field_error
from api.schemas import UNSET, Body, Items, Text
from monitoring.models import Mention
from workplace import drafts, saved_replies
from workplace.models import ReplyRules, SavedReply
from workplace.models.drafts import MAX_COOLING

router = Router(tags=["replies"])

if TYPE_CHECKING:
    ReplyLanguage = str  # mypy accepts no Literal of computed values
else:
    ReplyLanguage = Literal[tuple(code for code, _name in settings.LANGUAGES)]


class SavedReplyIn(Body):
    name: Text
    language: ReplyLanguage
    text: Text = Field(description="with the variables {{author}}, {{brand}}, {{link}} and {{me}}")


class SavedReplyPatch(Body):
    version: Annotated[int, Field(ge=1, le=2**31 - 1, description="the version that you saw")]
    name: Text = UNSET
    language: ReplyLanguage = UNSET
    text: Text = UNSET


class SavedReplyOut(Schema):
    id: int
    name: str
    language: str
    text: str
    version: int
    updated_at: datetime


class FilledReplyOut(Schema):
    id: int
    name: str
    language: str
    text: str = Field(description="with the values of the variables")


class ReplyRulesPatch(Body):
    needs_approval: bool = UNSET
    cooling_minutes: Annotated[int, Field(ge=0, le=MAX_COOLING)] = UNSET
    forbidden: list[Text] = UNSET


class ReplyRulesOut(Schema):
    needs_approval: bool = Field(description="whether a second person approves each reply")
    cooling_minutes: int = Field(description="how long a text cools after each change, before it is sent")
    forbidden: list[str] = Field(description="words and phrases that are warned about")


@router.get("/projects/{int:project_id}/saved-replies", response=Items[SavedReplyOut])
def list_saved_replies(
    request: SignedInRequest,
    project_id: int,
    q: Text = "",
    language: ReplyLanguage | None = None,
) -> dict[str, list[SavedReply]]:
    """List the saved replies by name; `q` finds words in name and text."""
    project = membership_of(request.user, project_id).project
    return {"items": saved_replies.saved_replies(project, q, language or "")}


@router.get("/projects/{int:project_id}/mentions/{int:mention_id}/saved-replies", response=Items[FilledReplyOut])
def list_filled_replies(request: SignedInRequest, project_id: int, mention_id: int, q: Text = "") -> dict[str, object]:
    """List the saved replies filled in for a mention, as a draft by you starts; those in its language first."""
    project = membership_of(request.user, project_id).project
    mentions = Mention.objects.filter(pk=mention_id, keyword__project=project)
    mention = mentions.select_related("document__project").first()
    if mention is None:
        raise Http404
    rows = saved_replies.replies_for(mention.document, request.user, q)
    return {"items": [{"id": one.pk, "name": one.name, "language": one.language, "text": text} for one, text in rows]}


@router.post("/projects/{int:project_id}/saved-replies", response={201: SavedReplyOut})
def create_saved_reply(request: SignedInRequest, project_id: int, reply: SavedReplyIn) -> Status:
    """Create a saved reply. Unknown variables are errors that name them."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    return Status(201, saved_replies.create_saved_reply(project, request.user, **reply.dict()))


@router.patch("/projects/{int:project_id}/saved-replies/{int:reply_id}", response=SavedReplyOut)
def change_saved_reply(request: SignedInRequest, project_id: int, reply_id: int, reply: SavedReplyPatch) -> SavedReply:
    """Change the fields that are sent. If somebody else has changed the reply since `version`, the response is 409."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    present = SavedReply.objects.filter(project=project, pk=reply_id).first()
    if present is None:
        raise Http404
    values = {name: getattr(present, name) for name in ("name", "language", "text")}
    changes = reply.dict(exclude_unset=True, exclude={"version"})
    try:
        return saved_replies.change_saved_reply(
            project, request.user, reply_id, reply.version, **{**values, **changes}
        )
    except saved_replies.SavedReplyChanged as changed:
        message = _("Somebody else has changed this meanwhile.")
        error = field_error("version", message, "conflict", value=changed.reply and changed.reply.version)
        raise Conflicting(message, [error]) from None
    except SavedReply.DoesNotExist:
        raise Http404 from None


@router.delete("/projects/{int:project_id}/saved-replies/{int:reply_id}", response={204: None})
def delete_saved_reply(request: SignedInRequest, project_id: int, reply_id: int) -> Status:
    """Delete a saved reply; drafts that started from it stay."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        saved_replies.delete_saved_reply(project, request.user, reply_id)
    except SavedReply.DoesNotExist:
        raise Http404 from None
    return Status(204, None)


@router.get("/projects/{int:project_id}/reply-rules", response=ReplyRulesOut)
def get_reply_rules(request: SignedInRequest, project_id: int) -> ReplyRules:
    """Return the rules for replies."""
    return drafts.rules_of(membership_of(request.user, project_id).project)


@router.patch("/projects/{int:project_id}/reply-rules", response=ReplyRulesOut)
def change_reply_rules(request: SignedInRequest, project_id: int, rules: ReplyRulesPatch) -> ReplyRules:
    """Change the fields that are sent. Admins only. `forbidden` replaces all words."""
    project = membership_of(request.user, project_id, Role.ADMIN).project
    saved_replies.set_rules(project, request.user, **rules.dict(exclude_unset=True))
    return drafts.rules_of(project)
