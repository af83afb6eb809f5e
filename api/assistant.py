"""The API's assistant: whether a project allows it, and summaries of a filter or an incident.

Members read, managers ask for summaries, admins allow the assistant. A worker writes a summary: the caller reads its
state until it is finished. Mounted by api/app.py, which authenticates callers and turns exceptions into problems.
"""

from datetime import datetime
from typing import Annotated, Literal

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Membership, Project, Role, User
from alerts.incident_list import leads_of
from api.problems import InvalidField
from api.schemas import Body, Id, PersonOut, Text
from assistant.endpoint import endpoint, is_configured, shown_host
from assistant.messages import error_text
from assistant.models import AssistantRequest
from assistant.requests import request_of
from assistant.rules import is_allowed, set_allowed
from assistant.shown import shown_sentences
from assistant.subjects import Subject, subject_of_filter, subject_of_incident
from assistant.summaries import request_summary
from monitoring.insights.filters import MentionFilter
from workplace.models.saved_views import MAX_QUERY

router = Router(tags=["assistant"])
PATH = "/projects/{int:project_id}/assistant"


class AssistantOut(Schema):
    is_configured: bool = Field(description="whether the server has an assistant")
    is_allowed: bool = Field(description="whether the project allows it")
    host: str = Field(description="where texts are sent")
    model: str


class AssistantPatch(Body):
    is_allowed: bool


class SummaryIn(Body):
    """The subject of a summary: exactly one of these."""

    filter: Annotated[Text, Field(max_length=MAX_QUERY)] | None = Field(
        None, description="the query string of a list of mentions"
    )
    incident_id: Id | None = None


class SentenceOut(Schema):
    text: str = Field(description="plain text, written by a model")
    mentions: list[int] = Field(description="IDs of the mentions that it rests on, at least one")


class SummaryOut(Schema):
    id: int
    state: Literal["pending", "running", "done", "failed"]
    sentences: list[SentenceOut]
    sent: int = Field(description="items whose texts were sent")
    total: int = Field(description="items under the filter")
    since: datetime | None
    until: datetime | None
    model: str
    error: str = Field(description="a code, empty without an error")
    message: str = Field(description="the error as a sentence, in your language")
    retry_after_s: int | None
    asked_by: PersonOut | None
    created_at: datetime
    finished_at: datetime | None


@router.get(PATH, response=AssistantOut)
def get_assistant(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """Return whether the project uses the assistant, and where texts are sent."""
    return _settings(membership_of(request.user, project_id).project)


@router.patch(PATH, response=AssistantOut)
def change_assistant(request: SignedInRequest, project_id: int, change: AssistantPatch) -> dict[str, object]:
    """Allow the assistant or turn it off. Admins only."""
    project = membership_of(request.user, project_id, Role.ADMIN).project
    if not is_configured():
        raise InvalidField("is_allowed", _("This server has no assistant."), "not_configured")
    set_allowed(project, request.user, change.is_allowed)
    return _settings(project)


@router.post(f"{PATH}/summaries", response={202: SummaryOut})
def create_summary(request: SignedInRequest, project_id: int, summary: SummaryIn) -> Status:
    """Ask for a summary in your language, or return the one about the same that is being written."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    return Status(202, _shown(request_summary(project, request.user, _subject(project, request.user, summary))))


@router.get(f"{PATH}/summaries/{{int:request_id}}", response=SummaryOut)
def get_summary(request: SignedInRequest, project_id: int, request_id: int) -> dict[str, object]:
    """Return a summary, finished or not. Viewers read finished ones."""
    membership: Membership = membership_of(request.user, project_id)
    found = request_of(membership.project, request_id)
    is_visible = found and found.kind == AssistantRequest.Kind.SUMMARY
    if not found or not is_visible or not (found.state == found.State.DONE or membership.may(Role.MANAGER)):
        raise Http404
    return _shown(found)


def _subject(project: Project, user: User, summary: SummaryIn) -> Subject:
    if (summary.filter is None) == (summary.incident_id is None):
        raise InvalidField("filter", _("Send either a filter or an incident."), "one_of")
    if summary.incident_id is not None:
        incident = leads_of(project).filter(pk=summary.incident_id).first()
        if incident is None:
            raise InvalidField("incident_id", _("This project has no such incident."), "not_found")
        return subject_of_incident(incident)
    params = QueryDict(summary.filter)
    f = MentionFilter.from_query(project, params, timezone.now(), user.zone, person_id=user.pk)
    if f.problems:
        raise InvalidField("filter", str(f.problems[0].message), "invalid")
    return subject_of_filter(f)


def _settings(project: Project) -> dict[str, object]:
    return {
        "is_configured": is_configured(),
        "is_allowed": is_allowed(project),
        "host": shown_host(),
        "model": endpoint().model,
    }


def _shown(found: AssistantRequest) -> dict[str, object]:
    result = found.result
    sentences = shown_sentences(found) if found.state == found.State.DONE else []
    return {
        "id": found.pk,
        "state": found.state,
        "sentences": [{"text": one.text, "mentions": [cited.mention_id for cited in one.cited]} for one in sentences],
        "sent": result.get("sent", 0),
        "total": result.get("total", 0),
        "since": result.get("since"),
        "until": result.get("until"),
        "model": found.model,
        "error": found.error,
        "message": error_text(found.error, found.retry_after_s),
        "retry_after_s": found.retry_after_s,
        "asked_by": found.user,
        "created_at": found.created_at,
        "finished_at": found.finished_at,
    }
