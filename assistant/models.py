"""The assistant: whether a project allows it, and the requests of people."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User


class AssistantRules(models.Model):
    """Whether a project allows its managers and admins to use the assistant; without a row, it doesn't."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="assistant_rules")
    is_allowed = models.BooleanField(_("Managers and admins may use the assistant"), default=False)

    def __str__(self) -> str:
        return f"{self.project}"


class AssistantRequest(models.Model):
    """A request of a person to the assistant, and the checked answer. Written by assistant/requests.py and runs.py.

    `about` says what is asked, as JSON (assistant/subjects.py, replies.py, queries.py); `about_key` is the same for
    requests about the same thing. `language` is that of a summary's reader, or the code of a mention's language.
    `result` is "done" only: the sentences with the mentions that they rest on, the reply, or the query. `error` is a
    code of assistant/messages.py; `retry_after_s` is what the server asked for. `document_ids` are the items whose
    texts were sent: if one is deleted or erased, what was written about it is removed (assistant/erasure.py). `model`
    is the one that answered. A worker owns the row until `claimed_until` if `claim` is its own. All times are UTC.
    """

    class Kind(models.TextChoices):
        SUMMARY = "summary"
        REPLY = "reply"
        QUERY = "query"

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    OPEN = (State.PENDING, State.RUNNING)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="assistant_requests", db_index=False)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    about = models.JSONField(default=dict)
    about_key = models.CharField(max_length=64)
    language = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=20, blank=True, default="")
    retry_after_s = models.PositiveIntegerField(null=True)
    document_ids = ArrayField(models.BigIntegerField(), default=list)
    model = models.CharField(max_length=200, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Closes the race of two people, or two clicks, who ask for the same thing.
            models.UniqueConstraint(
                fields=["project", "kind", "about_key"],
                condition=Q(state__in=["pending", "running"]),
                name="one_open_request_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "running", "done", "failed"]), name="assistant_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "kind", "about_key", "-id"], name="assistant_by_subject"),
            models.Index(fields=["project", "created_at"], name="assistant_by_time"),
            models.Index(fields=["id"], condition=Q(state__in=["pending", "running"]), name="assistant_open"),
            GinIndex(fields=["document_ids"], name="assistant_documents"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
