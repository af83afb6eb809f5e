"""Users, projects, memberships, invitations, API tokens and the activity log. All other data belongs to a Project."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.time_zones import zone_of

INVITATION_LIFETIME = timedelta(days=14)


def new_token() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """Return the hash to store. Plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def default_time_zone() -> str:
    return settings.TIME_ZONE


def default_language() -> str:
    return settings.LANGUAGE_CODE


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” isn’t a time zone. Choose one from the list, such as Europe/Paris."), params={"name": name}
        )


def end_sessions(user: "User") -> None:
    """Delete the user's sessions, which would otherwise be valid again after a reactivation."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


class UserManager(BaseUserManager["User"]):
    """Creates users by email address, stored in lower case: one mailbox has one account."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("a user needs an email address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractUser):
    """A person with an account. `is_superuser`: a server admin, who sees every delivery and the server admin pages.

    `has_shortcuts` turns the shortcuts of one key on; `shortcut_keys` has the keys by action where they differ from
    the defaults, "" for no key (dashboards/shortcuts.py).
    """

    username = None  # type: ignore[assignment]  # Django's way to remove the field
    email = models.EmailField(_("email address"), unique=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default=default_language)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default=default_time_zone, validators=[validate_time_zone]
    )
    has_shortcuts = models.BooleanField(default=True, db_default=True)
    shortcut_keys = models.JSONField(default=dict, db_default={}, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # AbstractUser's has usernames

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_lower")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and end what a new password or a deactivation must end: API tokens and, after deactivation, sessions.

        Here, because pages, commands and the server admin pages all save the account. Django ends the sessions after
        a new password itself.
        """
        has_new_password = getattr(self, "_password", None) is not None and self.pk is not None
        super().save(*args, **kwargs)
        if has_new_password or not self.is_active:
            self.api_tokens.all().delete()
        if not self.is_active:
            end_sessions(self)

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.time_zone)

    @property
    def name(self) -> str:
        return self.get_full_name() or self.email


class Role(models.TextChoices):
    """The permissions of a member. Each role includes the permissions of the previous one."""

    VIEWER = "viewer", _("Viewer")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Admin")


ROLE_ORDER = [Role.VIEWER, Role.MANAGER, Role.ADMIN]


class Project(models.Model):
    """A workspace for one brand or client.

    `sample_of` is the person who loaded it, if it is a sample project (`is_sample`): each person has one of their own.
    `deleted_at` (UTC) is set when people delete it: it then has no members, and its rows are deleted in batches
    (provisioning/deletion.py).
    """

    name = models.CharField(_("name"), max_length=100)
    is_sample = models.BooleanField(default=False)
    sample_of = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="projects"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample_of"], name="one_sample_project_per_person"),
            models.CheckConstraint(
                condition=models.Q(is_sample=True) | models.Q(sample_of=None), name="sample_of_person_is_sample"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def managers(self) -> "models.QuerySet[User]":
        """Return its active managers and admins."""
        return self._active([Role.MANAGER, Role.ADMIN])

    def admins(self) -> "models.QuerySet[User]":
        """Return its active admins."""
        return self._active([Role.ADMIN])

    def _active(self, roles: list[str]) -> "models.QuerySet[User]":
        found = User.objects.filter(memberships__project=self, memberships__role__in=roles)
        return found.filter(is_active=True).order_by("pk")


class Membership(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.VIEWER)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="one_membership_per_project"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.project} · {self.role}"

    def may(self, role: str) -> bool:
        """Return True if this member's role is `role` or higher."""
        return ROLE_ORDER.index(Role(self.role)) >= ROLE_ORDER.index(Role(role))


class Invitation(models.Model):
    """An offer of membership to an email address, open until it is accepted or `expires_at` (UTC)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("email address"))
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.VIEWER)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "project",
                Lower("email"),
                condition=models.Q(accepted_at=None),
                name="one_open_invitation_per_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.project}"


class ApiToken(models.Model):
    """A token with which a program acts as its user. Only its hash is stored; the token is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} · {self.user}"


class PasswordResetRequest(models.Model):
    """An address for which somebody asked for a reset link, until a worker sends it (accounts/password_reset.py)."""

    email = models.EmailField(_("email address"))
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.email


class ActivityEntry(models.Model):
    """One change that a person (without `user`: Vigie itself) made in a project. Never changed or deleted on its own.

    `action` is a code such as "keyword.created"; `target` is the name of the row for people. `at` is UTC.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="activity")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=50)
    target = models.CharField(max_length=300)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["project", "-at"], name="activity_by_project")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.target}"
