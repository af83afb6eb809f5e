"""The form of alert rules. Used by the rule pages and the API."""

from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from alerts.clause_form import (
    MAX_NUMBER,
    PARAMETER,
    UNUSED,
    ClauseForm,
    clause_errors,
    initial_of,
    normal_numbers,
    used_numbers,
)
from alerts.conditions.base import EACH, MAX_CLAUSES
from alerts.form_words import ABOUT, CONDITION, KEYWORD, KEYWORDS, MEASURE, PROJECT, SENSITIVITY, SENTIMENT, VIEW
from alerts.measures.registry import MEASURES
from alerts.models import Rule
from alerts.scope import normal_query, split_query
from delivery.channels.registry import channel_label
from delivery.destinations import destinations_of
from delivery.models import Destination
from monitoring.insights.filters import MentionFilter
from monitoring.models import Keyword

MAX_QUERY = 4000  # characters, as of saved views
MAX_HOLD = 60  # evaluations, one per minute
COOLDOWNS = (
    *((0, _("No cool-down")), (3600, _("1 hour")), (4 * 3600, _("4 hours")), (12 * 3600, _("12 hours"))),
    *((86400, _("1 day")), (7 * 86400, _("7 days"))),
)
FIELDS = [
    *("keyword", "view", "query", "measure", "parameter", "sentiment", "with_uncertain", "counts_stories"),
    *("counts_authors", "condition", "threshold", "percent", "change", "minimum", "sensitivity", "recovery"),
    *("tests_chance", "joined_by", "hold", "window_s", "is_critical", "cooldown_s", "max_per_day", "expires_on"),
    *("recipients", "destinations"),
]
# With a default: a program that doesn't know a field need not send it.
OPTIONAL = (
    *("measure", "parameter", "sensitivity", "joined_by", "hold", "cooldown_s", "threshold", "percent", "change"),
    *("minimum", "keyword"),
)
PHRASES = {"measure": MEASURE, "sentiment": SENTIMENT, "condition": CONDITION, "sensitivity": SENSITIVITY}
HELP = {
    "with_uncertain": _("When you filter by sentiment, also count mentions the model isn’t sure about."),
    "counts_stories": _("Reprints and copied posts then count as one mention."),
    "counts_authors": _("One account with many posts then triggers no alert."),
    "threshold": _("From −100 to 100 for net sentiment."),
    "percent": _("Compared with the previous period."),
    "change": _("Compared with the previous period."),
    "sensitivity": _("Compared with the same hours of the past four weeks."),
    "recovery": _("The incident ends after an hour at this value. Empty: clearly below the threshold."),
    "tests_chance": _("Small numbers often double or halve without any cause."),
    "hold": _("Rules are evaluated every minute: 5 means that the condition is met for 5 minutes."),
    "is_critical": _("A critical rule also alerts people in their quiet hours."),
    "cooldown_s": _("No new alert of this rule for this long after one."),
    "max_per_day": _("Alerts of this rule in 24 hours, at most. Empty: no maximum."),
    "expires_on": _("The rule is not evaluated after this day (UTC). Empty: no end."),
    "query": _(
        "The address of a filtered list of mentions, or its part after the question mark: language=fr&q=refund"
    ),
    "recipients": _("Leave empty to notify all managers and admins."),
    "destinations": _("With a channel and no recipient, only the channel is notified."),
    "view": _("The rule follows the view when it changes, and keeps its last filter if it is deleted."),
}


def channel_choice(destination: Destination) -> str:
    """Return the label of a destination: its name, its channel, and whether it is off."""
    state = "" if destination.is_on else _("off")
    details = " · ".join(str(part) for part in (channel_label(destination.channel), state) if part)
    return format_html('<bdi>{}</bdi> <span class="t-2">{}</span>', destination.name, details)


