"""A bulk change: one change of all items that a filter finds, made in the background, and its progress."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Project, User


class BulkChange(models.Model):
    """An operation of triage on all items of a list, in batches whose progress is stored with them.

    `query` is the filter with fixed bounds of its period, in UTC; mentions with ids above `last_mention_id` were
    stored later and are left alone. `operation` is the name of a class in monitoring/services/triage_operations.py,
    `values` its fields. `total` is the number of documents at the start, `seen` those read since, `changed` those that
    the operation changed; `cursor` is the position in the list, "" before the first batch. Each batch is an entry of
    the activity log, in `entry_ids`. Undoing takes the entries back from the last one: `undone_entries` are done, and
    restored `restored` documents. It is stopped if its filter or its operation cannot be used any more.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"
        UNDOING = "undoing"
        UNDONE = "undone"

    UNFINISHED = (State.RUNNING, State.UNDOING)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="bulk_changes")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    query = models.TextField()
    last_mention_id = models.BigIntegerField()
    operation = models.CharField(max_length=20)
    values = models.JSONField()
    total = models.PositiveIntegerField()
    seen = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    restored = models.PositiveIntegerField(default=0)
    cursor = models.CharField(max_length=60, blank=True)
    entry_ids = ArrayField(models.BigIntegerField(), default=list)
    undone_entries = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "done", "stopped", "undoing", "undone"]),
                name="bulk_change_state_known",
            )
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["running", "undoing"]), name="bulk_change_unfinished")
        ]

    def __str__(self) -> str:
        return f"{self.operation} of {self.total} mentions"
