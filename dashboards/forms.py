"""The forms of the keyword and source pages. What they accept is decided in monitoring; errors stand beside fields."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dashboards.filterbar import language_name
from monitoring.models import Topic
from monitoring.query import QueryError, parse
from monitoring.query_errors import explain_error

# What a keyword can be narrowed to. Sources say their language by tags; others are matched by "all languages".
LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt")
MAX_OPML_BYTES = 5 * 1024 * 1024  # some 20,000 feeds


@dataclass(frozen=True)
class Caret:
    """The line of a query with the mistake: what stands before it, the wrong place (at least one character), after."""

    before: str
    wrong: str
    after: str

    @property
    def pointer(self) -> str:
        """The line to stand below: carets under the wrong place."""
        return " " * len(self.before) + "^" * len(self.wrong)


@dataclass(frozen=True)
class QueryProblem:
    message: str
    caret: Caret


def query_problem(query: str) -> QueryProblem | None:
    """What is wrong with a query, in the reader's language and at its place; None where it can be read."""
    try:
        parse(query)
    except QueryError as error:
        return QueryProblem(explain_error(error), caret(query, error.position, error.length))
    return None


def caret(query: str, position: int, length: int) -> Caret:
    start = query.rfind("\n", 0, position) + 1
    line = query[start:].split("\n", 1)[0].replace("\t", " ").rstrip("\r")
    place = min(position - start, len(line))
    end = max(place + length, place + 1)
    return Caret(line[:place], line[place:end] or " ", line[end:])


class TopicForm(forms.Form):
    """A watched keyword. `problem` is set where the query cannot be read."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What you call it, for instance the name of the brand.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Topic.Kind.choices, widget=forms.RadioSelect, initial="brand")
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
        help_text=_("None chosen: all languages."),
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


class SourceForm(forms.Form):
    url = forms.CharField(
        label=_("Address of a feed or a site"),
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
        help_text=_("Paste the address of a site: Vigie finds its feed."),
    )


class OpmlForm(forms.Form):
    file = forms.FileField(
        label=_("OPML file"), help_text=_("The list of feeds that other feed readers export (.opml or .xml).")
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MAX_OPML_BYTES:
            raise ValidationError(_("This file is too large for a list of feeds."))
        return file.read()
