"""The API's welcome queue, and the rules of labels and of the queue.

Members read, managers greet and choose the saved reply, admins set rules. Mounted by api/app.py, which authenticates
callers and turns exceptions into problem bodies.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field, create_model

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.authors import MAX_SIZE, AuthorOut
from api.problems import InvalidField
from api.schemas import UNSET, Body, Id
from monitoring.insights import authors as author_lists
from monitoring.insights.newcomers import newcomers
from monitoring.insights.time_limit import time_limit
from monitoring.models import AuthorSettings
from monitoring.services import authors
from workplace import welcome_replies
from workplace.models import SavedReply

router = Router(tags=["authors"])
QUEUE = "/projects/{int:project_id}/welcome-queue"
RULES = "/projects/{int:project_id}/author-rules"


class WaitingOut(Schema):
    author: AuthorOut
    welcome_at: datetime = Field(description="the time of the mention that put the author on the queue")
    is_return: bool = Field(description="whether the author is back after a long time")
    mention_id: int | None
    saved_reply_id: int | None = Field(description="the chosen one in the language of the mention, if it exists in it")


class NewcomersOut(Schema):
    """Counts of authors, for the shares that greeted within a day, and that came back within 30 days."""

    welcomed: int = Field(description="came onto the queue 1 to 31 days ago")
    greeted: int = Field(description="of these, greeted within a day")
    old: int = Field(description="wrote for the first time 30 to 60 days ago")
    returned: int = Field(description="of these, wrote again 1 to 30 days later")
    greeted_old: int = Field(description="of the `old`, those who were greeted")
    greeted_returned: int = Field(description="of the `returned`, those who were greeted")


class WelcomeQueueOut(Schema):
    items: list[WaitingOut]
    saved_reply_id: int | None = Field(description="what replies from the queue start with; null for nothing")
    count: int
    count_capped: bool = Field(description="whether there may be more than `count`")
    measure: NewcomersOut


class WelcomeQueuePatch(Body):
    saved_reply_id: Id | None


class GreetIn(Body):
    author_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_SIZE)]


class GreetOut(Schema):
    author_ids: list[int] = Field(description="those who were on the queue")


Number = Annotated[int, Field(ge=1, le=32_767)]  # the service has the range of each
_NUMBERS: dict[str, Any] = dict.fromkeys(AuthorSettings.RULES, (int, ...))
_CHANGES: dict[str, Any] = dict.fromkeys(AuthorSettings.RULES, (Number, UNSET))
RulesOut = create_model("AuthorRulesOut", __base__=Schema, **_NUMBERS)
RulesPatch = create_model("AuthorRulesPatch", __base__=Body, **_CHANGES)


@router.get(QUEUE, response=WelcomeQueueOut)
@time_limit()
def list_welcome_queue(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """Return the newest 50 authors who wrote for the first time, or are back, with the mention to reply to."""
    project, now = membership_of(request.user, project_id).project, timezone.now()
    reply = welcome_replies.welcome_reply(project)
    count = author_lists.welcome_count(project.pk, now)
    items = [
        {
            "author": row.author,
            "welcome_at": row.welcome_at,
            "is_return": row.is_return,
            "mention_id": row.mention.pk if row.mention else None,
            "saved_reply_id": reply.id_for(row.mention.language if row.mention else ""),
        }
        for row in author_lists.welcome_queue(project.pk, now)
    ]
    chosen = reply.reply.pk if reply.reply else None
    capped = count >= author_lists.MAX_QUEUE
    measure = asdict(newcomers(project.pk, now))
    return {"items": items, "count": count, "count_capped": capped, "saved_reply_id": chosen, "measure": measure}


@router.patch(QUEUE, response={204: None})
def choose_welcome_reply(request: SignedInRequest, project_id: int, queue: WelcomeQueuePatch) -> Status:
    """Choose the saved reply that replies from the queue start with; null for none."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        welcome_replies.set_welcome_reply(project, request.user, queue.saved_reply_id)
    except SavedReply.DoesNotExist:
        raise InvalidField("saved_reply_id", _("Unknown saved reply."), "unknown") from None
    return Status(204, None)


@router.post(f"{QUEUE}/greet", response=GreetOut)
def greet_authors(request: SignedInRequest, project_id: int, greeting: GreetIn) -> dict[str, list[int]]:
    """Take authors off the welcome queue: they were greeted, or need no greeting. Others are left out."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    return {"author_ids": authors.greet(project, request.user, greeting.author_ids)}


@router.get(RULES, response=RulesOut)
def get_author_rules(request: SignedInRequest, project_id: int) -> AuthorSettings:
    """Return the rules of labels and of the welcome queue."""
    return authors.settings_of(membership_of(request.user, project_id).project)


@router.patch(RULES, response=RulesOut)
def change_author_rules(request: SignedInRequest, project_id: int, rules: RulesPatch) -> AuthorSettings:  # type: ignore[valid-type]
    """Change the rules that are sent. Admins only. Labels follow within minutes."""
    project = membership_of(request.user, project_id, Role.ADMIN).project
    return authors.set_rules(project, request.user, **rules.dict(exclude_unset=True))  # type: ignore[attr-defined]
