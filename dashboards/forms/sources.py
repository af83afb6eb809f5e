"""The forms that add sources: one by a feed or website URL, several by an OPML file.

Called by dashboards/views/source_add.py.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_OPML_BYTES = 5 * 1024 * 1024  # some 20,000 feeds


class SourceForm(forms.Form):
    """The URL of a feed, or of a website that has one."""

    url = forms.CharField(
        label=_("Feed or website URL"),
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
        help_text=_("Paste a website URL and Vigie will find its feed."),
    )


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
