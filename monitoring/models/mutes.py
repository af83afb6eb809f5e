"""A mute: an author, a source, a domain or a story that a project has decided not to read."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project


class Mute(models.Model):
    """The decision to hide the items of an author, a source, a domain or a story in a project.

    The mentions that a mute hides are ignored and have it as `muted_by`: those found from then on when they are stored
    (ingest/mutes.py), earlier ones to review in the background. `platform` and `value` are the key that
    monitoring.content.mutes.py compares, `label` what people read. `walked_to` is the progress over earlier items:
    documents with this id or a higher one are done, all if it is null. `ended_at` (UTC) is when somebody undid the
    mute; the row is deleted when all its mentions are given back. `is_new`, which is not stored, says that the call
    that returned the mute has created it.
    """

    class Kind(models.TextChoices):
        AUTHOR = "author", _("Author")
        SOURCE = "source", _("Source")
        DOMAIN = "domain", _("Domain")
        STORY = "story", _("Story")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="mutes")
    kind = models.CharField(max_length=10, choices=Kind)
    platform = models.CharField(max_length=30, blank=True)
    value = models.CharField(max_length=500)
    label = models.CharField(max_length=300)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    walked_to = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    is_new = False

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "platform", "value"], condition=Q(ended_at=None), name="one_mute_per_value"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["author", "source", "domain", "story"]), name="mute_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label
