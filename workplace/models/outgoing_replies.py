"""The outbox of replies: one row per attempt of a person to publish a draft on its platform."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from monitoring.models import Credential, Document
from workplace.models.drafts import MAX_TEXT, Draft


class OutgoingReply(models.Model):
    """A reply that Vigie publishes, written before it is sent. Times are UTC.

    QUEUED until `due_at`, in which time it can be canceled; SENDING is a lease that ends at `due_at`. `requested_at`
    is when the request that publishes it was begun: a lease that ends with it may have published the reply, so its
    state becomes UNKNOWN, unless the platform recognizes a repetition by `key`. UNKNOWN replies are looked for at
    `due_at`, null after the last time, and never sent again by themselves.
    `account` is the name of the credential, `draft_state` the state that the draft gets back if nothing was published.
    `error_code` is one of monitoring/messages/reply_errors.py, `error` the platform's own words.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Unknown outcome")
        CANCELED = "canceled", _("Canceled")

    OPEN = (State.QUEUED, State.SENDING, State.UNKNOWN)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="outgoing_replies")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="outgoing_replies")
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="outgoing_replies")
    credential = models.ForeignKey(Credential, on_delete=models.SET_NULL, null=True, related_name="+")
    account = models.CharField(max_length=200)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=MAX_TEXT)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    draft_state = models.CharField(max_length=10)
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    native_id = models.TextField(blank=True, default="")
    url = models.TextField(blank=True, default="")
    error_code = models.CharField(max_length=40, blank=True, default="")
    error = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

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
