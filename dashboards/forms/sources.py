"""The forms that add sources: one by a feed or website URL, several by an OPML file.

Called by dashboards/views/source_add.py.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.secret_box import Unreadable, open_sealed
from monitoring.http.secret_urls import hide

MAX_OPML_BYTES = 5 * 1024 * 1024  # some 20,000 feeds


class SourceForm(forms.Form):
    """The URL of a feed, or of a website that has one."""

    url = forms.CharField(
        label=_("Feed or website URL"),
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
        help_text=_("Paste a website URL and Vigie will find its feed."),
    )
    is_secret = forms.BooleanField(
        label=_("Hide the whole URL"),
        required=False,
        help_text=_(
            "For a private feed with a secret URL. Passwords and tokens that Vigie recognizes are always hidden."
        ),
    )
    # The whole URL of a feed that Vigie has found on a page, encrypted.
    sealed = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Take the whole URL of a feed that was offered with a hidden one."""
        data = super().clean() or self.cleaned_data
        if data.get("sealed"):
            try:
                url = open_sealed(data["sealed"])
            except Unreadable:
                url = ""
            if hide(url) == data.get("url"):
                data["url"] = url
        return data


class OpmlForm(forms.Form):
    """An OPML file, cleaned to its bytes."""

    file = forms.FileField(
        label=_("OPML file"), help_text=_("A list of feeds exported from another feed reader (.opml or .xml).")
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MAX_OPML_BYTES:
            raise ValidationError(_("This file is too large."))
        return file.read()
