"""The forms that add sources: one by a feed or website URL, several by an OPML file.

Called by dashboards/views/source_add.py.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from monitoring.services.sources import open_candidate

MAX_LINES = 1_000
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
            data["url"] = open_candidate(data.get("url", ""), data["sealed"])
        return data


class UrlListForm(forms.Form):
    """Feed URLs, one per line, with tags for all of them."""

    urls = forms.CharField(
        label=_("Feed URLs"),
        max_length=MAX_LINES * 2000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("One per line, for instance those of your Google Alerts with delivery to an RSS feed."),
    )
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=500, help_text=_("Separated by commas, for all of these feeds.")
    )

    def clean_urls(self) -> str:
        urls = self.cleaned_data["urls"]
        if len(urls.splitlines()) > MAX_LINES:
            raise ValidationError(_("Enter at most 1,000 lines. Nothing was imported."))
        return urls


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
