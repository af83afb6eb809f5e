"""Fetches that a person waits for: a source added by its URL, a page to explain, or the preview of a platform."""

import uuid

from django.db import models
from django.utils import timezone

from accounts.models import Project, User
from accounts.sealed_field import SealedField


class FetchRequest(models.Model):
    """One fetch for one person, done by a worker; its page shows the progress. Written by services/fetches.py.

    `parameters` is what the page needs to show the result. `result` has codes instead of sentences, whose language is
    that of the reader; the text of a page is deleted with the row. `url` has "…" for each password or token.
    `sealed` are the secrets of a preview, or the whole URL until it is fetched, encrypted. All times are UTC.
    """

    class Kind(models.TextChoices):
        SOURCE = "source"
        PAGE = "page"
        PLATFORM = "platform"

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    url = models.CharField(max_length=2000)
    parameters = models.JSONField(default=dict)
    sealed = SealedField(blank=True, db_default="")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(state="queued"),
                name="fetch_request_queued",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.url}"
