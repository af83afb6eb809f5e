"""The API's quiet hours: those of the caller, in which alerts wait.

Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime, time

from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest
from alerts import quiet_hours
from api.problems import InvalidField
from api.schemas import Body, Text

router = Router(tags=["quiet hours"])
PATH = "/quiet-hours"


class QuietHoursIn(Body):
    start: Text | None = Field(description="`HH:MM` in your time zone; null with a null `end` for none")
    end: Text | None = Field(description="`HH:MM`; before `start`, it is that of the next day")
    weekends: bool = Field(False, description="also all day on Saturdays and Sundays")


class QuietHoursOut(Schema):
    start: str | None
    end: str | None
    weekends: bool
    time_zone: str


@router.get(PATH, response=QuietHoursOut)
def get_quiet_hours(request: SignedInRequest) -> dict[str, object]:
    """Return your quiet hours; `start` and `end` are null, and `weekends` is false, if you have none."""
    start, end, weekends = quiet_hours.hours_of(request.user)
    shown = {name: at and f"{at:%H:%M}" for name, at in (("start", start), ("end", end))}
    return {**shown, "weekends": weekends, "time_zone": request.user.time_zone}


@router.put(PATH, response=QuietHoursOut)
def change_quiet_hours(request: SignedInRequest, hours: QuietHoursIn) -> dict[str, object]:
    """Replace your quiet hours. Alerts of critical rules don’t wait."""
    start, end = _time("start", hours.start), _time("end", hours.end)
    quiet_hours.set_hours(request.user, start, end, weekends=hours.weekends)
    return get_quiet_hours(request)


@router.delete(PATH, response={204: None})
def delete_quiet_hours(request: SignedInRequest) -> Status:
    """Delete your quiet hours. What waits is sent within minutes."""
    quiet_hours.set_hours(request.user, None, None, weekends=False)
    return Status(204, None)


def _time(field: str, text: str | None) -> time | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise InvalidField(field, _("Enter hours and minutes, such as 22:00."), "invalid") from None
