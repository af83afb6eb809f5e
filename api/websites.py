"""The API's website figures: the connected websites, and totals, days and breakdowns of one.

Members read; websites are connected on their page. Mounted by api/app.py, which authenticates callers and turns
exceptions into problem bodies.
"""

from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from website import figures
from website.connecting import websites_of
from website.messages import error_text
from website.models import Website
from website.readers.base import Dimension

router = Router(tags=["website"])
MAX_DAYS = 800
USUAL_DAYS = 28
TOP = 50


class WebsiteError(Schema):
    code: str
    message: str
    since: datetime


class WebsiteOut(Schema):
    id: int
    name: str
    provider: str = Field(description="`google_analytics`, `matomo` or `plausible`")
    zone: str = Field(description="the time zone of its days")
    read_from: date | None
    read_until: date | None
    last_read_at: datetime | None
    error: WebsiteError | None


class TotalsOut(Schema):
    days: int
    sessions: int
    users: float = Field(description="mean per day: a person counts again on each day")
    new_users: int | None = Field(description="null if the provider gives none")
    social_sessions: int
    key_events: int
    conversion_rate: float | None = Field(description="percent of the sessions, for Plausible of the visitors")
    is_thresholded: bool = Field(description="the provider leaves out figures of few people")


class WebsiteDayOut(Schema):
    day: date
    sessions: int
    users: int
    new_users: int | None
    social_sessions: int
    key_events: int


class ValueOut(Schema):
    value: str
    detail: str = Field(description="the medium of a source, the content of a campaign")
    count: int


class BreakdownOut(Schema):
    dimension: str = Field(description="`source`, `landing_page`, `key_event`, `search_term` or `campaign`")
    total: int
    rest: int = Field(description="what all other values have together")
    values: list[ValueOut]


class FiguresOut(Schema):
    since: date
    until: date
    totals: TotalsOut
    days: list[WebsiteDayOut]
    breakdowns: list[BreakdownOut]


class DayParameters(Schema):
    since: date | None = Field(None, description="the first day; by default 28 days in all")
    until: date | None = Field(None, description="the last day; by default the last one that was read")


@router.get("/projects/{int:project_id}/websites", response=list[WebsiteOut])
def list_websites(request: SignedInRequest, project_id: int) -> list[dict[str, object]]:
    """Return the connected websites, in the order of connection."""
    return [_website(one) for one in websites_of(membership_of(request.user, project_id).project)]


@router.get("/projects/{int:project_id}/websites/{int:website_id}/figures", response=FiguresOut)
def get_website_figures(
    request: SignedInRequest, project_id: int, website_id: int, days: Query[DayParameters]
) -> dict[str, object]:
    """Return the figures of a website between two days of its time zone; days that were not read are left out."""
    project = membership_of(request.user, project_id).project
    website = get_object_or_404(websites_of(project), pk=website_id)
    until = days.until or website.read_until or date.today()
    since = days.since or until - timedelta(days=USUAL_DAYS - 1)
    if since > until or (until - since).days >= MAX_DAYS:
        message = _("Up to %(days)s days are returned, and the last one must not be before the first.")
        raise ValidationError({"until": ValidationError(message % {"days": MAX_DAYS}, code="days")})
    rows = figures.days_of(website, since, until)
    return {
        "since": since,
        "until": until,
        "totals": asdict(figures.totals(website, rows)),
        "days": rows,
        "breakdowns": [_breakdown(website, dimension, since, until) for dimension in Dimension],
    }


def _website(website: Website) -> dict[str, object]:
    error = None
    if website.error_code:
        message = error_text(website.provider, website.error_code)
        error = {"code": website.error_code, "message": message, "since": website.failing_since}
    return {
        "id": website.pk,
        "name": website.name,
        "provider": website.provider,
        "zone": website.zone_name,
        "read_from": website.read_from,
        "read_until": website.read_until,
        "last_read_at": website.last_read_at,
        "error": error,
    }


def _breakdown(website: Website, dimension: Dimension, since: date, until: date) -> dict[str, object]:
    found = figures.top(website, dimension, since, until, TOP)
    values = [{"value": row.value, "detail": row.detail, "count": row.count} for row in found.rows]
    return {"dimension": str(dimension), "total": found.total, "rest": found.rest, "values": values}
