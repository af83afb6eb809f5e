"""The API's own accounts with their followers by day. Mounted by api/app.py, which authenticates callers."""

from datetime import date, timedelta

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.schemas import Items
from workplace.own_accounts import counts_between, shown_accounts

router = Router(tags=["goals"])

MAX_DAYS = 731


class FollowerCountOut(Schema):
    day: date = Field(description="in UTC")
    followers: int


class OwnAccountOut(Schema):
    id: int
    platform: str
    name: str
    is_connected: bool
    error: str = Field(description="code of why it could not be counted, empty if it could")
    counts: list[FollowerCountOut] = Field(description="by day, from older to newer; a day without a count is missing")


@router.get("/projects/{int:project_id}/followers", response=Items[OwnAccountOut])
def list_followers(
    request: SignedInRequest, project_id: int, days: int = Query(90, ge=1, le=MAX_DAYS)
) -> dict[str, object]:
    """List the own accounts of the project, with their followers of the last days."""
    project = membership_of(request.user, project_id).project
    accounts, today = list(shown_accounts(project.pk)), timezone.now().date()
    counts = counts_between([one.pk for one in accounts], today - timedelta(days=days - 1), today)
    return {
        "items": [
            {
                "id": one.pk,
                "platform": one.platform,
                "name": str(one),
                "is_connected": one.credential_id is not None,
                "error": one.error_code,
                "counts": [{"day": day, "followers": number} for day, number in counts[one.pk].items()],
            }
            for one in accounts
        ]
    }
