"""The API's operation that adds a source of a platform.

Managers add through monitoring/services/platform_sources.py. Mounted by api/app.py, as api/sources.py.
"""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from api.problems import InvalidField, InvalidRequest, field_error
from api.schemas import Body, SourceOut, Text
from monitoring.messages.setting_errors import setting_error
from monitoring.platforms.base import Platform
from monitoring.platforms.settings import public_settings, secret_settings
from monitoring.services.platform_sources import NewPlatformSource, add_platform_source, addable_platforms

router = Router(tags=["sources"])


class PlatformSourceIn(Body):
    platform: Text
    settings: dict[Text, Text] = Field({}, description="by the names of the platform’s settings")
    credential: int | None = Field(None, ge=1, lt=2**63, description="an existing key or account of the project")
    secrets: dict[Text, Text] = Field({}, description="for a new credential; encrypted and never returned")
    credential_name: Text = Field("", max_length=200)


@router.post("/projects/{int:project_id}/sources/platforms", response={200: SourceOut, 201: SourceOut})
def add_source_of_platform(request: SignedInRequest, project_id: int, source: PlatformSourceIn) -> Status:
    """Add a source of a platform. Returns 200 if the source already exists."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    platform = next((one for one in addable_platforms() if one.name == source.platform), None)
    if platform is None:
        names = ", ".join(sorted(one.name for one in addable_platforms()))
        raise InvalidField("platform", _("Unknown platform. Choose one of: %(names)s.") % {"names": names}, "unknown")
    credential = project.credentials.filter(pk=source.credential or 0, platform=platform.name).first()
    if source.credential and credential is None:
        raise InvalidField("credential", _("The project has no such credential for this platform."), "unknown")
    _refuse_unknown("settings", source.settings, [one.name for one in public_settings(platform)])
    _refuse_unknown("secrets", source.secrets, [one.name for one in secret_settings(platform)])
    new = NewPlatformSource(platform.name, source.settings, credential, source.secrets, source.credential_name)
    result = add_platform_source(project, request.user, new)
    if result.source is None:
        raise InvalidRequest(_errors(platform, result.problems))
    return Status(201 if result.created else 200, result.source)


def _refuse_unknown(field: str, entered: Mapping[str, str], names: list[str]) -> None:
    errors = [
        field_error(f"{field}.{name}", _("This platform has no such setting."), "unknown")
        for name in entered
        if name not in names
    ]
    if errors:
        raise InvalidRequest(errors)


def _errors(platform: Platform, problems: Mapping[str, str]) -> list[dict[str, object]]:
    settings = {setting.name: setting for setting in platform.settings}
    return [
        field_error(
            f"{'secrets' if settings[name].is_secret else 'settings'}.{name}",
            setting_error(code, settings[name].label, settings[name].example),
            code,
        )
        for name, code in problems.items()
    ]
