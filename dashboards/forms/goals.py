"""The form of a goal, and the figures that people paste. Texts in, the values of workplace/goals/changes.py out."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from dashboards.forms.reports import query_of
from dashboards.presenters.own_accounts import CONNECT_WORDS, account_label
from monitoring.models import Keyword
from workplace.goals.metrics.base import DURATION, POINTS
from workplace.goals.metrics.registry import METRICS
from workplace.models import Goal, OwnAccount
from workplace.models.goals import MAX_NAME, MAX_UNIT
from workplace.own_accounts import counted_accounts

HOUR = 3600
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+")
_SPACES = re.compile(r"[\s\u00a0\u202f']+")
_LINE = re.compile(r"^\s*(\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4})\s*[;,\t ]\s*(.*)$")
MAX_LINE = 200


def read_number(text: str) -> float:
    """Return a number as people write it: "1,200.5", « 1 200,5 ». Raises ValidationError."""
    plain = _SPACES.sub("", text).replace("−", "-")
    if "," in plain and "." in plain:
        plain = (
            plain.replace(".", "").replace(",", ".") if plain.rfind(",") > plain.rfind(".") else plain.replace(",", "")
        )
    elif _THOUSANDS.fullmatch(plain) and (plain.count(",") > 1 or (get_language() or "").startswith("en")):
        plain = plain.replace(",", "")
    else:
        plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        raise ValidationError(_("Enter a number."), code="invalid")
    return float(plain)


class GoalForm(forms.Form):
    """The fields of a goal; `values()` has those of changes.py. `target` is a value, or a change such as +20%."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=MAX_NAME, widget=forms.TextInput({"dir": "auto"}))
    metric = forms.ChoiceField(
        label=gettext_lazy("Metric"), choices=[(name, one.label) for name, one in METRICS.items()]
    )
    keyword = forms.ModelChoiceField(
        Keyword.objects.none(), label=gettext_lazy("Keyword"), required=False, empty_label=gettext_lazy("All keywords")
    )
    account = forms.ModelChoiceField(
        OwnAccount.objects.none(),
        label=gettext_lazy("Account"),
        required=False,
        empty_label=gettext_lazy("Select an account"),
        help_text=gettext_lazy("Vigie counts its followers once a day."),
    )
    query = forms.CharField(
        label=gettext_lazy("Mention filter"),
        required=False,
        widget=forms.TextInput({"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "To measure a part, paste the address of a filtered list of mentions. Its period doesn’t matter."
        ),
    )
    unit = forms.CharField(
        label=gettext_lazy("Unit (optional)"),
        max_length=MAX_UNIT,
        required=False,
        help_text=gettext_lazy("What your figures count, such as “visitors” or “€”."),
    )
    is_sum = forms.ChoiceField(
        label=gettext_lazy("Your figures"),
        choices=[("yes", gettext_lazy("add up over the period")), ("", gettext_lazy("are the value of a day"))],
        required=False,
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("Direction"),
        choices=[("up", gettext_lazy("at least")), ("down", gettext_lazy("at most"))],
    )
    target = forms.CharField(
        label=gettext_lazy("Target"),
        max_length=30,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy(
            "A number, a percentage for shares, or hours for times. “+20%” means 20% more than before the first day."
        ),
    )
    baseline = forms.CharField(
        label=gettext_lazy("Value before (optional)"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Leave empty to have Vigie measure it. For sums of websites, that needs all days before: if some were "
            "not read, enter the value yourself."
        ),
    )
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    owner = forms.ModelChoiceField(
        User.objects.none(), label=pgettext_lazy("goal", "Owner"), required=False, empty_label=gettext_lazy("Nobody")
    )

    def __init__(self, data: Mapping[str, Any] | None, *, project_id: int, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        self._shown_baseline = str(initial.get("baseline", ""))
        self.fields["keyword"].queryset = Keyword.objects.filter(project=project_id).order_by("name", "id")  # type: ignore[attr-defined]
        accounts = self.fields["account"]
        accounts.queryset = counted_accounts(project_id)  # type: ignore[attr-defined]
        accounts.label_from_instance = account_label  # type: ignore[attr-defined]
        if not accounts.queryset.exists():  # type: ignore[attr-defined]
            accounts.help_text = CONNECT_WORDS
        members = Membership.objects.filter(project=project_id).values("user")
        self.fields["owner"].queryset = User.objects.filter(pk__in=members).order_by("first_name", "id")  # type: ignore[attr-defined]

    def clean_target(self) -> float:
        text = self.cleaned_data["target"].strip()
        self.growth: float | None = None
        if text.endswith("%") and text[0] in "+-−":
            self.growth = read_number(text[:-1])
            return 0.0
        return self._stored(read_number(text.removesuffix("%")))

    def clean_baseline(self) -> float | None:
        text = self.cleaned_data["baseline"].strip()
        return self._stored(read_number(text.removesuffix("%"))) if text else None

    def clean_query(self) -> str:
        return query_of(self.cleaned_data["query"])

    def values(self) -> dict[str, Any]:
        """Return what to pass to changes.py. A baseline that the form showed and nobody changed is left out."""
        found = dict(self.cleaned_data)
        found["is_lower_better"] = found.pop("direction") == "down"
        found["is_sum"] = bool(found["is_sum"])
        if found["baseline"] is None or self.data.get("baseline", "").strip() == self._shown_baseline:
            del found["baseline"]
        if self.growth is not None:
            del found["target"]
        return found | {"growth": self.growth}

    def add_errors(self, error: ValidationError) -> None:
        """Show the errors of changes.py at their fields."""
        fields = {"is_lower_better": "direction"}
        for name, texts in error.message_dict.items():
            field = fields.get(name, name)
            self.add_error(field if field in self.fields else None, texts)

    def _stored(self, value: float) -> float:
        metric = METRICS.get(self.data.get("metric", ""))
        return value * HOUR if metric and metric.unit == DURATION else value


def initial_of(goal: Goal) -> dict[str, Any]:
    """Return the values of the form for a goal."""
    plain = ("name", "metric", "keyword", "account", "query", "unit", "starts_on", "ends_on", "owner")
    values = {name: getattr(goal, name) for name in plain}
    return values | {
        "is_sum": "yes" if goal.is_sum else "",
        "direction": "down" if goal.is_lower_better else "up",
        "target": _shown(goal, goal.target),
        "baseline": "" if goal.baseline is None else _shown(goal, goal.baseline),
    }


def read_figures(text: str, *, has_heading: bool = False) -> dict[date, float | None]:
    """Return figures by day from lines such as "2026-07-31; 1200". An empty value deletes one.

    `has_heading`: the first line may name the columns. Raises ValidationError, which names the line.
    """
    figures: dict[date, float | None] = {}
    for place, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        match = _LINE.match(line) if len(line) <= MAX_LINE else None
        if not line or (match is None and has_heading and place == 1):
            continue
        try:
            if match is None:
                raise ValidationError("")
            figures[_day(match[1])] = read_number(match[2]) if match[2] else None
        except (ValidationError, ValueError):
            problem = _("Line %(place)s has no date and number, such as “2026-07-31; 1200”.") % {"place": place}
            raise ValidationError({"figures": [problem]}, code="invalid") from None
    return figures


def _day(text: str) -> date:
    if "-" in text:
        return date.fromisoformat(text)
    day, month, year = (int(part) for part in re.split(r"[./]", text))
    return date(year, month, day)


def _shown(goal: Goal, value: float) -> str:
    unit = METRICS[goal.metric].unit
    shown = value / HOUR if unit == DURATION else value
    return f"{round(shown, 0 if unit == POINTS else 2):g}" if abs(shown) < 1e6 else f"{shown:.0f}"
