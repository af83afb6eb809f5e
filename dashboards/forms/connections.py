"""The forms of connecting an account: the app that an admin has created, and the settings of the account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboards.forms.platforms import SettingsForm
from monitoring.platforms.base import Platform
from monitoring.platforms.oauth import App, OAuth
from monitoring.platforms.settings import check

_TEXT = {"autocomplete": "off", "spellcheck": "false"}
# Headers and forms may have visible ASCII, an ID no colon (RFC 7617).
_ERRORS = {"invalid": _("This has an invalid character. Check it for spaces and missing characters.")}


class AppForm(forms.Form):
    client_id = forms.RegexField(
        r"\A[!-9;-~]{1,500}\Z", strip=True, label=_("App ID"), widget=forms.TextInput(_TEXT), error_messages=_ERRORS
    )
    client_secret = forms.RegexField(
        r"\A[!-~]{1,1000}\Z",
        strip=True,
        label=_("App secret"),
        widget=forms.PasswordInput({**_TEXT, "autocomplete": "new-password"}),
        help_text=_("Stored encrypted, and never shown again."),
        error_messages=_ERRORS,
    )

    @property
    def app(self) -> App:
        return App(self.cleaned_data["client_id"], self.cleaned_data["client_secret"])


class ConnectForm(SettingsForm):
    """The settings that are part of the account, such as its server."""

    def __init__(self, platform: Platform, oauth: OAuth, *args: Any, **kwargs: Any) -> None:
        super().__init__(platform, *args, **kwargs)
        self.own = tuple(setting for setting in platform.settings if setting.name in oauth.settings)
        self.fields = {setting.name: self.fields[setting.name] for setting in self.own}
        self.values: dict[str, str] = {}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        checked = check(self.own, self.texts(self.own))
        self.add_problems(checked.problems)
        self.values = checked.values
        return data
