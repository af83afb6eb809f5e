"""Check what a person enters for a source or a credential of a platform. Pure.

In: a platform and texts by the names of its settings. Out: the values to store, and a code for each field that has a
problem; the words are in messages/setting_errors.py. Called by services/platform_sources.py and the forms.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from monitoring.content.scrub import is_storable
from monitoring.platforms.base import Can, Needs, Platform, Setting

MAX_VALUE = 1_000  # characters: a token is shorter, a private key of an app may be longer than a line
MAX_SECRET = 8_000
ERROR_CODES = {
    "required": "a setting without a value and without a default",
    "malformed": "a value that doesn't match the setting's pattern",
    "other_account": "a server that is not that of the key or account",
    "too_long": "more characters than a setting or secret may have",
    "public_key": "a public key or certificate instead of a private key",
    "not_p8": "no private key as App Store Connect gives it, a .p8 file",
    "not_service_account": "no JSON key of a service account",
    "unknown_country": "a code of two letters that is no country of ISO 3166",
}


@dataclass(frozen=True, slots=True)
class CheckedSettings:
    """The values to store, and the code of a problem by the name of the setting."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    problems: dict[str, str] = field(default_factory=dict)


def public_settings(platform: Platform) -> tuple[Setting, ...]:
    """Return the settings that a source stores."""
    return tuple(setting for setting in platform.settings if not setting.is_secret)


def secret_settings(platform: Platform) -> tuple[Setting, ...]:
    """Return the settings that a credential stores, encrypted."""
    return tuple(setting for setting in platform.settings if setting.is_secret)


def server_settings(platform: Platform, settings: Mapping[str, str]) -> dict[str, str]:
    """Return those of the settings that name the host of the requests."""
    names = [setting.name for setting in platform.settings if setting.is_server]
    return {name: settings[name] for name in names if settings.get(name)}


def server_of(platform: Platform, settings: Mapping[str, str]) -> str:
    """Return the host that the settings name, "" if they name none: the platform has only one, or it is missing."""
    named = server_settings(platform, settings)
    return urlsplit(platform.api_url(named)).netloc.lower() if named else ""


def needs_credential(platform: Platform) -> bool:
    """Return whether a source of the platform can't be read without a credential."""
    return any(setting.is_required for setting in secret_settings(platform))


def is_recommended(platform: Platform) -> bool:
    """Return whether a source of the platform needs nothing from a person, and finds the keywords in all its items."""
    is_free = platform.needs == Needs.NOTHING and (Can.SEARCH in platform.can or platform.is_streamed)
    return is_free and not any(setting.is_required and not setting.default for setting in platform.settings)


def check(settings: tuple[Setting, ...], entered: Mapping[str, str]) -> CheckedSettings:
    """Return the values of these settings; a missing one has its default. Other names are ignored."""
    checked = CheckedSettings()
    for setting in settings:
        value = entered.get(setting.name, "").strip() or setting.default
        if problem := _problem(setting, value):
            checked.problems[setting.name] = problem
        elif value:
            checked.values[setting.name] = stored_value(setting, value)
    return checked


def stored_value(setting: Setting, value: str) -> str:
    """Return what is stored of a value that was entered, "" if it doesn't match the pattern."""
    found = re.fullmatch(setting.pattern or r"[\s\S]*", value)
    return (found.groupdict().get("value") or value) if found else ""


def _problem(setting: Setting, value: str) -> str:
    if not value:
        return "required" if setting.is_required else ""
    if len(value) > (MAX_SECRET if setting.is_secret else MAX_VALUE):
        return "too_long"
    if not is_storable(value) or not stored_value(setting, value):
        return "malformed"
    return setting.check(value) if setting.check else ""
