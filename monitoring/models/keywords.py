"""A tracked keyword. Its query decides which documents become its mentions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project


class Type(models.TextChoices):
    BRAND = "brand", _("Brand")
    COMPETITOR = "competitor", _("Competitor")
    TOPIC = "topic", _("Topic")


class Keyword(models.Model):
    """A named query over the documents of its project.

    `languages` and `platforms` restrict it; empty lists mean all. `version` increases with each change of what it
    matches, so workers never match with an old query. `backfilled_to` is the progress of matching stored documents: a
    document id, decreasing from the newest; None when finished.
    """

    Type = Type

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="keywords")
    name = models.CharField(_("name"), max_length=100)
    type = models.CharField(_("type"), max_length=10, choices=Type, default=Type.BRAND)
    query = models.TextField(_("query"), max_length=10_000)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True, verbose_name=_("languages"))
    platforms = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name=_("platforms"))
    is_paused = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    backfilled_to = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="one_keyword_per_name"),
            models.CheckConstraint(condition=models.Q(type__in=Type.values), name="keyword_type_known"),
        ]

    def __str__(self) -> str:
        return self.name
