"""Internal notes of a team about an item."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.models import Project, User
from monitoring.models import Document

MAX_TEXT = 5000  # characters


class Note(models.Model):
    """An internal note about a document. Times are UTC.

    `text` names members as `@{ID}` (accounts/named_members.py), and `mentioned` has their ids. A deleted note keeps
    its author and time, without text. `version` rises with every change: each change names the version that was seen.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="notes")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="notes", db_index=False)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    mentioned = ArrayField(models.BigIntegerField(), default=list)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["document", "id"], name="note_by_document")]

    def __str__(self) -> str:
        return f"note {self.pk} about {self.document_id}"
