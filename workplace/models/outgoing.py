"""The common columns of what Vigie publishes at platforms: replies, and posts of the editorial calendar."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from monitoring.models import Credential
from workplace.models.drafts import MAX_TEXT


class Outgoing(models.Model):
    """A text that Vigie publishes, written before it is sent (workplace/sending.py). Times are UTC.

    QUEUED until `due_at`; SENDING is a lease that ends at `due_at`. `requested_at` is when the request that publishes
    it was begun: a lease that ends with it may have published the text, so its state becomes UNKNOWN, unless the
    platform recognizes a repetition by `key`. UNKNOWN rows are looked for at `due_at`, null after the last time, and
    never sent again by themselves. `account` is the name of the credential. `error_code` is one of
    monitoring/messages/reply_errors.py, `error` the platform's own words.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Unknown outcome")
        CANCELED = "canceled", _("Canceled")

    OPEN = (State.QUEUED, State.SENDING, State.UNKNOWN)

    credential = models.ForeignKey(Credential, on_delete=models.SET_NULL, null=True, related_name="+")
    account = models.CharField(max_length=200)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=MAX_TEXT)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
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
        abstract = True
