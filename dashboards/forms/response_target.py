"""The form of a project's response target. Used by dashboards/views/response_settings.py."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import TimeZoneField
from workplace.holiday_calendars import CODES, calendar_name
from workplace.models import ResponseTarget
from workplace.models.response_targets import MAX_HOURS
from workplace.response_targets import check_week
from workplace.working_hours import DAY_MINUTES


def calendar_choices() -> list[tuple[str, str]]:
    return [(code, calendar_name(code)) for code in CODES]


class ResponseTargetForm(forms.Form):
    """The fields of a ResponseTarget, with two times per weekday; `values()` has those to store."""

    hours = forms.IntegerField(
        label=gettext_lazy("Target (working hours)"),
        help_text=gettext_lazy("From when an item was found to the first reply. Leave empty for no target."),
        min_value=1,
        max_value=MAX_HOURS,
        required=False,
    )
    time_zone = TimeZoneField()
    calendar = forms.ChoiceField(
        label=gettext_lazy("Holidays"),
        choices=calendar_choices,
        required=False,
        help_text=gettext_lazy("Public holidays are not working time."),
    )
    escalate_after = forms.IntegerField(
        label=gettext_lazy("Escalation (working hours)"),
        help_text=gettext_lazy(
            "Managers and admins get an email about items that are overdue by this much and assigned to nobody. "
            "0 escalates when they are due. Leave empty for no escalation."
        ),
        min_value=0,
        max_value=MAX_HOURS,
        required=False,
    )

    def __init__(self, data: Mapping[str, Any] | None, *, target: ResponseTarget, may_change: bool) -> None:
        stored = {name: getattr(target, name) for name in ("hours", "time_zone", "calendar", "escalate_after")}
        times = {}
        for weekday, span in enumerate(target.week):
            for name, minutes in zip(_names(weekday), span or (None, None), strict=True):
                times[name] = None if minutes is None else _time(minutes)
        super().__init__(data, initial=stored | times)
        for weekday, day in WEEKDAYS.items():
            labels = _("%(day)s from"), _("%(day)s until")
            for name, label in zip(_names(weekday), labels, strict=True):
                self.fields[name] = forms.TimeField(
                    label=label % {"day": capfirst(str(day))},
                    required=False,
                    widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
                )
        for field in self.fields.values():
            field.disabled = not may_change

    def days(self) -> list[tuple[str, list[BoundField]]]:
        """Return each weekday with its two fields, for the template."""
        return [(capfirst(str(day)), [self[name] for name in _names(number)]) for number, day in WEEKDAYS.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["week"] = [self._span(weekday, data) for weekday in WEEKDAYS]
        for weekday, problem in check_week(data["week"]).items():
            if weekday is not None:
                self.add_error(_names(weekday)[1], problem)
            elif not self.errors:
                self.add_error(None, problem)
        return data

    def values(self) -> dict[str, object]:
        """Return the fields of the ResponseTarget."""
        return {name: self.cleaned_data[name] for name in ("hours", "time_zone", "calendar", "escalate_after", "week")}

    def _span(self, weekday: int, data: dict[str, Any]) -> list[int] | None:
        start, end = _names(weekday)
        opens, closes = data.get(start), data.get(end)
        if opens is None and closes is None:
            return None
        if opens is None or closes is None:
            self.add_error(end if closes is None else start, _("Enter both times, or neither on days off."))
            return None
        return [_minutes(opens), _minutes(closes) or DAY_MINUTES]


def _names(weekday: int) -> tuple[str, str]:
    return f"from_{weekday}", f"until_{weekday}"


def _minutes(value: time) -> int:
    return value.hour * 60 + value.minute


def _time(minutes: int) -> time:
    """Return a time of day; the end of the day is midnight."""
    return time(*divmod(minutes % DAY_MINUTES, 60))
