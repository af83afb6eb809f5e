"""The forms of the keyword and source pages. What they accept is decided in monitoring; errors stand beside fields."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dashboards.forms.query_problem import QueryProblem, query_problem
from monitoring.messages.labels import language_name
from monitoring.models import Keyword

# What a keyword can be narrowed to. Sources say their language by tags; others are matched by "all languages".
LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt")
MAX_OPML_BYTES = 5 * 1024 * 1024  # some 20,000 feeds


class KeywordForm(forms.Form):
    """A watched keyword. `problem` is set where the query cannot be read."""

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

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.initial.get("languages") or []
        codes = [*LANGUAGES, *(code for code in chosen if code not in LANGUAGES)]
        self.fields["languages"].choices = sorted(((c, language_name(c)) for c in codes), key=lambda pair: pair[1])
        self.problem: QueryProblem | None = None

    def clean_query(self) -> str:
        query = self.cleaned_data["query"].strip("\r\n")
        self.problem = query_problem(query)
        if self.problem:
            raise ValidationError(self.problem.message)
        return query

    def add_domain_errors(self, error: ValidationError) -> None:
        """What monitoring refused, beside the fields it names."""
        for field, errors in error.error_dict.items():
            self.add_error(field if field in self.fields else None, errors)
