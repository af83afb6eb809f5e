"""The fields of one condition of a rule: its measure, its condition and their numbers. Used by alerts/forms.py.

The first condition of a rule is part of its own form, and further ones are forms of this module:
`clause_errors` checks both.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.conditions.base import ABOVE, BELOW, DECREASE, EACH, FALL, FEW, INCREASE, NORMAL, RISE, UNUSUAL, Clause
from alerts.form_words import CONDITION, MEASURE, SENSITIVITY, condition_words
from alerts.measures.base import Measure
from alerts.measures.rating import MAX_STARS
from alerts.measures.registry import MEASURES
from alerts.models import Rule

MAX_NUMBER = 1_000_000  # mentions or percent: more is probably a typing error
MAX_FOLLOWERS = 2_000_000_000
DEFAULT_MINIMUM = Rule._meta.get_field("minimum").default
PARAMETER = gettext_lazy("Stars at most, or followers")
MIN_JUDGED = 10  # analyzed mentions that a share is about, at least

# The numbers that each condition reads; the others are stored as UNUSED.
NUMBERS: dict[str, set[str]] = {
    ABOVE: {"threshold"},
    BELOW: {"threshold"},
    INCREASE: {"percent", "minimum"},
    DECREASE: {"percent", "minimum"},
    RISE: {"change", "minimum"},
    FALL: {"change", "minimum"},
    UNUSUAL: {"minimum"},
    FEW: {"minimum"},
    EACH: set(),
}
UNUSED: dict[str, int | None] = {"threshold": None, "percent": None, "change": None, "minimum": DEFAULT_MINIMUM}


def used_numbers(measure: Measure, condition: str) -> set[str]:
    """Return the names of the numbers that a condition on a measure reads."""
    return NUMBERS.get(condition, set()) | ({"minimum"} if measure.is_share else set())


def normal_numbers(measure: Measure, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers as they are stored: without those that nothing reads, and with defaults."""
    used = used_numbers(measure, data.get("condition") or "")
    numbers = {name: data.get(name) if name in used else unused for name, unused in UNUSED.items()}
    if measure.is_share and numbers["minimum"] is None:
        numbers["minimum"] = MIN_JUDGED
    parameter = data.get("parameter")
    numbers["parameter"] = 0
    if measure.parameter_default is not None:
        numbers["parameter"] = measure.parameter_default if parameter is None else parameter
    return numbers


def clause_errors(measure: Measure, data: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors of a condition by field. `data` has its numbers, None where they are missing."""
    condition = data.get("condition") or ""
    if condition and condition not in measure.conditions:
        fitting = ", ".join(condition_words(one) for one in measure.conditions)
        text = _("“%(measure)s” has other conditions: %(conditions)s.")
        return {"condition": text % {"measure": measure.label, "conditions": fitting}}
    errors: dict[str, str] = {}
    for name in used_numbers(measure, condition):
        if error := _number_error(name, data.get(name), condition, measure):
            errors[name] = error
    if error := _parameter_error(measure, data.get("parameter")):
        errors["parameter"] = error
    return errors


def _number_error(name: str, value: int | None, condition: str, measure: Measure) -> str | None:
    if value is None:
        return _("Enter a number.")
    if value > MAX_NUMBER and not (name == "threshold" and measure.name == Rule.Measure.REACH):
        return _("This number is too large.")
    if name == "threshold":
        low, high = measure.limits
        if value < low or (high is not None and value > high):
            return _range_error(low, high)
        if condition == BELOW and value == 0 and low == 0:
            return _("Enter a number above zero.")
    if name == "percent" and value == 0:
        return _("Enter a percentage above zero.")
    if name == "percent" and condition == DECREASE and value > 100:
        return _range_error(1, 100)
    return _("Enter a number above zero.") if name == "change" and value == 0 else None


def _range_error(low: int, high: int | None) -> str:
    if high is None:
        return _("Enter a number above zero.")
    return _("Enter a number from %(low)s to %(high)s.") % {"low": low, "high": high}


def _parameter_error(measure: Measure, value: int | None) -> str | None:
    if value is None or measure.parameter_default is None:
        return None
    if measure.name == Rule.Measure.RATING and not 1 <= value <= MAX_STARS:
        return _range_error(1, MAX_STARS)
    return _("This number is too large.") if value > MAX_FOLLOWERS else None


class ClauseForm(forms.Form):
    """A further condition of a rule; without a measure there is none."""

    measure = forms.ChoiceField(label=gettext_lazy("Measure"), required=False)
    parameter = forms.IntegerField(label=PARAMETER, required=False, min_value=0)
    condition = forms.ChoiceField(label=gettext_lazy("Condition"), required=False)
    threshold = forms.IntegerField(label=gettext_lazy("Threshold"), required=False)
    percent = forms.IntegerField(label=gettext_lazy("Percentage"), required=False, min_value=0)
    change = forms.IntegerField(label=gettext_lazy("Difference"), required=False, min_value=0)
    minimum = forms.IntegerField(label=gettext_lazy("Minimum number of mentions"), required=False, min_value=0)
    sensitivity = forms.ChoiceField(label=gettext_lazy("Sensitivity"), choices=SENSITIVITY, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [("", gettext_lazy("No further condition")), *MEASURE]  # type: ignore[attr-defined]  # a ChoiceField
        conditions = [choice for choice in CONDITION if choice[0] != EACH]
        self.fields["condition"].choices = conditions  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.widget.attrs["data-part"] = name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        measure = MEASURES.get(data.get("measure") or "")
        if measure is None:
            self.errors.clear()
            return data
        data["condition"] = data.get("condition") or ABOVE
        used = used_numbers(measure, data["condition"]) | {"parameter"}
        for name in (UNUSED.keys() | {"parameter"}) - used:
            self.errors.pop(name, None)
        numbers = {**data, **normal_numbers(measure, {**data, "minimum": _or_default(data.get("minimum"))})}
        for name, error in clause_errors(measure, numbers).items():
            if name not in self.errors:
                self.add_error(name, error)
        return numbers

    @property
    def clause(self) -> Clause | None:
        """Return the condition; None if there is none. The form is valid."""
        if not self.cleaned_data.get("measure"):
            return None
        names = ("condition", "measure", "parameter", "threshold", "percent", "change", "minimum")
        sensitivity = self.cleaned_data.get("sensitivity") or NORMAL
        return Clause.from_json({name: self.cleaned_data[name] or 0 for name in names} | {"sensitivity": sensitivity})


def _or_default(value: int | None) -> int:
    return DEFAULT_MINIMUM if value is None else value


def initial_of(clause: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a form shows for a stored condition."""
    return {name: value for name, value in clause.items() if name in ClauseForm.base_fields}
