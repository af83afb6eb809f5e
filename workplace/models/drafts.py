"""Drafts of replies, the saved replies they start from, and a project's rules for both."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from monitoring.models import Document

MAX_TEXT = 20_000  # characters: more than any platform accepts in a reply
MAX_COMMENT = 500
MAX_NAME = 100
MAX_COOLING = 24 * 60  # minutes


class ReplyRules(models.Model):
    """The conditions of a project for sending a reply; a project without a row has none.

    A second reader approves each draft. It cools for some minutes after its text was last changed. `forbidden` has
    words and phrases that are warned about. `welcome_reply` is what replies from the welcome queue start with.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="reply_rules")
    needs_approval = models.BooleanField(_("A second person approves each reply"), default=False)
    cooling_minutes = models.PositiveSmallIntegerField(_("Cooling time (minutes)"), default=0)
    forbidden = models.JSONField(default=list)
    welcome_reply = models.ForeignKey("SavedReply", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(cooling_minutes__lte=MAX_COOLING), name="cooling_in_range")]

    def __str__(self) -> str:
        return f"{self.project}"


class Draft(models.Model):
    """A reply that is being written: one open draft per document. Times are UTC.

    `author` wrote the text last, and `reviewer` was asked to approve it or has decided; `comment` is what they said.
    `version` rises with every change: each change names the version that the person saw (workplace/drafts.py).
    A draft is closed when its reply was sent or it was discarded. While Vigie sends it (workplace/outgoing.py), nobody
    can change it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REQUESTED = "requested", _("Approval requested")
        CHANGES = "changes", _("Changes requested")
        APPROVED = "approved", _("Approved")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DISCARDED = "discarded", _("Discarded")

    EDITABLE = (State.DRAFT, State.REQUESTED, State.CHANGES, State.APPROVED)
    OPEN = (*EDITABLE, State.SENDING)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="drafts")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    reviewer = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    text = models.TextField(max_length=MAX_TEXT)
    comment = models.CharField(max_length=MAX_COMMENT, blank=True, default="")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    cooling_until = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(state__in=["draft", "requested", "changes", "approved", "sending"]),
                name="one_open_draft_per_document",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "requested", "changes", "approved", "sending", "sent", "discarded"]),
                name="draft_state_known",
            ),
        ]
        # These also serve the deletion of an account.
        indexes = [
            models.Index(fields=["author"], name="draft_by_author"),
            models.Index(fields=["reviewer", "state"], name="draft_by_reviewer"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk} for {self.document_id}"


class SavedReply(models.Model):
    """A text that replies start from, in one language, with the variables of workplace/reply_variables.py."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="saved_replies", db_index=False)
    name = models.CharField(_("name"), max_length=MAX_NAME)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    text = models.TextField(_("text"), max_length=MAX_TEXT)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("project", Lower("name"), "language", name="one_saved_reply_per_name_and_language")
        ]

    def __str__(self) -> str:
        return self.name
