"""The API's goals, their figures, and annotations.

Members read, managers write through workplace/goals/changes.py. Mounted by api/app.py, which authenticates callers and
turns exceptions into problem bodies.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Membership, Project, Role, User
from api.problems import InvalidField
from api.schemas import UNSET, Body, Items, Text
from monitoring.models import Keyword
from workplace.goals import changes
from workplace.goals.metrics.registry import METRICS
from workplace.goals.words import pace_words
from workplace.models import Goal
from workplace.own_accounts import counted_accounts

router = Router(tags=["goals"])

if TYPE_CHECKING:
    MetricName = str  # mypy accepts no Literal of computed values
else:
    MetricName = Literal[tuple(METRICS)]


class GoalPatch(Body):
    """`growth` sets the target to the baseline changed by so many percent."""

    name: Text = UNSET
    metric: MetricName = UNSET
    keyword_id: int | None = UNSET
    account_id: int | None = UNSET
    query: Text = UNSET
    target: float = UNSET
    growth: float | None = UNSET
    baseline: float | None = UNSET
    is_lower_better: bool = UNSET
    unit: Text = UNSET
    is_sum: bool = UNSET
    starts_on: date = UNSET
    ends_on: date = UNSET
    owner_id: int | None = UNSET


class GoalIn(GoalPatch):
    name: Text
    metric: MetricName
    starts_on: date
    ends_on: date


class ForecastOut(Schema):
    middle: float
    low: float
    high: float


class PointOut(Schema):
    day: date
    value: float | None


class GoalOut(Schema):
    """Percentages are 0 to 100, times in seconds. `value` is null where too little is known."""

    id: int
    name: str
    metric: str
    keyword_id: int | None
    account_id: int | None = Field(description="the own account whose followers it measures")
    query: str
    target: float
    baseline: float | None
    is_lower_better: bool
    unit: str
    is_sum: bool
    starts_on: date
    ends_on: date
    time_zone: str
    owner_id: int | None
    status: str
    through: date | None = Field(description="the last day that is measured")
    value: float | None
    expected: float | None = Field(description="where the goal should be by that day")
    forecast: ForecastOut | None = Field(description="of the last day, if it goes on as before")
    reached_on: date | None = Field(description="when the target is reached at this pace")
    needed: float | None = Field(description="of a sum: per remaining day")
    points: list[PointOut]
    sentence: str = Field(description="what the pace means, in your language")
    read_at: datetime | None


class FigureIn(Body):
    day: date
    value: float | None = Field(description="null deletes the figure of the day")


class FiguresIn(Body):
    figures: list[FigureIn] = Field(min_length=1, max_length=changes.MAX_FIGURES)


class AnnotationIn(Body):
    text: Text
    starts_on: date
    ends_on: date | None = None


class AnnotationOut(Schema):
    id: int
    text: str
    starts_on: date
    ends_on: date


@router.get("/projects/{int:project_id}/goals", response=Items[GoalOut])
def list_goals(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List the goals by their last day."""
    project = membership_of(request.user, project_id).project
    return {"items": [_out(goal) for goal in project.goals.order_by("ends_on", "pk")]}


@router.post("/projects/{int:project_id}/goals", response={201: GoalOut})
def create_goal(request: SignedInRequest, project_id: int, goal: GoalIn) -> Status:
    """Create a goal and measure it. Send `target`, or `growth` in percent of the measured baseline."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    values = _values(project, goal)
    if values.get("growth") is None and "target" not in values:
        raise InvalidField("target", _("Send a target, or a growth."), "required")
    return Status(201, _out(changes.create_goal(project, request.user, timezone.now(), **values)))


@router.get("/projects/{int:project_id}/goals/{int:goal_id}", response=GoalOut)
def get_goal(request: SignedInRequest, project_id: int, goal_id: int) -> dict[str, object]:
    return _out(_goal_of(membership_of(request.user, project_id).project, goal_id))


@router.patch("/projects/{int:project_id}/goals/{int:goal_id}", response=GoalOut)
def change_goal(request: SignedInRequest, project_id: int, goal_id: int, goal: GoalPatch) -> dict[str, object]:
    """Change the fields that are sent, and measure the goal."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    found = _goal_of(project, goal_id)
    return _out(changes.change_goal(found, request.user, timezone.now(), **_values(project, goal)))


@router.delete("/projects/{int:project_id}/goals/{int:goal_id}", response={204: None})
def delete_goal(request: SignedInRequest, project_id: int, goal_id: int) -> Status:
    """Delete a goal with the figures that people entered for it."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    changes.delete_goal(_goal_of(project, goal_id), request.user)
    return Status(204, None)


@router.put("/projects/{int:project_id}/goals/{int:goal_id}/figures", response=GoalOut)
def enter_figures(request: SignedInRequest, project_id: int, goal_id: int, body: FiguresIn) -> dict[str, object]:
    """Enter figures of a goal with the metric `manual`; those of the same days are replaced."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    figures = {one.day: one.value for one in body.figures}
    changes.enter_figures(_goal_of(project, goal_id), request.user, figures, timezone.now())
    return _out(_goal_of(project, goal_id))


@router.get("/projects/{int:project_id}/annotations", response=Items[AnnotationOut])
def list_annotations(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """List the annotations of the charts, at most 500, the latest first."""
    project = membership_of(request.user, project_id).project
    return {"items": list(project.annotations.order_by("-starts_on", "-pk"))}


@router.post("/projects/{int:project_id}/annotations", response={201: AnnotationOut})
def create_annotation(request: SignedInRequest, project_id: int, note: AnnotationIn) -> Status:
    """Annotate a day of the charts, or several."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    return Status(201, changes.annotate(project, request.user, note.text, note.starts_on, note.ends_on))


@router.delete("/projects/{int:project_id}/annotations/{int:annotation_id}", response={204: None})
def delete_annotation(request: SignedInRequest, project_id: int, annotation_id: int) -> Status:
    project = membership_of(request.user, project_id, Role.MANAGER).project
    note = project.annotations.select_related("project").filter(pk=annotation_id).first()
    if note is None:
        raise Http404
    changes.delete_annotation(note, request.user)
    return Status(204, None)


def _values(project: Project, body: GoalPatch) -> dict[str, Any]:
    """Return the fields that were sent as changes.py takes them.

    Raises InvalidField for an unknown keyword, account or owner.
    """
    values = body.dict(exclude_unset=True)
    for name, rows in (
        ("keyword", Keyword.objects.filter(project=project)),
        ("account", counted_accounts(project.pk)),
        ("owner", User.objects.filter(pk__in=Membership.objects.filter(project=project).values("user"))),
    ):
        if f"{name}_id" in values:
            pk = values.pop(f"{name}_id")
            values[name] = None if pk is None else rows.filter(pk=pk).first()
            if pk is not None and values[name] is None:
                raise InvalidField(f"{name}_id", _("Not found in this project."), "invalid")
    return values


def _out(goal: Goal) -> dict[str, object]:
    reading: dict[str, Any] = goal.reading
    measured = ("through", "value", "expected", "forecast", "reached_on", "needed")
    names = (name for name in GoalOut.model_fields if name not in (*measured, "points", "sentence"))
    return {
        **{name: getattr(goal, name) for name in names},
        **{name: reading.get(name) for name in measured},
        "points": [{"day": day, "value": value} for day, value in reading.get("points", [])],
        "sentence": pace_words(goal),
    }


def _goal_of(project: Project, goal_id: int) -> Goal:
    goal = project.goals.select_related("project").filter(pk=goal_id).first()
    if goal is None:
        raise Http404
    return goal
