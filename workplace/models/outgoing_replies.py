"""The outbox of replies: one row per attempt of a person to publish a draft on its platform."""

from django.db import models
from django.db.models import Q

from accounts.models import Project
from monitoring.models import Document
from workplace.models.drafts import Draft
from workplace.models.outgoing import Outgoing


class OutgoingReply(Outgoing):
    """A reply that Vigie publishes. It can be canceled until `due_at`.

    `draft_state` is the state that the draft gets back if nothing was published.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="outgoing_replies")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="outgoing_replies")
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="outgoing_replies")
    draft_state = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(state__in=["queued", "sending", "unknown"]),
                name="one_reply_under_way_per_document",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending", "sent", "failed", "unknown", "canceled"]),
                name="outgoing_reply_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["queued", "sending", "unknown"], due_at__isnull=False),
                name="outgoing_reply_due",
            )
        ]

    def __str__(self) -> str:
        return f"reply {self.pk} to {self.document_id}"
