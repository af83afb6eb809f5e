"""Reports: what they are about, their frozen editions, the links that show them, and who receives them."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User, validate_time_zone
from accounts.time_zones import zone_of
from delivery.models import ExternalRecipient
from workplace.models import SavedView

MAX_TITLE, MAX_QUERY, MAX_COMMENT = 120, 2_000, 10_000


class Logo(models.Model):
    """The logo of a project: a PNG that Vigie wrote itself (reports/logos.py)."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="logo")
    png = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.width} × {self.height}"


class Report(models.Model):
    """The settings of a report. Its days are those of `time_zone`.

    The period is the last full week or month, or the days `first_day` to `last_day`. `query` is the query string of a
    list of mentions; that of a `view` counts as long as it is shared. `sections` are names in
    reports/sections/registry.py, in their order; `comment` is the text of its section. `revision` counts the changes:
    an edition of an older one is not shown for a period any more. A report that is scheduled is sent each week or
    month, as its period, at `hour` on `weekday` (0 = Monday) or `month_day`; `sent_until` (UTC) is the end of the last
    period that was sent.
    """

    class Period(models.TextChoices):
        WEEK = "last_week", _("Last week")
        MONTH = "last_month", _("Last month")
        FIXED = "fixed", _("Fixed dates")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reports")
    title = models.CharField(_("title"), max_length=MAX_TITLE)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    period = models.CharField(_("period"), max_length=10, choices=Period, default=Period.WEEK)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    query = models.CharField(max_length=MAX_QUERY, blank=True)
    view = models.ForeignKey(SavedView, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    sections = models.JSONField(default=list)
    comment = models.TextField(_("comment"), max_length=MAX_COMMENT, blank=True)
    shows_logo = models.BooleanField(_("show the logo"), default=True)
    revision = models.PositiveIntegerField(default=1)
    is_scheduled = models.BooleanField(default=False)
    hour = models.PositiveSmallIntegerField(default=8)
    weekday = models.PositiveSmallIntegerField(default=0)
    month_day = models.PositiveSmallIntegerField(default=1)
    sent_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="report_by_project")]

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.time_zone)

    @property
    def is_rolling(self) -> bool:
        return self.period != self.Period.FIXED


class Edition(models.Model):
    """A report as it was made once: the frozen content of a period [start, end) (UTC).

    `content` has the sections as reports/blocks.py writes them. What platforms or people delete later is cut out
    (reports/redaction.py); nothing else changes.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="editions")
    revision = models.PositiveIntegerField()
    start = models.DateTimeField()
    end = models.DateTimeField()
    title = models.CharField(max_length=MAX_TITLE)
    language = models.CharField(max_length=5)
    time_zone = models.CharField(max_length=64)
    shows_logo = models.BooleanField()
    content = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["report", "-end"], name="edition_by_period")]

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.time_zone)


class ShareLink(models.Model):
    """A secret address that shows a report without an account.

    The address is derived from the id and the key of the server, so neither the database nor a backup has it. With an
    `edition` it shows that one; without, the newest full period of the report.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="links")
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, null=True, related_name="links")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.report)

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class ReportRecipient(models.Model):
    """Who receives a scheduled report: a member, or an external recipient once they have confirmed."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="recipients")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    external = models.ForeignKey(ExternalRecipient, on_delete=models.CASCADE, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "user"], name="report_once_per_member"),
            models.UniqueConstraint(fields=["report", "external"], name="report_once_per_external"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, external__isnull=True) | Q(user__isnull=True, external__isnull=False),
                name="report_member_or_external",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def email(self) -> str:
        return self.user.email if self.user else self.external.email if self.external else ""
