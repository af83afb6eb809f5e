"""The delivery log: one row per message and recipient, written before it is sent; and the servers that fail."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User


class Delivery(models.Model):
    """One message to one recipient: written first, sent later. The unique `key` prevents writing it twice.

    A digest's key is "digest:<digest id>:<window end>", an incident's "incident:<id>:<opened|closed>:<user id>",
    an assignment's "assignment:<entry id>:<user id>", a note's "note:<note id>:<user id>".
    `channel` is a name in delivery/channels/registry.py. `is_external`: `recipient` is not a member's address, but an
    address or target that somebody with the right entered. SENDING is a claim that expires at `next_attempt_at`; every
    attempt sends the same `message_id`. `error_code` is one of delivery/channels/base.py, `error` the server's own
    response. `passages` say where text and html show collected items, as lists of the fields of a `Passage`:
    deleted items are cut out there (delivery/passages.py). All times are UTC.
    """

    EMAIL = "email"

    class Kind(models.TextChoices):
        DIGEST = "digest", _("Digest")
        INCIDENT = "incident", _("Alert")
        ASSIGNMENT = "assignment", _("Assignment")
        NOTE = "note", _("Internal note")
        ESCALATION = "escalation", _("Escalation")
        APPROVAL = "approval", _("Approval")
        MESSAGE = "message", _("Account email")

    class State(models.TextChoices):
        PENDING = "pending", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        KEPT = "kept", _("Not sent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="deliveries")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="deliveries")
    channel = models.CharField(max_length=20, default=EMAIL, db_default=EMAIL)
    recipient = models.CharField(max_length=500)
    is_external = models.BooleanField(default=False, db_default=False)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    passages = models.JSONField(default=list, blank=True)
    message_id = models.CharField(max_length=200)
    window_start = models.DateTimeField(null=True, blank=True)
    window_end = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["channel", "next_attempt_at"],
                condition=Q(state__in=["pending", "sending"]),
                name="delivery_due",
            ),
            models.Index(fields=["-created_at"], name="delivery_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient}: {self.subject}"


class ServerOutage(models.Model):
    """A server that failed at the last attempt; the row is deleted when it responds. Written by delivery/outages.py.

    `server` identifies the server with its credentials (`Channel.server`), so a corrected setting starts without an
    outage. `failures` counts consecutive ones. No message is sent before `retry_at`. All times are UTC.
    """

    server = models.CharField(max_length=100, unique=True)
    channel = models.CharField(max_length=20)
    failures = models.PositiveIntegerField(default=1)
    since = models.DateTimeField()
    retry_at = models.DateTimeField()
    error_code = models.CharField(max_length=40)
    error = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.channel}: {self.error_code}"
