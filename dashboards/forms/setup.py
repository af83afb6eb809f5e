"""The forms of the setup page: names in the first step, their suggested queries and the sources in the second.

Called by dashboards/views/setup.py.
"""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from dashboards.forms.keywords import LANGUAGES
from dashboards.forms.query_problem import query_problem
from monitoring.messages.labels import language_name, translated
from monitoring.models import Keyword
from monitoring.query import tokenize
from monitoring.query_tools.suggest_query import Suggestion, suggest_query
from monitoring.services.platform_sources import recommended_platforms
from monitoring.services.setup import NewKeyword

MAX_COMPETITORS = 10
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


def _parts(text: str, separator: str = ",") -> tuple[str, ...]:
    return tuple(part for part in (" ".join(part.split()) for part in text.split(separator)) if part)


class NamesForm(forms.Form):
    """Names of the brand and its competitors, and what makes their queries precise."""

    brand = forms.CharField(label=_("Brand"), max_length=100, widget=forms.TextInput(_PLAIN))
    spellings = forms.CharField(
        label=_("Other spellings (optional)"),
        max_length=500,
        required=False,
        widget=forms.TextInput(_PLAIN),
        help_text=_("Abbreviations, handles, frequent typos, separated by commas. Accents and case don’t matter."),
    )
    context = forms.CharField(
        label=_("Related words (optional)"),
        max_length=500,
        required=False,
        widget=forms.TextInput(_PLAIN),
        help_text=_("If the name has other meanings: words of which one must be present too, separated by commas."),
    )
    excluded = forms.CharField(
        label=_("Excluded words (optional)"),
        max_length=500,
        required=False,
        widget=forms.TextInput(_PLAIN),
        help_text=_("Words that show an item is about something else, separated by commas."),
    )
    competitors = forms.CharField(
        label=_("Competitors (optional)"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({**_PLAIN, "rows": 3}),
        help_text=_("One per line."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Leave empty to include all languages."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = cast(forms.MultipleChoiceField, self.fields["languages"])
        languages.choices = [(code, name) for name, code in sorted((language_name(code), code) for code in LANGUAGES)]

    def clean_brand(self) -> str:
        brand = " ".join(self.cleaned_data["brand"].split())
        if not tokenize(brand):
            raise ValidationError(_("Enter a name with letters or digits."))
        return brand

    def clean_competitors(self) -> tuple[str, ...]:
        entered = (name[:100] for name in _parts(self.cleaned_data["competitors"], "\n") if tokenize(name))
        names: dict[str, str] = {}
        for name in entered:
            names.setdefault(name.casefold(), name)
        if len(names) > MAX_COMPETITORS:
            text = ngettext_lazy("Enter at most %(number)s name.", "Enter at most %(number)s names.", MAX_COMPETITORS)
            raise ValidationError(text % {"number": MAX_COMPETITORS})
        return tuple(names.values())

    def suggestions(self) -> list[tuple[str, Suggestion]]:
        """Return keyword types and suggestions, the brand first. Only for valid forms."""
        data = self.cleaned_data
        extras = (_parts(data[name]) for name in ("spellings", "context", "excluded"))
        brand = (Keyword.Type.BRAND.value, suggest_query(data["brand"], *extras))
        others = [name for name in data["competitors"] if name.casefold() != data["brand"].casefold()]
        return [brand, *((Keyword.Type.COMPETITOR.value, suggest_query(name)) for name in others)]


class QueryForm(forms.Form):
    """A suggested keyword, whose query people can change."""

    name = forms.CharField(max_length=100, widget=forms.HiddenInput)
    type = forms.ChoiceField(choices=Keyword.Type.choices, widget=forms.HiddenInput)
    query = forms.CharField(
        label=_("Query"),
        max_length=10_000,
        required=False,
        strip=True,
        widget=forms.Textarea({**_PLAIN, "rows": 2, "autocapitalize": "off", "class": "field-code"}),
    )

    def clean_query(self) -> str:
        query = self.cleaned_data["query"]
        if query and (problem := query_problem(query)):
            raise ValidationError(problem.message)
        return query

    @property
    def type_label(self) -> str:
        return str(dict(Keyword.Type.choices).get(self["type"].value(), ""))


QueryFormSet = forms.formset_factory(
    QueryForm, extra=0, min_num=1, max_num=MAX_COMPETITORS + 1, absolute_max=MAX_COMPETITORS + 1, validate_max=True
)


class SourcesForm(forms.Form):
    """The recommended platforms to search, and the languages of the first step."""

    platforms = forms.MultipleChoiceField(label=_("Sources"), required=False, widget=forms.CheckboxSelectMultiple)
    languages = forms.MultipleChoiceField(
        required=False, choices=[(code, code) for code in LANGUAGES], widget=forms.MultipleHiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (one.name, f"{translated(one.label)} – {translated(one.summary)}") for one in recommended_platforms()
        ]
        cast(forms.MultipleChoiceField, self.fields["platforms"]).choices = choices


def confirmed(forms_of_queries: forms.BaseFormSet) -> list[tuple[int, NewKeyword]]:
    """Return the keywords with a query, with the place of their form; people empty those they don't want."""
    data = [form.cleaned_data for form in forms_of_queries.forms]
    return [
        (place, NewKeyword(one["name"], one["type"], one["query"])) for place, one in enumerate(data) if one["query"]
    ]
