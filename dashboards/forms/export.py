"""The form of an export: its format and, for CSV, the separator of its fields. Used by dashboards/views/exports.py."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.exports.formats import FORMATS, SEPARATORS, default_separator

COOKIE = "export"  # the last choice in this browser: "csv.semicolon"


class ExportForm(forms.Form):
    """The choices of an export, with those of the last one as a start."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=[(name, one.label) for name, one in FORMATS.items()],
        widget=forms.RadioSelect,
    )
    separator = forms.ChoiceField(
        label=_("Separator in CSV files"),
        help_text=_("Excel in French expects semicolons, Excel in English commas."),
        choices=[("semicolon", _("Semicolon")), ("comma", _("Comma")), ("tab", _("Tab"))],
    )

    @classmethod
    def remembered(cls, cookie: str, language: str) -> "ExportForm":
        """Return the form with the choices in a cookie; what it lacks is what fits the language."""
        chosen, _dot, separator = cookie.partition(".")
        initial = {
            "format": chosen if chosen in FORMATS else "xlsx",
            "separator": separator if separator in SEPARATORS else default_separator(language),
        }
        return cls(initial=initial)

    def cookie(self) -> str:
        """Return the choices of a valid form for the cookie."""
        return f"{self.cleaned_data['format']}.{self.cleaned_data['separator']}"
