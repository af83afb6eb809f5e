"""A credential: the key, password or tokens with which Vigie reads a platform for a project."""

import json
from collections.abc import Mapping

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from accounts.sealed_field import SealedField
from accounts.secret_box import open_sealed, seal


class Credential(models.Model):
    """Secrets of one account at a platform, encrypted (accounts/secret_box.py). Nothing shows them again.

    `name` is what people know the account by. `settings` are its public parts (a server, a handle). `expires_at`
    (UTC) is when its tokens end, null if they don't. `error_code` is set while the platform rejects it, since
    `failing_since`; `reported_at` is when members were sent a message. `replaced_at` is when a person last replaced
    the secrets. `can_reply` is whether an admin lets managers publish replies with it.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="credentials")
    platform = models.CharField(_("platform"), max_length=30)
    name = models.CharField(_("name"), max_length=200, blank=True)
    settings = models.JSONField(default=dict)
    sealed = SealedField()
    expires_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    can_reply = models.BooleanField(default=False, db_default=False)
    replaced_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["project", "platform"], name="credential_by_platform")]

    def __str__(self) -> str:
        return self.name or self.platform

    @property
    def is_connected(self) -> bool:
        """Whether the account was connected at the platform, instead of a key entered here."""
        return "account" in self.settings

    def mark_replaced(self) -> None:
        """Note that a person has replaced the secrets; the caller saves."""
        self.error_code, self.failing_since, self.reported_at = "", None, None
        self.replaced_at = timezone.now()

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets by the names of the platform's settings. Raise accounts.secret_box.Unreadable."""
        return json.loads(open_sealed(self.sealed) or "{}")

    def set_secrets(self, secrets: Mapping[str, str]) -> None:
        """Encrypt the secrets; the caller saves."""
        self.sealed = seal(json.dumps(dict(secrets)))
