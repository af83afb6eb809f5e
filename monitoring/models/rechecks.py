"""The checks of a stored item: when it is looked up again, and how its counts developed."""

from django.db import models

from monitoring.models.documents import Document
from monitoring.models.sources import Source


class Recheck(models.Model):
    """The next check of an item whose platform can look it up by `recheck_id`. Feeds have no rows here.

    `source` is whose account looks it up, null after the last source of the platform is deleted. `due_at` is null if
    nothing is due; monitoring/platforms/rechecks.py computes it. `read_at` is when the copy was last read,
    `missing_since` when a check first said that it is deleted and another one has to confirm it. Times are UTC. The
    row is deleted when the item is: its id may name the author.
    """

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="recheck")
    source = models.ForeignKey(
        Source, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    recheck_id = models.TextField()
    due_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField()
    missing_since = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["source", "due_at"], name="recheck_by_source")]

    def __str__(self) -> str:
        return f"{self.document_id} due {self.due_at}"


class EngagementPoint(models.Model):
    """The counts of an item at a time (UTC), from the first reading on; null where unknown."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="points", db_index=False)
    at = models.DateTimeField()
    likes = models.IntegerField(null=True)
    replies = models.IntegerField(null=True)
    shares = models.IntegerField(null=True)
    views = models.IntegerField(null=True)
    engagement = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["document", "at"], name="engagement_by_document")]

    def __str__(self) -> str:
        return f"{self.document_id} at {self.at}"
