"""The delivery log: one row per message and recipient, written before it is sent; the destinations of a project that
are no people; and the servers that fail.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Project, User
from accounts.sealed_field import SealedField
from accounts.secret_box import open_sealed, seal
from delivery.channels.base import BOUNCED


class Destination(models.Model):
    """A chat, topic or webhook that a project's messages can go to: a "channel" in the interface.

    `channel` is a name in delivery/channels/registry.py. `settings` are the public values of its form, `secrets` the
    others, encrypted (accounts/secret_box.py); nothing shows them again. `language` is that of its messages.
    `failures` counts the messages in a row that failed permanently. A destination is off since `disabled_at`; Vigie
    turned it off if there is a `disabled_code`, one of delivery/channels/, with the server's own response in
    `disabled_error`. All times are UTC.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="destinations")
    channel = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(_("language of the messages"), max_length=5, choices=settings.LANGUAGES)
    settings = models.JSONField(default=dict)
    sealed = SealedField(blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    last_success_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_code = models.CharField(max_length=40, blank=True)
    disabled_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("project", Lower("name"), name="one_destination_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        return self.disabled_at is None

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets by the names of the form's fields. Raise accounts.secret_box.Unreadable."""
        return json.loads(open_sealed(self.sealed) or "{}")

    def set_secrets(self, secrets: Mapping[str, str]) -> None:
        """Encrypt the secrets; the caller saves."""
        self.sealed = seal(json.dumps(dict(secrets)))

    def turn_on(self) -> None:
        """Forget why it was off; the caller saves."""
        self.disabled_at, self.disabled_code, self.disabled_error, self.failures = None, "", "", 0

    def turn_off(self, now: datetime, code: str = "", error: str = "") -> None:
        """Turn it off, by a person if there is no code; the caller saves."""
        self.disabled_at, self.disabled_code, self.disabled_error = now, code, error[:500]


class Delivery(models.Model):
    """One message to one recipient: written first, sent later. The unique `key` prevents writing it twice.

    A digest's key is "digest:<digest id>:<window end>", an incident's "incident:<id>:<event>:<user id>",
    an assignment's "assignment:<entry id>:<user id>", a note's "note:<note id>:<user id>"; a message to a destination
    has "to:<destination id>" instead of the user. A newsletter's key begins with the name of its list, which decides
    whose consent counts (delivery/recipients.py).
    `channel` is a name in delivery/channels/registry.py. `is_external`: `recipient` is not a member's address, but an
    address or target that somebody with the right entered. Messages to a `destination` have the parts of a `Notice`
    (delivery/notice.py), and its name as recipient; it is null once the destination is deleted. SENDING is a claim
    that expires at `next_attempt_at`; every attempt sends the same `message_id`. `error_code` is one of
    delivery/channels/base.py, `error` the server's own response. `passages` say where text and html show collected
    items, as lists of the fields of a `Passage`: deleted items are cut out there (delivery/passages.py). All times are
    UTC.
    """

    EMAIL = "email"

    class Kind(models.TextChoices):
        DIGEST = "digest", _("Digest")
        INCIDENT = "incident", _("Alert")
        ASSIGNMENT = "assignment", _("Assignment")
        NOTE = "note", _("Internal note")
        ESCALATION = "escalation", _("Escalation")
        APPROVAL = "approval", _("Approval")
        CHANNEL = "channel", _("Channel turned off")
        SERVICE = "service", _("Service problem")
        REPORT = "report", _("Report")
        NEWSLETTER = "newsletter", _("Newsletter")
        POST = "post", pgettext_lazy("delivery", "Post reminder")
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
    destination = models.ForeignKey(Destination, on_delete=models.SET_NULL, null=True, related_name="deliveries")
    notice = models.JSONField(null=True, blank=True)
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
            models.Index(
                fields=["project", "-created_at"], condition=Q(state__in=["failed", "kept"]), name="delivery_not_sent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient}: {self.subject}"

    @property
    def is_bounced(self) -> bool:
        return self.error_code == BOUNCED

    @property
    def is_emptied(self) -> bool:
        """An account email that bounced: its text was deleted when it was sent."""
        return self.is_bounced and self.kind == self.Kind.MESSAGE


class ServerOutage(models.Model):
    """A server that failed at the last attempt; the row is deleted when it responds. Written by delivery/outages.py.

    `server` identifies the server with its credentials (`Channel.server`), so a corrected setting starts without an
    outage; a `destination` is a server of its own. `failures` counts consecutive ones. No message is sent before
    `retry_at`. Admins got a message at `reported_at`, null until then. All times are UTC.
    """

    server = models.CharField(max_length=100, unique=True)
    channel = models.CharField(max_length=20)
    destination = models.ForeignKey(Destination, on_delete=models.CASCADE, null=True, related_name="outages")
    failures = models.PositiveIntegerField(default=1)
    since = models.DateTimeField()
    retry_at = models.DateTimeField()
    error_code = models.CharField(max_length=40)
    error = models.CharField(max_length=500, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.channel}: {self.error_code}"


class RefusedAddress(models.Model):
    """An email address that a mail server refused; the row is deleted when it accepts a message for it.

    `address` is in lower case. `failures` counts the refused and bounced messages in a row. Since `off_since`,
    messages of projects to it are kept. Once a message has bounced, an accepted one proves nothing before a while has
    passed without a bounce: `accepted_at` is when the first one since the last failure was accepted. All times are
    UTC. Written by delivery/refused_addresses.py.
    """

    address = models.CharField(max_length=500, unique=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    off_since = models.DateTimeField(null=True, blank=True)
    has_bounced = models.BooleanField(default=False, db_default=False)
    accepted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.address


class BounceMailbox(models.Model):
    """How far a mailbox for bounces has been read. Written by delivery/bounce_mailbox.py.

    `mailbox` identifies it, without its password. Its messages have numbers that only grow until `validity` changes;
    `uid` is the highest one read, 0 for none. `failing_since` (UTC) is the first of the runs in a row that failed.
    """

    mailbox = models.CharField(max_length=64, unique=True)
    validity = models.CharField(max_length=20, blank=True)
    uid = models.BigIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.mailbox}: {self.uid}"


class ExternalRecipient(models.Model):
    """An email address without an account that a project may write to, once its owner has confirmed by a mailed link.

    Written by delivery/external_recipients.py, for everything that a project sends to people who are no members. A
    hash of the link's token is stored. `asks` counts the requests to confirm since the last confirmation. The owner
    may stop everything (`stopped_at`), also instead of confirming. All times are UTC.

    The consent to a newsletter is a row of its own, with the name of its `mailing_list`: it allows nothing else, and
    ending it ends nothing else.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="external_recipients")
    mailing_list = models.CharField(max_length=40, blank=True, default="", db_default="")
    email = models.EmailField()
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    token_digest = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    asks = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "mailing_list", "email"], name="one_recipient_per_list_address")
        ]
        indexes = [models.Index(fields=["token_digest"], condition=~Q(token_digest=""), name="recipient_by_token")]

    def __str__(self) -> str:
        return self.email

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None and self.stopped_at is None
