"""Forms of the Sources page: a feed or site URL, and an OPML file."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dashboards.forms.keywords import MAX_OPML_BYTES


class SourceForm(forms.Form):
    url = forms.CharField(
        label=_("Feed or website URL"),
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
        help_text=_("Paste a website URL and Vigie will find its feed."),
    )


class OpmlForm(forms.Form):
    file = forms.FileField(
        label=_("OPML file"), help_text=_("A list of feeds exported from another feed reader (.opml or .xml).")
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MAX_OPML_BYTES:
            raise ValidationError(_("This file is too large."))
        return file.read()
