"""A secret address under which calendar programs get the planned posts of a project."""

from django.db import models
from django.utils import timezone

from accounts.models import Project, User


class CalendarAddress(models.Model):
    """A person’s iCalendar feed of a project. Only the hash of its token is stored.

    `last_read_at` is exact to an hour. All times are UTC.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="calendar_addresses")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_read_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.project}"
