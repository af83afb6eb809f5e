"""The API's incidents: list, read, acknowledge, assign, comment, tasks, resolve, rate, the log, and the PDF.

Members read, managers change them through alerts/incident_people.py. Mounted by api/app.py, which authenticates
callers and turns exceptions into problem bodies.
"""

from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Project, Role
from alerts import incident_people, incidents
from alerts.incident_counts import counts_of
from alerts.incident_list import incident_page, leads_of
from alerts.incident_log import MAX_WRITTEN
from alerts.incident_messages import headline, sentence_at_opening
from alerts.incident_models import IncidentTask
from alerts.incident_timeline import Line
from alerts.incident_view import IncidentView
from alerts.models import Incident
from alerts.playbooks import playbook_of, statements_of
from api.problems import InvalidField, InvalidRequest, unknown_parameters
from api.schemas import UNSET, Body, Id, Items, PersonOut, Text
from monitoring.insights import cursors
from monitoring.insights.theme_rise import ThemeRise
from reports.incident_report import incident_pdf

router = Router(tags=["incidents"])
PATH = "/projects/{int:project_id}/incidents/{int:incident_id}"
MAX_SIZE = 100


class IncidentOut(Schema):
    id: int
    title: str = Field(description="its number as a phrase, in your language")
    severity: Literal["moderate", "high", "critical"]
    state: Literal["open", "acknowledged", "resolved"]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: PersonOut | None = Field(description="null if it resolved automatically")
    acknowledged_at: datetime | None
    acknowledged_by: PersonOut | None
    assignee: PersonOut | None
    usefulness: Literal["", "useful", "false_alarm"]
    value: int = Field(description="the count that triggered the rule")
    baseline: int
    count: int = Field(description="that of the list behind the peak, counted now")
    peak: int = Field(description="the peak as Vigie counted it at that time")
    peak_at: datetime | None


class IncidentPageOut(Schema):
    items: list[IncidentOut]
    next: str | None = Field(description="the URL of the next page")


class IncidentRuleOut(Schema):
    rule_id: int
    sentence: str = Field(description="the rule as it was at opening")
    count: int


class TaskOut(Schema):
    id: int
    title: str
    assignee: PersonOut | None
    done_at: datetime | None
    done_by: PersonOut | None


class FirstItemOut(Schema):
    mention_id: int
    title: str
    author: str
    published: datetime


class ThemeRiseOut(Schema):
    id: int
    name: str = Field(description="in your language")
    count: int = Field(description="mentions of the theme in the time window of the peak")
    before: int = Field(description="in the time window before")
    total: int = Field(description="all mentions in the time window of the peak")


class EvidenceOut(Schema):
    items: int
    stories: int
    negative: int
    analyzed: int
    authors: int
    needs_reply: int
    replied: int
    first: FirstItemOut | None
    top_posts: list[int] = Field(description="mention IDs, most reactions first")
    terms: list[str]
    theme: ThemeRiseOut | None = Field(description="the theme that most of the rise is about")


class IncidentDetailsOut(IncidentOut):
    sentence: str
    rules: list[IncidentRuleOut]
    tasks: list[TaskOut]
    evidence: EvidenceOut


class LogLineOut(Schema):
    at: datetime
    title: str
    text: str
    person: str


class IncidentPatch(Body):
    assignee_id: Id | None = Field(UNSET, description="a manager or an admin; null for nobody")
    usefulness: Literal["useful", "false_alarm"] = UNSET


class CommentIn(Body):
    text: Text = Field(description="`@` and the name or email address of a member names them")


class TaskIn(Body):
    title: Text
    assignee_id: Id | None = None


class TaskPatch(Body):
    is_done: bool = UNSET
    assignee_id: Id | None = UNSET


@router.get("/projects/{int:project_id}/incidents", response=IncidentPageOut)
def list_incidents(
    request: SignedInRequest,
    project_id: int,
    state: Literal["", "open", "resolved"] = "",
    cursor: str = "",
    size: int = Query(50, ge=1, le=MAX_SIZE),
) -> dict[str, object]:
    """Return incidents, newest first, page by page. Rules that joined an incident are part of it."""
    project = membership_of(request.user, project_id).project
    if errors := unknown_parameters(request, ("state", "cursor", "size")):
        raise InvalidRequest(errors)
    if cursor and not cursors.is_cursor(cursor):
        raise InvalidField("cursor", _("Invalid cursor. Use the one returned with the previous page."), "invalid")
    page = incident_page(project, state, cursor, size)
    counts = counts_of(page.rows)
    following = urlencode({"state": state, "cursor": page.next_cursor, "size": size}) if page.next_cursor else ""
    return {
        "items": [_shown(incident, counts[incident.pk]) for incident in page.rows],
        "next": request.build_absolute_uri(f"{request.path}?{following}") if following else None,
    }


@router.get(PATH, response=IncidentDetailsOut)
def read_incident(request: SignedInRequest, project_id: int, incident_id: int) -> dict[str, object]:
    """Return an incident with its rules, its tasks and its evidence."""
    return _details(request, membership_of(request.user, project_id).project, incident_id)


