"""The log and the tasks of incidents, and the playbook of a project. alerts/models.py has the incidents."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User

MAX_TEXT = 5000  # characters
MAX_TITLE = 200
MAX_ESCALATION_MIN = 24 * 60


class IncidentEntry(models.Model):
    """One line of the log of an incident. Times are UTC; `user` is null for what Vigie did.

    `text` is what a person wrote: a comment, which names members as `@{ID}` (accounts/named_members.py), with their
    ids in `mentioned`, or the title of a task. `data` has the numbers and names of the sentence
    (alerts/incident_timeline.py).
    """

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        JOINED = "joined", _("Rule joined")
        DOUBLED = "doubled", _("Doubled")
        SEVERITY = "severity", _("Severity")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        ESCALATED = "escalated", _("Escalated")
        ASSIGNED = "assigned", _("Assigned")
        COMMENT = "comment", _("Comment")
        TASK_ADDED = "task_added", _("Task added")
        TASK_ASSIGNED = "task_assigned", _("Task assigned")
        TASK_DONE = "task_done", _("Task done")
        TASK_REOPENED = "task_reopened", _("Task reopened")
        RATED = "rated", _("Rated")
        CALM = "calm", _("Back to normal")
        RESOLVED = "resolved", _("Resolved")

    incident = models.ForeignKey("alerts.Incident", on_delete=models.CASCADE, related_name="log", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(blank=True, default="", max_length=MAX_TEXT)
    mentioned = ArrayField(models.BigIntegerField(), default=list)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["incident", "at", "id"], name="incident_log_by_time")]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.kind}"


class IncidentTask(models.Model):
    """Something to do about an incident, from the playbook or added by a person. Times are UTC."""

    incident = models.ForeignKey("alerts.Incident", on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(_("task"), max_length=MAX_TITLE)
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.title


class Playbook(models.Model):
    """The preparations of a project for incidents: one row per project, made when something is first set.

    `checklist` has one task per line: new incidents start with them. `contacts` has one person per line. An incident
    that nobody has acknowledged after `escalate_after` minutes (null: never) is escalated to `escalate_to`, or to all
    admins if it is empty.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="playbook")
    checklist = models.TextField(_("checklist"), blank=True, default="", max_length=MAX_TEXT)
    contacts = models.TextField(_("contacts"), blank=True, default="", max_length=MAX_TEXT)
    escalate_after = models.PositiveSmallIntegerField(_("escalation"), null=True, blank=True)
    escalate_to = models.ManyToManyField(User, blank=True, related_name="+", verbose_name=_("escalate to"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(escalate_after=None) | Q(escalate_after__range=(1, MAX_ESCALATION_MIN)),
                name="incident_escalation_in_range",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project}"


class HoldingStatement(models.Model):
    """A text for one audience, written in advance, in French and in English."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="holding_statements")
    name = models.CharField(_("audience"), max_length=100)
    text_fr = models.TextField(_("text in French"), blank=True, default="", max_length=MAX_TEXT)
    text_en = models.TextField(_("text in English"), blank=True, default="", max_length=MAX_TEXT)
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
