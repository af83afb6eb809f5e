"""Website figures: the connection of a project to its analytics, its days, and the breakdowns of each day."""

import json
from collections.abc import Mapping
from datetime import tzinfo

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from accounts.sealed_field import SealedField
from accounts.secret_box import open_sealed, seal
from accounts.time_zones import zone_of
from website.readers.base import MAX_DETAIL, MAX_VALUE, Dimension


class Website(models.Model):
    """A website whose figures Vigie reads. Written by website/connecting.py and website/reading.py.

    `provider` is a name in website/readers/registry.py; `identity` says which website of the provider it is.
    `settings` are the public values of its fields, `sealed` the others, encrypted; nothing shows them again.
    `zone_name` is the time zone in which the provider counts days. Days are read from `read_from` to `read_until`,
    without a gap, null until the first read. A worker owns the row until `claimed_until` if `claim` is its own.
    `error_code` is one of website/readers/base.py, "" if the last read worked; `error_detail` are the provider's own
    words. `reported_at` is when admins got an email about it, null once a read has worked again. All times are UTC.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="websites")
    provider = models.CharField(max_length=20)
    identity = models.CharField(max_length=500)
    name = models.CharField(_("name"), max_length=100)
    settings = models.JSONField(default=dict)
    sealed = SealedField(blank=True)
    zone_name = models.CharField(max_length=64)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    read_from = models.DateField(null=True, blank=True)
    read_until = models.DateField(null=True, blank=True)
    next_read_at = models.DateTimeField(default=timezone.now)
    last_read_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=30, blank=True)
    error_detail = models.CharField(max_length=300, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "provider", "identity"], name="one_website_per_identity")
        ]
        indexes = [models.Index(fields=["next_read_at"], name="website_due")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.zone_name)

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets by the names of their fields. Raise accounts.secret_box.Unreadable."""
        return json.loads(open_sealed(self.sealed) or "{}")

    def set_secrets(self, secrets: Mapping[str, str]) -> None:
        """Encrypt the secrets; the caller saves."""
        self.sealed = seal(json.dumps(dict(secrets)))


class GoogleSignIn(models.Model):
    """A person who signs in with Google to connect a website, until `expires_at` (UTC).

    `state_digest` is the SHA-256 of the state that Google returns, which works once. `sealed` has the PKCE verifier,
    then the refresh token. `choices` are the properties to select from (number, name, account), null before the person
    is back. `website` is the one that is connected again, null for a new one.
    """

    state_digest = models.CharField(max_length=64, unique=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    website = models.ForeignKey(Website, on_delete=models.CASCADE, null=True, related_name="+")
    sealed = SealedField()
    choices = models.JSONField(null=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"sign-in {self.pk}"


class WebsiteDay(models.Model):
    """The totals of a day in the website's time zone.

    `new_users` is null where the provider doesn't give it. `converted` are the sessions (Plausible: users) with a key
    event, `social_sessions` those from social sites. `is_thresholded`: figures of few people are left out.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    sessions = models.PositiveIntegerField()
    users = models.PositiveIntegerField()
    new_users = models.PositiveIntegerField(null=True)
    key_events = models.PositiveIntegerField()
    converted = models.PositiveIntegerField()
    social_sessions = models.PositiveIntegerField()
    is_thresholded = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["website", "day"], name="one_row_per_website_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.sessions}"


class WebsiteBreakdown(models.Model):
    """The sessions of one value on one day; of a key event, how often it happened.

    `detail` is the medium of a source, the content of a campaign. A row without a value has the sum of the values that
    are too small to be stored.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, related_name="breakdowns")
    day = models.DateField()
    dimension = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Dimension])
    value = models.CharField(max_length=MAX_VALUE, blank=True)
    detail = models.CharField(max_length=MAX_DETAIL, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["website", "dimension", "day", "value", "detail"], name="one_row_per_website_value"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.value}: {self.count}"
