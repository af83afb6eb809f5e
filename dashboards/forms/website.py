"""The form of a connection to website figures, generated from the fields of its reader; and that of campaign links.

In: a reader and POST data. Out: `values` as website/connecting.py takes them. Called by
dashboards/views/website_settings.py and dashboards/views/website.py.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import TimeZoneField
from dashboards.forms.platforms import SecretTextarea
from delivery.channels.http import UrlField
from monitoring.messages.labels import translated
from website.messages import error_text, field_error_text
from website.readers.base import Field, Reader, ReadError
from website.readers.google_sign_in import Choice
from website.utm import MAX_LENGTH, Tags, tagged_url

MAX_VALUE = 8_000  # characters: a key file has 2,400


class CheckedField(forms.CharField):
    """A value that has to match the pattern and the check of its field; the group `value` is the cleaned one."""

    def __init__(self, about: Field, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.about = about

    def clean(self, value: Any) -> str:
        text, about = super().clean(value), self.about
        found = re.fullmatch(about.pattern or r"[\s\S]*", text)
        code = "malformed" if not found else about.check(text) if about.check else ""
        if not found or code:
            raise forms.ValidationError(field_error_text(code, about.example), code=code)
        return found.groupdict().get("value") or text


class WebsiteForm(forms.Form):
    """The fields of a reader, or only its secrets, to replace them."""

    def __init__(self, reader: Reader, *args: Any, only_secrets: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = reader
        for about in reader.fields:
            if about.is_secret or not only_secrets:
                self.fields[about.name] = _field(about)

    @property
    def values(self) -> Mapping[str, str]:
        return {name: str(value) for name, value in self.cleaned_data.items()}

    def add_refusal(self, error: ReadError) -> None:
        """Show why the provider refused, at the field that it is about, with the provider's own words."""
        text = error_text(self.reader.name, error.code)
        if error.detail:
            text = _("%(sentence)s Server response: %(response)s") % {"sentence": text, "response": error.detail}
        self.add_error(error.field if error.field in self.fields else None, text)


class PropertyForm(forms.Form):
    """The properties of Google Analytics that a person may read, by account."""

    property = forms.ChoiceField(label=gettext_lazy("Property"))

    def __init__(self, choices: Sequence[Choice], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [
            (account or "–", [(one.number, f"{one.name} ({one.number})") for one in found])
            for account, found in groupby(choices, key=lambda one: one.account)
        ]
        self.fields["property"].choices = [(name, rows) for name, rows in groups]  # type: ignore[attr-defined]


class LinkForm(forms.Form):
    """A page and the campaign parameters of the link to it."""

    url = UrlField(label=gettext_lazy("Page"), widget=forms.TextInput(attrs={"placeholder": "https://example.com/"}))
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=MAX_LENGTH,
        help_text=gettext_lazy("Where the link is published, for example mastodon or linkedin."),
    )
    medium = forms.CharField(
        label=gettext_lazy("Medium"),
        max_length=MAX_LENGTH,
        initial="social",
        help_text=gettext_lazy("The type of place: social, email, referral."),
    )
    campaign = forms.CharField(label=gettext_lazy("Campaign"), max_length=MAX_LENGTH)
    content = forms.CharField(
        label=gettext_lazy("Post"),
        max_length=MAX_LENGTH,
        required=False,
        help_text=gettext_lazy("Names the post, so the page shows which one people came from."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})

    def link(self) -> str:
        """Return the link, once the form is valid."""
        values = dict(self.cleaned_data)
        return tagged_url(values.pop("url"), Tags(**values))


def _field(about: Field) -> forms.Field:
    label, help_text = translated(about.label), translated(about.help)
    if about.is_zone:
        return TimeZoneField(label=label, help_text=help_text)
    attrs = {"autocomplete": "off", "spellcheck": "false"}
    if not about.is_secret:
        help_text = format_html("{} {}", help_text, _("Example: %(example)s") % {"example": about.example})
    if about.is_url:
        return UrlField(label=label, help_text=help_text, widget=forms.TextInput(attrs=attrs))
    widget: forms.Widget = forms.TextInput(attrs=attrs)
    if about.is_multiline:
        widget = SecretTextarea(attrs={**attrs, "rows": 6, "class": "query", "placeholder": about.example})
    elif about.is_secret:
        widget = forms.PasswordInput(attrs={**attrs, "autocomplete": "new-password", "placeholder": about.example})
    return CheckedField(about, label=label, help_text=help_text, widget=widget, max_length=MAX_VALUE)
