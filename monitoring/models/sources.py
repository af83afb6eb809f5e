"""A source: a URL that is polled, with its complete poll state. Redis has none of it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from accounts.sealed_field import SealedField
from monitoring.models.credentials import Credential


class State(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped")


# The sources that Vigie should check and can't: stopped, or active with an error.
IS_FAILING = Q(state=State.STOPPED) | Q(state=State.ACTIVE) & ~Q(error_code="")


class SourceQuerySet(models.QuerySet):
    def failing(self) -> "SourceQuerySet":
        """Return the sources of which IS_FAILING is true."""
        return self.filter(IS_FAILING)


class Source(models.Model):
    """A polled URL: its schedule, its lease, and the result of the last polls. Times are UTC, `*_s` are seconds.

    `host` is the URL's host, which gets at most two simultaneous requests. `claimed_by` and `claimed_until` are a
    lease, which expires if its worker dies. `fixed_interval_s` replaces the adaptive interval where set.
    `resume_state` and `hints` are from the last successful poll (`PollResult` in monitoring/records.py), and so is
    `is_truncated`: its feed was cut short. `entry_count` is how many entries the feed had, `dated_share` the usual
    share of those with a date (0 to 1, recent polls weigh more); null until a poll returns entries.

    `moved_to` is where permanent redirects lead, seen `moved_count` times since `moved_since`: after several days it
    becomes `url`. `previous_url` is the one that it replaced at `moved_at` (polling/moves.py).

    `url`, `moved_to` and `previous_url` are shown to people: with "…" for each password or token. The whole URLs of
    those that have one are encrypted in `sealed_urls` (polling/addresses.py).

    `tags` are words that people gave it (services/tags.py).

    `settings` are what a person has set for a source of its platform; its secrets are in `credential`. `report` says
    what the last poll of a platform could not see (monitoring/platforms/paging.py).

    `error_code` is a code of outbound/records.py, monitoring/feeds/errors.py or monitoring/platforms/, with its
    words in monitoring/messages/source_errors.py; "" after a success. `failing_since` is the first of the current
    consecutive failures. Vigie sets STOPPED (410, two weeks of 404), people set PAUSED.
    """

    State = State

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sources")
    platform = models.CharField(_("platform"), max_length=30, default="feed")
    url = models.CharField(_("URL"), max_length=2000)
    sealed_urls = SealedField(blank=True, default="", db_default="")
    host = models.CharField(max_length=300, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    site_url = models.CharField(max_length=2000, blank=True)
    language = models.CharField(max_length=20, blank=True)
    tags = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    created_at = models.DateTimeField(default=timezone.now)

    next_poll_at = models.DateTimeField(default=timezone.now)
    claimed_by = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    interval_s = models.PositiveIntegerField(default=900)
    fixed_interval_s = models.PositiveIntegerField(null=True, blank=True)

    last_polled_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_new_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=500, blank=True)

    settings = models.JSONField(default=dict, blank=True)
    credential = models.ForeignKey(
        Credential, on_delete=models.SET_NULL, null=True, blank=True, related_name="sources"
    )
    report = models.JSONField(default=dict, blank=True)
    resume_state = models.JSONField(default=dict)
    moved_to = models.CharField(max_length=2000, blank=True)
    moved_count = models.PositiveSmallIntegerField(default=0)
    moved_since = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)
    previous_url = models.CharField(max_length=2000, blank=True, default="")
    is_truncated = models.BooleanField(default=False)
    dated_share = models.FloatField(null=True, blank=True)
    entry_count = models.PositiveIntegerField(null=True, blank=True)
    hints = models.JSONField(default=dict)

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "url"], name="one_source_per_address"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="source_state_known"),
        ]
        indexes = [
            models.Index(fields=["next_poll_at"], condition=Q(state="active"), name="source_due"),
            models.Index(fields=["host"], condition=Q(claimed_by__isnull=False), name="source_claimed"),
        ]

    def __str__(self) -> str:
        return self.title or self.url

    @property
    def is_failing(self) -> bool:
        """The condition of `SourceQuerySet.failing` for a loaded source."""
        return self.state == State.STOPPED or (self.state == State.ACTIVE and bool(self.error_code))
