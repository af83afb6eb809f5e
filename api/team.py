"""The API's team activity: what was done in a week. Mounted by api/app.py, which authenticates callers and turns
exceptions into problem bodies.
"""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role, User
from api.problems import InvalidField
from monitoring.insights.periods import FIRST_YEAR, LAST_YEAR
from monitoring.insights.time_limit import time_limit
from workplace.team_habits import KINDS, habits, week_of

router = Router(tags=["team"])


class CountsOut(Schema):
    replies: int = Field(description="first replies to items")
    decisions: int = Field(description="items whose status, assignee, tags or sentiment somebody changed")
    notes: int
    greetings: int = Field(description="times that authors were greeted")
    incidents: int = Field(description="incidents acknowledged, resolved or commented on, each time")
    posts: int = Field(description="published posts, by their owner")


class PersonCountsOut(CountsOut):
    user_id: int
    name: str


class TeamOut(Schema):
    """The counts from Monday `since` (included) to `until` (not included), in your time zone."""

    since: datetime
    until: datetime
    team: CountsOut
    people: list[PersonCountsOut] = Field(description="you; for admins, every member by name")


@router.get("/projects/{int:project_id}/team", response=TeamOut)
@time_limit()
def get_team(request: SignedInRequest, project_id: int, week: date | None = None) -> dict[str, object]:
    """Return the counts of the week that contains the day `week`, by default of this one."""
    membership = membership_of(request.user, project_id)
    if week and not FIRST_YEAR <= week.year < LAST_YEAR:
        raise InvalidField("week", _("Enter a date from 1970 to 2998."), "invalid")
    zone = request.user.zone
    chosen = week_of(week or timezone.now().astimezone(zone).date(), zone)
    found = habits(membership.project, chosen)
    people = User.objects.filter(memberships__project=project_id).order_by("first_name", "email")
    if not membership.may(Role.ADMIN):
        people = people.filter(pk=request.user.pk)
    return {
        "since": chosen.since,
        "until": chosen.until,
        "team": {kind: found.total[kind] for kind in KINDS},
        "people": [
            {"user_id": one.pk, "name": one.name, **{kind: found.of(one)[kind] for kind in KINDS}} for one in people
        ],
    }