class RuleForm(forms.ModelForm):
    about = forms.ChoiceField(label=_("Alert about"), choices=ABOUT, required=False)
    keywords: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        Keyword.objects.none(), label=_("Keywords"), required=False, widget=forms.CheckboxSelectMultiple
    )
    cooldown_s = forms.TypedChoiceField(label=_("Cool-down"), choices=COOLDOWNS, coerce=int)

    class Meta:
        model = Rule
        fields = FIELDS
        labels = {"parameter": PARAMETER}
        widgets = {
            "recipients": forms.CheckboxSelectMultiple,
            "destinations": forms.CheckboxSelectMultiple,
            "query": forms.TextInput,
            "expires_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    def __init__(self, *args: Any, project: Project, views: QuerySet[Any] | None = None, **kwargs: Any) -> None:
        """`views` are the saved views to choose from."""
        super().__init__(*args, **kwargs)
        self.project = self.instance.project = project
        self._set_rows(project, views)
        self._set_initial()
        for name, choices in PHRASES.items():
            cast("forms.ChoiceField", self.fields[name]).choices = choices
        for name in OPTIONAL:
            self.fields[name].required = False  # the condition decides which are required: see clean()
        for name in ("threshold", "percent", "change", "minimum"):
            self.fields[name].widget.attrs["max"] = MAX_NUMBER
        for name, text in HELP.items():
            if name in self.fields:
                self.fields[name].help_text = text
        for name, field in self.fields.items():
            field.widget.attrs["data-part"] = name
        self.clauses = [
            ClauseForm(self.data if self.is_bound else None, prefix=f"also-{number}", initial=initial_of(stored))
            for number, stored in enumerate([*self.instance.also, *[{}] * MAX_CLAUSES][: MAX_CLAUSES - 1], start=1)
        ]

    def _set_rows(self, project: Project, views: QuerySet[Any] | None) -> None:
        """Limit what can be chosen to rows of the project."""
        keywords = Keyword.objects.filter(project=project).order_by("name")
        for name in ("keyword", "keywords"):
            field = cast("forms.ModelChoiceField[Keyword]", self.fields[name])
            field.queryset = keywords
        several = cast("forms.ModelMultipleChoiceField[Keyword]", self.fields["keywords"])
        several.label_from_instance = lambda obj: format_html("<bdi>{}</bdi>", obj.name)  # type: ignore[method-assign]  # as Django documents it
        view = cast("forms.ModelChoiceField[Any]", self.fields["view"])
        known = view.queryset
        assert known is not None
        own = known.filter(pk=self.instance.view_id)
        view.queryset = (own if views is None else views | own).filter(project=project)
        view.empty_label = _("select a saved view")
        cast("forms.ModelChoiceField[Keyword]", self.fields["keyword"]).empty_label = _("select a keyword")
        recipients = cast("forms.ModelMultipleChoiceField[User]", self.fields["recipients"])
        recipients.queryset = User.objects.filter(memberships__project=project, is_active=True).order_by("email")
        recipients.label_from_instance = lambda obj: format_html("<bdi>{}</bdi>", obj.name)  # type: ignore[method-assign]  # as Django documents it
        destinations = cast("forms.ModelMultipleChoiceField[Destination]", self.fields["destinations"])
        destinations.queryset = destinations_of(project)
        destinations.label_from_instance = channel_choice  # type: ignore[method-assign, assignment]  # as Django documents it
        if not destinations.queryset.exists():
            del self.fields["destinations"]

    def _set_initial(self) -> None:
        """Show the stored query as keywords and a filter."""
        ids, pairs = split_query(self.instance.query)
        self.initial["keywords"] = ids
        self.initial["query"] = urlencode(pairs)
        is_new = self.instance.pk is None and not self.instance.query
        about = VIEW if self.instance.view_id else KEYWORDS if ids else PROJECT
        self.initial["about"] = KEYWORD if self.instance.keyword_id or is_new else about
        if self.instance.pk is None:
            self.initial["tests_chance"] = True

    def clean(self) -> dict[str, Any]:
        """Require what the measure and the condition need and reset the rest: a rule stores only what it uses."""
        data = super().clean() or self.cleaned_data
        measure = MEASURES.get(data.get("measure") or Rule.Measure.MENTIONS)
        if measure is None:
            return data
        data["measure"] = measure.name
        data["sensitivity"] = data.get("sensitivity") or Rule.Sensitivity.NORMAL
        data["joined_by"] = data.get("joined_by") or Rule.JoinedBy.AND
        data["hold"] = (data.get("condition") != EACH and data.get("hold")) or 1
        data["cooldown_s"] = data.get("cooldown_s") or 0
        data["sentiment"] = data.get("sentiment", "") if measure.name == Rule.Measure.MENTIONS else ""
        data["with_uncertain"] = bool(data["sentiment"] and data.get("with_uncertain"))
        condition = data.get("condition", "")
        used = used_numbers(measure, condition)
        for name in UNUSED.keys() - used:
            self.errors.pop(name, None)
        data |= normal_numbers(measure, data)
        for name, error in clause_errors(measure, data).items():
            if name not in self.errors:
                self.add_error(name, error)
        self._clean_scope(data)
        self._clean_rest(data, condition)
        return data

    def _clean_scope(self, data: dict[str, Any]) -> None:
        """Set what the rule is about: a keyword, a query string, or a view."""
        about = data.get("about") or KEYWORD
        if about == KEYWORD and not data.get("keyword") and "keyword" not in self.errors:
            self.add_error("keyword", _("Select a keyword."))
        if about == KEYWORDS and not data.get("keywords"):
            self.add_error("keywords", _("Select at least one keyword."))
        if about == VIEW and not data.get("view") and "view" not in self.errors:
            self.add_error("view", _("Select a saved view."))
        if about != KEYWORD:
            self.errors.pop("keyword", None)
            data["keyword"] = None
        if about != VIEW:
            self.errors.pop("view", None)
            data["view"] = None
        ids = sorted(keyword.pk for keyword in data.get("keywords") or ()) if about == KEYWORDS else []
        chosen = [("keyword", pk) for pk in ids]
        if about == VIEW:
            data["query"] = normal_query(data["view"].query) if data.get("view") else ""
        else:
            data["query"] = urlencode([*chosen, *self._filter(data.get("query") or "")])

    def _filter(self, text: str) -> list[tuple[str, str]]:
        """Return the pairs of a query string, or of the address of a list; errors are those of the list."""
        parts = urlsplit(text.strip())
        query = normal_query(parts.query or parts.path)
        _ids, pairs = split_query(query)
        f = MentionFilter.from_query(
            self.project, QueryDict(urlencode(pairs)), timezone.now(), timezone.get_current_timezone()
        )
        unknown = [name for name, _value in pairs if f"{name}=" not in f.to_query()] if not f.problems else []
        if f.problems:
            self.add_error("query", " ".join(problem.message for problem in f.problems))
        elif unknown or (text.strip() and not parse_qsl(parts.query or parts.path)):
            self.add_error("query", _("Unknown filter: “%(name)s”.") % {"name": (unknown or [text.strip()])[0][:100]})
        elif len(query) > MAX_QUERY:
            self.add_error("query", _("This filter is too long."))
        return pairs

    def _clean_rest(self, data: dict[str, Any], condition: str) -> None:
        """Check the further conditions, and the numbers that have limits of their own."""
        invalid = [form for form in self.clauses if not form.is_valid()]
        further = [] if invalid else [form.clause for form in self.clauses if form.clause]
        if further and condition == EACH:
            self.add_error("condition", _("“Each mention” can’t be combined with further conditions."))
        if invalid:
            self.add_error(None, _("A further condition is incomplete."))
        self.instance.also = [clause.to_json() for clause in further if clause]
        if data["hold"] > MAX_HOLD:
            self.add_error("hold", _("Enter a number from %(low)s to %(high)s.") % {"low": 1, "high": MAX_HOLD})
        if condition in (EACH, Rule.Condition.UNUSUAL, Rule.Condition.FEW):
            self.errors.pop("recovery", None)
            data["recovery"] = None
        if data.get("max_per_day") == 0:
            self.add_error("max_per_day", _("Enter a number above zero."))
