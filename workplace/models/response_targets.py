"""A project's response target: within how many working hours it replies."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, default_time_zone, validate_time_zone
from accounts.time_zones import zone_of
from workplace.holiday_calendars import HolidayCalendar
from workplace.working_hours import Span, WorkingHours

MAX_HOURS = 240  # 30 days of 8 hours: a longer target is probably a typing error
OFFICE_HOURS: Span = (9 * 60, 18 * 60)


def office_week() -> list[Span | None]:
    return [OFFICE_HOURS] * 5 + [None] * 2


class ResponseTarget(models.Model):
    """When items that need a reply are due: one row per project, made when it is first needed.

    Without `hours` (working hours) nothing is due. `week` has `[opens, closes]` in minutes after midnight of
    `time_zone`, or null, for each weekday from Monday. `calendar` is one of workplace/holiday_calendars.py.
    `escalate_after` (working hours after the due time) is null if nothing is escalated; `escalated_at` is when that
    happened last. From `changed_at` on, open items have due times to be recomputed. Times are UTC.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="response_target")
    hours = models.PositiveSmallIntegerField(_("target"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=default_time_zone, validators=[validate_time_zone]
    )
    week = models.JSONField(default=office_week)
    calendar = models.CharField(_("holidays"), max_length=10, blank=True, default="")
    escalate_after = models.PositiveSmallIntegerField(_("escalation"), null=True, blank=True)
    escalated_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hours=None) | Q(hours__range=(1, MAX_HOURS)), name="response_target_in_range"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.hours}"

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has set anything yet."""
        return not self.calendar and self.hours is None and self.escalate_after is None and self.week == office_week()

    @property
    def duration(self) -> timedelta | None:
        """The target as working time."""
        return timedelta(hours=self.hours) if self.hours else None

    @property
    def working_hours(self) -> WorkingHours:
        days = tuple(None if span is None else (span[0], span[1]) for span in self.week)
        return WorkingHours(days, zone_of(self.time_zone), HolidayCalendar(self.calendar))
