"""Connecting accounts at platforms: the apps of a project, and connections that a person has begun."""

from django.db import models
from django.utils import timezone

from accounts.models import Project, User
from accounts.sealed_field import SealedField
from monitoring.models.credentials import Credential


class PlatformApp(models.Model):
    """The app in whose name a project connects accounts of a platform: created by an admin, or by Vigie on a server.

    `server` is "" where the platform has only one. `redirect_uri` is the one that Vigie registered it with, and
    `scopes` the permissions.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="platform_apps")
    platform = models.CharField(max_length=30)
    server = models.CharField(max_length=300, blank=True)
    client_id = models.CharField(max_length=500)
    sealed = SealedField(blank=True)
    redirect_uri = models.CharField(max_length=500, blank=True)
    scopes = models.CharField(max_length=500, blank=True, db_default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "platform", "server"], name="one_app_per_platform_server")
        ]

    def __str__(self) -> str:
        return self.server or self.platform


class ConnectionRequest(models.Model):
    """A connection that a person has begun, valid once and until `expires_at` (UTC).

    `state_digest` is the SHA-256 of the state that the platform returns. `sealed` has the PKCE verifier. `credential`
    is the one that is connected again, null for a new one.
    """

    state_digest = models.CharField(max_length=64, unique=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    platform = models.CharField(max_length=30)
    settings = models.JSONField(default=dict)
    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, null=True, related_name="+")
    sealed = SealedField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.platform
