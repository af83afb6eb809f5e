"""The decisions of a team about a document: assignment, tags, whether a complaint is founded, snooze, and the changes.

One row per document, made when something is first set, so a document that two keywords match is handled once. Its
status is on its mentions, for the covering index of lists and counts. Written by monitoring/services/.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ActivityEntry, Project, User
from monitoring.models.documents import Document

MAX_TAG = 50  # characters, as those of sources
MAX_REASON_NOTE = 300


class Reason(models.TextChoices):
    """Why a document is deliberately not replied to; "" in the database if nobody said so."""

    SPAM = "spam", _("Spam")
    OFF_TOPIC = "off_topic", _("Off topic")
    NOT_FOUNDED = "not_founded", _("Not founded")
    RESOLVED = "resolved", _("Already resolved")
    TROLL = "troll", _("Troll")
    NO_REPLY_NEEDED = "no_reply", _("No reply needed")
    OTHER = "other", _("Other")


# An item that is ignored for one of these, or without a reason, is noise (monitoring/enrichment/relevance_lesson.py).
NOISE_REASONS = (Reason.SPAM, Reason.OFF_TOPIC)


class Triage(models.Model):
    """The decisions about one document. Times are UTC.

    `is_founded` is whether a complaint is justified, null if nobody said. `is_relevant` is set if a person said that
    the item isn't noise (monitoring/models/relevance.py). `reason` and `reason_note` say why it is
    deliberately not replied to. Until `snoozed_until` it is left out of the open queue; no task ends that. `due_at` is
    when a reply is due, `first_replied_at` when the first one was sent, by `replied_by`, after `response_s` seconds of
    working time; workplace/due.py sets these. `escalated_at` is when managers got the email that nobody had taken it.
    """

    Reason = Reason

    document = models.OneToOneField(Document, on_delete=models.CASCADE, primary_key=True, related_name="triage")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    is_founded = models.BooleanField(null=True)
    is_relevant = models.BooleanField(null=True)
    reason = models.CharField(max_length=20, choices=Reason, blank=True, db_default="")
    reason_note = models.CharField(max_length=MAX_REASON_NOTE, blank=True, db_default="")
    snoozed_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    first_replied_at = models.DateTimeField(null=True)
    response_s = models.PositiveIntegerField(null=True)
    escalated_at = models.DateTimeField(null=True)
    replied_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=["", *Reason.values]), name="triage_reason_known"),
        ]
        # The keys that also serve the deletion of an account come first.
        indexes = [
            models.Index(fields=["project"], name="triage_by_project"),
            models.Index(
                fields=["assignee", "project"], condition=Q(assignee__isnull=False), name="triage_by_assignee"
            ),
            models.Index(
                fields=["replied_by", "project"], condition=Q(replied_by__isnull=False), name="triage_by_replier"
            ),
            models.Index(
                fields=["project", "is_founded"], condition=Q(is_founded__isnull=False), name="triage_by_founded"
            ),
            models.Index(
                fields=["project", "snoozed_until"],
                condition=Q(snoozed_until__isnull=False),
                name="triage_by_snooze",
            ),
            models.Index(
                fields=["project", "due_at"],
                condition=Q(due_at__isnull=False, first_replied_at=None),
                name="triage_by_due",
            ),
            models.Index(
                fields=["project", "first_replied_at"],
                condition=Q(first_replied_at__isnull=False),
                name="triage_by_reply",
            ),
        ]

    def __str__(self) -> str:
        return f"triage of {self.document_id}"


class MentionTag(models.Model):
    """A tag that people gave a document, in lower case and without further spaces (monitoring/services/)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="tags", db_index=False)
    tag = models.CharField(max_length=MAX_TAG)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "tag"], name="one_tag_per_document")]
        indexes = [models.Index(fields=["project", "tag"], include=("document",), name="tag_by_project")]

    def __str__(self) -> str:
        return f"{self.tag} on {self.document_id}"


class DocumentActivity(models.Model):
    """That an entry of the activity log is about a document: its history, and what undoing the entry restores.

    `before` has the values that the entry changed for this document, as JSON values by field.
    """

    entry = models.ForeignKey(ActivityEntry, on_delete=models.CASCADE, related_name="documents")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="activity", db_index=False)
    before = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "entry"], name="one_entry_per_document")]

    def __str__(self) -> str:
        return f"{self.entry_id} about {self.document_id}"
