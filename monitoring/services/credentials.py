"""Create, replace and delete credentials: keys, passwords and tokens of platforms, stored encrypted.

In: a project or a credential, and secrets by the names of the platform's settings. Each change writes the activity
log, without secrets. Called by the pages of sources and credentials, and the API.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.models import Credential, Source
from monitoring.platforms.base import Platform
from monitoring.platforms.settings import server_settings
from monitoring.polling.credential_state import REJECTED
from monitoring.services.sources import wake_pollers

# Errors of a source that another key, password or sign-in may solve.
CREDENTIAL_ERRORS = ("credential_missing", "access_denied", "no_pages", *REJECTED)


def create_credential(
    project: Project,
    user: User | None,
    platform: Platform,
    secrets: Mapping[str, str],
    settings: Mapping[str, str],
    name: str = "",
) -> Credential:
    """Store the secrets of one account at a platform, for the server that the settings of its source name."""
    credential = Credential(
        project=project,
        platform=platform.name,
        name=name[:200],
        created_by=user,
        settings=server_settings(platform, settings),
    )
    credential.set_secrets(secrets)
    with transaction.atomic():
        credential.save()
        record(project, user, "credential.created", credential, platform=platform.name)
    return credential


def replace_secrets(credential: Credential, user: User | None, secrets: Mapping[str, str]) -> None:
    """Replace the secrets. Sources that failed because of the old ones are checked immediately.

    The lock of the row closes the race with a worker that renews a token (polling/jobs.py).
    """
    with transaction.atomic():
        locked = Credential.objects.select_for_update().get(pk=credential.pk)
        locked.set_secrets(secrets)
        locked.settings = {
            name: value for name, value in locked.settings.items() if name not in ("account", "account_id")
        }
        locked.expires_at = None
        locked.mark_replaced()
        locked.save()
        check_sources_again(locked)
        record(locked.project, user, "credential.replaced", locked, platform=locked.platform)
    wake_pollers()


def allow_replies(credential: Credential, user: User | None, is_allowed: bool) -> None:
    """Let managers publish replies with a credential, or stop that: replies that are queued then fail."""
    with transaction.atomic():
        changed = Credential.objects.filter(pk=credential.pk, can_reply=not is_allowed).update(can_reply=is_allowed)
        if changed:
            action = "credential.replies_allowed" if is_allowed else "credential.replies_stopped"
            record(credential.project, user, action, credential, platform=credential.platform)
    credential.can_reply = is_allowed


def attach_credential(source: Source, user: User | None, credential: Credential) -> None:
    """Let a source use a credential, and check it immediately."""
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(credential=credential)
        check_sources_again(credential)
        record(source.project, user, "source.credential", source, credential=str(credential))
    wake_pollers()


def delete_credential(credential: Credential, user: User | None) -> None:
    """Delete a credential. Its sources stay, and fail until they get another one."""
    with transaction.atomic():
        record(credential.project, user, "credential.deleted", credential, platform=credential.platform)
        credential.delete()


def check_sources_again(credential: Credential) -> None:
    """Check the sources that failed because of a credential immediately."""
    failing = Q(error_code__in=CREDENTIAL_ERRORS) | Q(last_success_at=None)
    Source.objects.filter(failing, credential=credential).update(next_poll_at=timezone.now())