@router.patch(PATH, response=IncidentDetailsOut)
def change_incident(
    request: SignedInRequest, project_id: int, incident_id: int, incident: IncidentPatch
) -> dict[str, object]:
    """Assign an incident to a manager or an admin, or to nobody, or rate it."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    found, changes = _incident(project, incident_id), incident.dict(exclude_unset=True)
    if "assignee_id" in changes:
        incident_people.assign(found, request.user, incident.assignee_id)
    if "usefulness" in changes:
        incident_people.rate(found, request.user, incident.usefulness)
    return _details(request, project, incident_id)


@router.post(f"{PATH}/acknowledge", response=IncidentDetailsOut)
def acknowledge_incident(request: SignedInRequest, project_id: int, incident_id: int) -> dict[str, object]:
    """Acknowledge an incident. If somebody has already, nothing changes."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    incident_people.acknowledge(_incident(project, incident_id), request.user)
    return _details(request, project, incident_id)


@router.post(f"{PATH}/resolve", response=IncidentDetailsOut)
def resolve_incident(request: SignedInRequest, project_id: int, incident_id: int) -> dict[str, object]:
    """Resolve an incident by hand. If it is resolved already, nothing changes."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    incidents.resolve(_incident(project, incident_id), request.user, timezone.now())
    return _details(request, project, incident_id)


@router.get(f"{PATH}/log", response=Items[LogLineOut])
def list_log(request: SignedInRequest, project_id: int, incident_id: int) -> dict[str, list[dict[str, object]]]:
    """Return the timeline of an incident, oldest first, in your language."""
    project = membership_of(request.user, project_id).project
    view = IncidentView(_incident(project, incident_id), timezone.now(), request.user.zone)
    return {"items": [_line(line) for line in view.timeline]}


@router.get(f"{PATH}/pdf", response={200: Any})
def get_incident_pdf(request: SignedInRequest, project_id: int, incident_id: int) -> HttpResponse:
    """Return the report of an incident with its whole log as a PDF, in your language and time zone."""
    project = membership_of(request.user, project_id).project
    with timezone.override(request.user.zone):
        view = IncidentView(_incident(project, incident_id), timezone.now(), request.user.zone, MAX_WRITTEN)
        content = incident_pdf(view, playbook_of(project), statements_of(project))
    disposition = f'attachment; filename="vigie-incident-{incident_id}.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})


@router.post(f"{PATH}/comments", response={201: LogLineOut})
def create_comment(request: SignedInRequest, project_id: int, incident_id: int, comment: CommentIn) -> Status:
    """Write a comment into the log. Members who are named in it get an email."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    found = _incident(project, incident_id)
    entry = incident_people.comment(found, request.user, comment.text)
    view = IncidentView(found, timezone.now(), request.user.zone)
    return Status(201, _line(view.line_of(entry)))


@router.post(f"{PATH}/tasks", response={201: TaskOut})
def create_task(request: SignedInRequest, project_id: int, incident_id: int, task: TaskIn) -> Status:
    """Add a task. The person who has it gets an email."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    found = _incident(project, incident_id)
    made = incident_people.add_task(found, request.user, task.title, task.assignee_id)
    return Status(201, _task(made))


@router.patch(f"{PATH}/tasks/{{int:task_id}}", response=TaskOut)
def change_task(
    request: SignedInRequest, project_id: int, incident_id: int, task_id: int, task: TaskPatch
) -> dict[str, object]:
    """Check or uncheck a task, or give it to a manager or an admin, or to nobody."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    tasks = IncidentTask.objects.select_related("incident__rule__project", "incident__rule__keyword")
    found = get_object_or_404(tasks, pk=task_id, incident=_incident(project, incident_id))
    changes = task.dict(exclude_unset=True)
    if "assignee_id" in changes:
        incident_people.assign_task(found, request.user, task.assignee_id)
    if "is_done" in changes:
        incident_people.set_task_done(found, request.user, task.is_done)
    return _task(IncidentTask.objects.select_related("assignee", "done_by").get(pk=task_id))


def _incident(project: Project, incident_id: int) -> Incident:
    return get_object_or_404(leads_of(project), pk=incident_id)


def _shown(incident: Incident, count: int) -> dict[str, object]:
    names = [name for name in IncidentOut.model_fields if name not in ("title", "state", "count")]
    return {
        **{name: getattr(incident, name) for name in names},
        "title": headline(incident, count),
        "state": "resolved" if incident.closed_at else "acknowledged" if incident.acknowledged_at else "open",
        "count": count,
    }


def _details(request: SignedInRequest, project: Project, incident_id: int) -> dict[str, object]:
    incident = _incident(project, incident_id)
    view = IncidentView(incident, timezone.now(), request.user.zone)
    first, counted = view.first, view.summary.tally
    return {
        **_shown(incident, view.count),
        "sentence": view.sentence,
        "rules": [
            {"rule_id": row.rule_id, "sentence": sentence_at_opening(row), "count": view.counts[row.pk]}
            for row in view.rows
        ],
        "tasks": [_task(task) for task in view.tasks],
        "evidence": {
            **{name: getattr(counted, name) for name in counted.__dataclass_fields__},
            "first": first
            and {
                "mention_id": first.pk,
                "title": first.document.title,
                "author": first.document.author,
                "published": first.published,
            },
            "top_posts": [row.mention.pk for row in view.top_posts],
            "terms": [term.word for term, _query in view.terms],
            "theme": view.theme and _theme(view.theme),
        },
    }


def _theme(rise: ThemeRise) -> dict[str, object]:
    counted = {"count": rise.count, "before": rise.before, "total": rise.total}
    return {"id": rise.theme.pk, "name": rise.name, **counted}


def _task(task: IncidentTask) -> dict[str, object]:
    return {name: getattr(task, name) for name in TaskOut.model_fields}


def _line(line: Line) -> dict[str, object]:
    return {"at": line.at, "title": line.title, "text": line.text, "person": line.person}
