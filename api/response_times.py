"""The API's response times: how fast the team replied, in total, by platform and by person.

Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from dataclasses import asdict
from datetime import datetime

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.filters import read_filter
from api.schemas import FilterParameters
from monitoring.insights.time_limit import time_limit
from workplace import response_times
from workplace.response_times import ResponseTimes

router = Router(tags=["replies"])


class ResponseTimesOut(Schema):
    """Items by outcome. Times are working time of the project in seconds."""

    replied: int
    median_s: float | None = Field(description="median time to first response")
    within: int = Field(description="replied to within the target")
    late: int = Field(description="replied to after the target")
    overdue: int = Field(description="not replied to, past the target")
    waiting: int = Field(description="not replied to, not due yet")
    declined: int = Field(description="deliberately not replied to, with a reason")
    share: float | None = Field(description="within / (within + late + overdue)")


class PlatformTimes(ResponseTimesOut):
    platform: str


class PersonTimes(ResponseTimesOut):
    """`person` replied, else is the assignee; null if nobody is."""

    person: str | None


class WeekTimes(ResponseTimesOut):
    start: datetime = Field(description="Monday in your time zone; items count in the week of their publication")


class ReasonCount(Schema):
    reason: str
    count: int


class TeamTimes(Schema):
    total: ResponseTimesOut
    reasons: list[ReasonCount] = Field(description="why items were deliberately not replied to")
    weeks: list[WeekTimes]
    platforms: list[PlatformTimes]
    people: list[PersonTimes]


@router.get("/projects/{int:project_id}/response-times", response=TeamTimes)
@time_limit()
def get_response_times(
    request: SignedInRequest, project_id: int, filters: Query[FilterParameters]
) -> dict[str, object]:
    """Return response times of the items under the filter. Ignored items count unless `status` excludes them."""
    f, now = read_filter(request, membership_of(request.user, project_id).project, set()), timezone.now()
    platforms, people = response_times.by_platform(f, now), response_times.by_person(f, now)
    return {
        "total": _numbers(response_times.total(f, now)),
        "reasons": [{"reason": reason, "count": count} for reason, count in response_times.reasons(f).items()],
        "weeks": [{"start": start, **_numbers(one)} for start, one in response_times.by_week(f, now).items()],
        "platforms": [{"platform": platform, **_numbers(one)} for platform, one in platforms.items()],
        "people": [{"person": person and person.name, **_numbers(one)} for person, one in people.items()],
    }


def _numbers(times: ResponseTimes) -> dict[str, object]:
    return {**asdict(times), "share": times.share}
