"""The form of the match explainer: a text or an item URL, and one keyword, all keywords or a custom query.

Called by dashboards/views/explain.py. The limits are those of monitoring/query_tools/explain.py; errors appear at
their fields.
"""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from dashboards.forms.query_problem import QueryProblem, query_problem
from monitoring.query_tools import explain

MAX_LENGTHS = {
    "text": explain.MAX_TEXT,
    "title": explain.MAX_TITLE,
    "url": explain.MAX_ADDRESS,
    "query": explain.MAX_QUERY,
}
FIELDS = ("document", "url", "title", "text", "keyword", "query")


class ExplainForm(forms.Form):
    """`document` is the id of a stored item without a URL. `problem` is the error in the query, if there is one."""

    document = forms.IntegerField(required=False, max_value=2**63 - 1, widget=forms.HiddenInput)
    url = forms.CharField(
        label=gettext_lazy("Item URL"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
        help_text=gettext_lazy(
            "Any variant of the URL works. If you also paste a text, site: and url: are checked against this URL."
        ),
    )
    title = forms.CharField(label=gettext_lazy("Title (optional)"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or paste a text"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    keyword = forms.TypedChoiceField(label=gettext_lazy("Keyword"), required=False, coerce=int, empty_value=None)
    query = forms.CharField(
        label=gettext_lazy("Or a custom query"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "query", "rows": 2, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.keywords = list(project.keywords.order_by("name", "id"))
        names = [(keyword.pk, keyword.name) for keyword in self.keywords]
        cast(forms.TypedChoiceField, self.fields["keyword"]).choices = [("", _("All keywords")), *names]
        self.problem: QueryProblem | None = None

    def clean(self) -> dict[str, object]:
        cleaned = self.cleaned_data
        explain.refuse_long(**{name: (cleaned.get(name, ""), limit) for name, limit in MAX_LENGTHS.items()})
        query = cleaned.get("query", "").strip("\r\n")
        self.problem = query_problem(query) if query.strip() else None
        if self.problem:
            self.add_error("query", self.problem.message)
        if not any(str(cleaned.get(name) or "").strip() for name in ("text", "title", "url", "document")):
            self.add_error("text", _("Paste a text or enter an item URL."))
        return cleaned
