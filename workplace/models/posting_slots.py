"""A weekly time at which a project publishes on a platform."""

from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, validate_time_zone
from accounts.time_zones import zone_of
from workplace.calendar.slots import Slot
from workplace.calendar.text_limits import PLATFORMS


class PostingSlot(models.Model):
    """A slot; `weekday` is 0 on Monday, `at` is the wall clock of `time_zone`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="posting_slots", db_index=False)
    platform = models.CharField(_("platform"), max_length=12)
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    at = models.TimeField(_("time"))
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "platform", "weekday", "at"], name="one_slot_per_time"),
            models.CheckConstraint(condition=Q(platform__in=PLATFORMS, weekday__lte=6), name="posting_slot_known"),
        ]

    def __str__(self) -> str:
        return f"{self.platform}: {self.weekday}, {self.at}"

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.time_zone)

    @property
    def slot(self) -> Slot:
        return Slot(self.platform, self.weekday, self.at, self.zone)
