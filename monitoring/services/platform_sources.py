"""Add sources of platforms, and change their settings.

In: a project, a platform, and entered texts. Out: the source, or the problem of each field by its name. Each change
writes the activity log. Called by the Sources pages and the API; sources.py pauses, checks and deletes them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.messages.labels import translated
from monitoring.models import Credential, Source
from monitoring.platforms.base import Platform
from monitoring.platforms.registry import PLATFORMS
from monitoring.platforms.settings import (
    CheckedSettings,
    check,
    is_recommended,
    needs_credential,
    public_settings,
    secret_settings,
    server_settings,
)
from monitoring.polling.credential_state import bind, is_for_server
from monitoring.services.credentials import create_credential
from monitoring.services.sources import is_usable, wake_pollers
from outbound import host_key


@dataclass(frozen=True, slots=True)
class NewPlatformSource:
    """A source to add. `credential` is an existing one of the project; `secrets` are for a new one."""

    platform: str
    settings: Mapping[str, str] = field(default_factory=dict)
    credential: Credential | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    credential_name: str = ""


@dataclass(frozen=True, slots=True)
class PlatformResult:
    """The source, or codes of platforms/settings.py by the names of the fields. `created` is False if it existed."""

    source: Source | None = None
    created: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)


def addable_platforms() -> list[Platform]:
    """Return the platforms whose sources are added by their settings: all but feeds, which have a URL."""
    return [platform for platform in PLATFORMS.values() if platform.name != "feed"]


def recommended_platforms() -> list[Platform]:
    """Return the platforms that need nothing from a person and search for the keywords."""
    return [platform for platform in addable_platforms() if is_recommended(platform)]


def check_entered(
    platform: Platform, entered: Mapping[str, str], credential: Credential | None = None
) -> CheckedSettings:
    """Return the settings of a source. A value that gives no usable URL is a problem of the first setting.

    A connected account has some of them. Keys and accounts are used at their own server only.
    """
    is_connected = credential is not None and credential.is_connected
    settings = public_settings(platform)
    if is_connected:
        settings = tuple(replace(one, is_required=False) if one.is_of_account else one for one in settings)
    checked = check(settings, entered)
    if credential and not is_for_server(credential, platform, checked.values):
        others = dict.fromkeys(server_settings(platform, checked.values), "other_account")
        return CheckedSettings(checked.values, {**checked.problems, **others})
    if checked.problems or not checked.values:
        return checked
    if not is_usable(platform.address(checked.values)) or not host_key(platform.api_url(checked.values)):
        return CheckedSettings(checked.values, {next(iter(checked.values)): "malformed"})
    return checked


def check_new(platform: Platform, new: NewPlatformSource) -> tuple[CheckedSettings, CheckedSettings]:
    """Return the checked settings and the checked secrets, which are not asked for if there is a credential."""
    settings = check_entered(platform, new.settings, new.credential)
    is_asked = new.credential is None and (needs_credential(platform) or any(new.secrets.values()))
    return settings, check(secret_settings(platform), new.secrets) if is_asked else CheckedSettings()


def add_platform_source(project: Project, user: User | None, new: NewPlatformSource) -> PlatformResult:
    """Add a source of a platform, and its credential if there are secrets for a new one. It is polled immediately."""
    platform = PLATFORMS[new.platform]
    settings, secrets = check_new(platform, new)
    if settings.problems:
        return PlatformResult(problems={**settings.problems, **secrets.problems})
    url = platform.address(settings.values)
    if known := project.sources.filter(url=url).first():
        return PlatformResult(known)
    if secrets.problems:
        return PlatformResult(problems=secrets.problems)
    try:
        with transaction.atomic():
            credential = new.credential
            if secrets.values:
                name = new.credential_name or source_title(platform, settings.values)
                credential = create_credential(project, user, platform, secrets.values, settings.values, name)
            elif credential and not bind(credential, platform, settings.values):
                return PlatformResult(
                    problems=dict.fromkeys(server_settings(platform, settings.values), "other_account")
                )
            source = _create(project, platform, settings.values, credential)
            record(project, user, "source.added", source, url=source.url, platform=platform.name)
    except IntegrityError:  # another request has just added it
        return PlatformResult(project.sources.get(url=url))
    wake_pollers()
    return PlatformResult(source, created=True)


def add_recommended(project: Project, user: User | None, platforms: Iterable[str]) -> list[Source]:
    """Add a source of each of these recommended platforms that the project doesn't have yet. Return the new ones."""
    wanted = set(platforms)
    found = [platform for platform in recommended_platforms() if platform.name in wanted]
    results = [add_platform_source(project, user, NewPlatformSource(platform.name)) for platform in found]
    return [result.source for result in results if result.created and result.source]


def change_settings(source: Source, user: User | None, entered: Mapping[str, str]) -> PlatformResult:
    """Change the settings of a source, which is then read from the start.

    A worker that is polling it with the old settings loses its lease, so it can't store where it would have gone on.
    """
    platform = PLATFORMS[source.platform]
    checked = check_entered(platform, entered, source.credential)
    if checked.problems:
        return PlatformResult(problems=checked.problems)
    url = platform.address(checked.values)
    if Source.objects.filter(project=source.project_id, url=url).exclude(pk=source.pk).exists():
        return PlatformResult(problems={next(iter(checked.values), ""): "duplicate"})
    names = {setting.name for setting in public_settings(platform)}
    kept = {name: value for name, value in source.settings.items() if name not in names}
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(
            settings=kept | checked.values,
            url=url,
            host=host_key(platform.api_url(checked.values)),
            title=source_title(platform, checked.values),
            resume_state={},
            report={},
            claimed_by=None,
            claimed_until=None,
            next_poll_at=timezone.now(),
        )
        source.refresh_from_db()
        record(source.project, user, "source.changed", source, url=source.url)
    wake_pollers()
    return PlatformResult(source)


def shown_settings(source: Source) -> dict[str, str]:
    """Return the settings of a source that people may see: those of its platform, without secrets."""
    platform = PLATFORMS.get(source.platform)
    names = [setting.name for setting in public_settings(platform)] if platform else []
    return {name: source.settings[name] for name in names if source.settings.get(name)}


def source_title(platform: Platform, settings: Mapping[str, str]) -> str:
    """Return the name of a source: its platform and its own settings, such as "Mastodon hashtag · lumen"."""
    own = [
        settings[one.name] for one in public_settings(platform) if settings.get(one.name, one.default) != one.default
    ]
    return " · ".join([translated(platform.label), *own[:2]])[:300]


def _create(
    project: Project, platform: Platform, settings: Mapping[str, str], credential: Credential | None
) -> Source:
    return Source.objects.create(
        project=project,
        platform=platform.name,
        url=platform.address(settings),
        host=host_key(platform.api_url(settings)),
        title=source_title(platform, settings),
        settings=dict(settings),
        credential=credential,
    )
