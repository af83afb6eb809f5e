"""The outage history of a source: from when to when it could be read, and from when to when it failed, and why."""

from django.db import models
from django.db.models import Q

from monitoring.models.sources import Source


class SourcePeriod(models.Model):
    """A time during which a source was working or failing with one error. Times are UTC; the current one has no end.

    Written by polling/periods.py in the transaction of the poll that changes the state, and ended by people who pause
    the source. While a source is paused, it has no period. ingest/retention.py deletes ended periods after 13 months.
    """

    class State(models.TextChoices):
        WORKING = "working"
        FAILING = "failing"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="periods")
    state = models.CharField(max_length=10, choices=State)
    error_code = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=Q(ended_at__isnull=True), name="one_current_period_per_source"
            ),
            models.CheckConstraint(condition=Q(state__in=["working", "failing"]), name="source_period_state_known"),
        ]
        indexes = [models.Index(fields=["source", "started_at"], name="source_period_by_start")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.state} {self.started_at}"
