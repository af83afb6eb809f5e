"""The form of a source of a platform, generated from the platform's settings, and those of a credential.

In: a platform, the project's credentials of it, and POST data. Out: a `NewPlatformSource` with checked values.
Called by dashboards/views/platform_add.py, source_settings.py and credentials.py.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _

from monitoring.messages.labels import translated
from monitoring.messages.setting_errors import setting_error
from monitoring.models import Credential
from monitoring.platforms.base import Platform, Setting
from monitoring.platforms.settings import check, needs_credential, public_settings, secret_settings
from monitoring.services.platform_sources import NewPlatformSource, check_new


class SecretTextarea(forms.Textarea):
    """A field for a secret of several lines. Like that of a password, it never shows what was entered."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class SettingsForm(forms.Form):
    """The public settings of a source."""

    def __init__(self, platform: Platform, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.platform = platform
        self.fields.update({setting.name: _field(setting) for setting in public_settings(platform)})

    def add_problems(self, problems: dict[str, str]) -> None:
        """Show codes of platforms/settings.py as sentences at their fields."""
        settings = {setting.name: setting for setting in self.platform.settings}
        for name, code in problems.items():
            label, example = (settings[name].label, settings[name].example) if name in settings else ("", "")
            self.add_error(name if name in self.fields else None, setting_error(code, label, example))

    def texts(self, settings: Iterable[Setting]) -> dict[str, str]:
        """Return what was entered for these settings."""
        return {setting.name: self.cleaned_data.get(setting.name, "") for setting in settings}


class PlatformForm(SettingsForm):
    """The settings of a new source, and a credential: one of the project's, or the secrets of a new one."""

    NEW = "new"

    def __init__(self, platform: Platform, credentials: Sequence[Credential], *args: Any, **kwargs: Any) -> None:
        super().__init__(platform, *args, **kwargs)
        self.credentials = {str(credential.pk): credential for credential in credentials}
        self.new = NewPlatformSource(platform.name)
        secrets = secret_settings(platform)
        if secrets and credentials:
            choices = [(pk, str(credential)) for pk, credential in self.credentials.items()]
            self.fields["credential"] = forms.ChoiceField(
                label=_("Key or account"),
                choices=[*choices, (self.NEW, _("Enter a new one below"))],
                initial=choices[0][0],
                required=False,
            )
        self.fields.update({setting.name: _field(setting) for setting in secrets})
        if secrets:
            self.fields["credential_name"] = forms.CharField(
                label=_optional(_("Name of the new key or account")),
                max_length=200,
                required=False,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
                help_text=_("How your team recognizes it. The key itself is encrypted and never shown again."),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        credential = self.credentials.get(data.get("credential", ""))
        entered = {} if credential else self.texts(secret_settings(self.platform))
        self.new = NewPlatformSource(
            platform=self.platform.name,
            settings=self.texts(public_settings(self.platform)),
            credential=credential,
            secrets=entered,
            credential_name=data.get("credential_name", ""),
        )
        settings, secrets = check_new(self.platform, self.new)
        self.add_problems({**settings.problems, **secrets.problems})
        self.new = NewPlatformSource(
            self.platform.name, settings.values, credential, secrets.values, data.get("credential_name", "")
        )
        return data


class SecretsForm(SettingsForm):
    """New secrets for a credential."""

    def __init__(self, platform: Platform, *args: Any, **kwargs: Any) -> None:
        super().__init__(platform, *args, **kwargs)
        self.fields = {setting.name: _field(setting) for setting in secret_settings(platform)}
        self.secrets: dict[str, str] = {}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        secrets = secret_settings(self.platform)
        checked = check(secrets, self.texts(secrets))
        problems = checked.problems
        if not problems and not checked.values and not needs_credential(self.platform):
            problems = {secrets[0].name: "required"}
        self.add_problems(problems)
        self.secrets = checked.values
        return data


def _field(setting: Setting) -> forms.CharField:
    """Return the field of a setting. What it must be is checked by the platform's rules, not here."""
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    if setting.example:
        attrs["placeholder"] = setting.example
    label = translated(setting.label)
    return forms.CharField(
        label=label if setting.is_required else _optional(label),
        initial=setting.default,
        required=False,
        widget=_widget(setting, attrs),
        help_text=_help(setting),
    )


def _widget(setting: Setting, attrs: dict[str, str]) -> forms.Widget:
    if setting.is_secret and setting.is_multiline:
        return SecretTextarea({**attrs, "rows": "5", "class": "query"})
    if setting.is_secret:
        return forms.PasswordInput({**attrs, "autocomplete": "new-password"})
    return forms.TextInput(attrs)


def _optional(label: str) -> str:
    return _("%(label)s (optional)") % {"label": label}


def _help(setting: Setting) -> str:
    text = translated(setting.help)
    if not setting.link:
        return text
    host = urlsplit(setting.link).hostname or setting.link
    link = format_html(
        '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>',
        setting.link,
        _("Get it at %(host)s") % {"host": host},
    )
    return format_html("{} {}", text, link) if text else link


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, None for a GET. Forms of platforms without settings are sent empty."""
    return request.POST if request.method == "POST" else None
