"""The form that plans an issue: a day and a time on the clock of the person. Used by dashboards/views/."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboards.forms.posts import DayInput, TimeInput
from workplace.calendar.wall_clock import WallClock
from workplace.models import CollectionIssue

DEFAULT_TIME = time(9)


class PlanForm(forms.Form):
    """When an issue is published, and whether it is emailed then."""

    day = forms.DateField(label=_("Date"), widget=DayInput(format="%Y-%m-%d"))
    at = forms.TimeField(label=_("Time"), widget=TimeInput(format="%H:%M"), initial=DEFAULT_TIME)
    sends = forms.BooleanField(label=_("Email it to the readers, too"), required=False)

    @classmethod
    def for_issue(cls, issue: CollectionIssue, zone: ZoneInfo, data: Any = None) -> "PlanForm":
        """Return the form with the present plan; a new one emails the issue, unless it was sent before."""
        form = cls(data, prefix="plan", initial={"sends": issue.send_requested_at is None})
        if issue.publish_at:
            local: datetime = issue.publish_at.astimezone(zone)
            form.initial.update(day=local.date(), at=local.time(), sends=issue.sends)
        if issue.send_requested_at:
            del form.fields["sends"]
        return form

    def clock(self, zone: ZoneInfo) -> WallClock:
        return WallClock(self.cleaned_data["day"], self.cleaned_data["at"], zone)

    def add_errors(self, errors: dict[str, list[str]]) -> None:
        """Show errors of the service: those that are about the issue come before the fields."""
        for name, texts in errors.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)
