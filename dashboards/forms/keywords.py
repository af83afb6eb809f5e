"""The form of a tracked keyword: what a person enters in, fields for services/keywords.py out.

Called by dashboards/views/keyword_edit.py. The rules are in monitoring; errors appear at their fields.
"""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dashboards.forms.query_problem import QueryProblem, query_problem
from monitoring.messages.labels import language_name
from monitoring.models import Keyword

# Languages to limit a keyword to. Items without a language tag match only keywords without a limit.
LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt")


class KeywordForm(forms.Form):
    """A tracked keyword. `problem` is the error in the query, if it cannot be parsed."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("For example, the brand name."))
    type = forms.ChoiceField(label=_("Type"), choices=Keyword.Type.choices, widget=forms.RadioSelect, initial="brand")
    query = forms.CharField(
        label=_("Query"),
        max_length=10_000,
        widget=forms.Textarea(
            attrs={
                "class": "query",
                "rows": 3,
                "spellcheck": "false",
                "autocomplete": "off",
                "autocapitalize": "off",
                "aria-describedby": "query-problem",
            }
        ),
        strip=False,
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Leave empty to include all languages."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.initial.get("languages") or []
        codes = [*LANGUAGES, *(code for code in chosen if code not in LANGUAGES)]
        languages = cast(forms.MultipleChoiceField, self.fields["languages"])
        names = sorted(((code, language_name(code)) for code in codes), key=lambda pair: pair[1])
        languages.choices = names
        self.problem: QueryProblem | None = None

    def clean_query(self) -> str:
        query = self.cleaned_data["query"].strip("\r\n")
        self.problem = query_problem(query, saved=query == self.initial.get("query"))
        if self.problem:
            raise ValidationError(self.problem.message)
        return query

    def add_service_errors(self, error: ValidationError) -> None:
        """Add the errors that a service raised to the fields they name, else to the form."""
        for field, errors in error.error_dict.items():
            self.add_error(field if field in self.fields else None, errors)
