"""The API's response target: within how many working hours a project replies, and what its working hours are.

Members read, admins change it through workplace/response_targets.py. Mounted by api/app.py, which authenticates
callers and turns exceptions into problem bodies.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.core.exceptions import ValidationError
from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Project, Role, validate_time_zone
from api.problems import InvalidField
from api.schemas import UNSET, Body, Text
from workplace.holiday_calendars import CODES
from workplace.models.response_targets import MAX_HOURS
from workplace.response_targets import check_week, set_target, target_of
from workplace.working_hours import DAY_MINUTES

router = Router(tags=["replies"])
PATH = "/projects/{int:project_id}/response-target"
Hours = Annotated[int, Field(ge=1, le=MAX_HOURS)]
Clock = Annotated[Text, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]

if TYPE_CHECKING:
    Calendar = str  # mypy accepts no Literal of computed values
else:
    Calendar = Literal[CODES]


class DayIn(Body):
    opens: Clock
    closes: Clock = Field(description='"24:00" is the end of the day')


class ResponseTargetPatch(Body):
    hours: Hours | None = Field(None, description="working hours; null: nothing is due")
    time_zone: Text = UNSET
    week: Annotated[list[DayIn | None], Field(min_length=7, max_length=7)] = Field(
        UNSET, description="the working hours of each weekday from Monday, null for a day off"
    )
    calendar: Calendar = Field(UNSET, description='whose public holidays are no working time; "" for none')
    escalate_after: Annotated[int, Field(ge=0, le=MAX_HOURS)] | None = Field(
        None, description="working hours after the due time, null for no escalation"
    )


class DayOut(Schema):
    opens: str
    closes: str


class ResponseTargetOut(Schema):
    hours: int | None
    time_zone: str
    week: list[DayOut | None]
    calendar: str
    escalate_after: int | None


@router.get(PATH, response=ResponseTargetOut)
def get_response_target(request: SignedInRequest, project_id: int) -> dict[str, Any]:
    """Return the response target. Without `hours`, nothing is due."""
    return _shown(membership_of(request.user, project_id).project)


@router.patch(PATH, response=ResponseTargetOut)
def change_response_target(request: SignedInRequest, project_id: int, target: ResponseTargetPatch) -> dict[str, Any]:
    """Change the fields that are sent. Admins only. Open items are due as the new target says."""
    project = membership_of(request.user, project_id, Role.ADMIN).project
    values = target.dict(exclude_unset=True)
    if "time_zone" in values:
        try:
            validate_time_zone(values["time_zone"])
        except ValidationError as error:
            raise InvalidField("time_zone", " ".join(error.messages), "invalid") from None
    if "week" in values:
        values["week"] = _week(target.week)
    set_target(project, request.user, **values)
    return _shown(project)


def _week(days: list[DayIn | None]) -> list[list[int] | None]:
    """Return the minutes of the days. Raises InvalidField for a day that is too short, or a week without any."""
    week = [[_minutes(day.opens), _minutes(day.closes)] if day else None for day in days]
    for weekday, problem in check_week(week).items():
        raise InvalidField("week" if weekday is None else f"week.{weekday}.closes", problem, "invalid")
    return week


def _shown(project: Project) -> dict[str, Any]:
    target = target_of(project)
    names = ("hours", "time_zone", "calendar", "escalate_after")
    week = [span and {"opens": _clock(span[0]), "closes": _clock(span[1])} for span in target.week]
    return {**{name: getattr(target, name) for name in names}, "week": week}


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return min(int(hours) * 60 + int(minutes), DAY_MINUTES)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
