"""A clause of a rule in words: what it measures and when it is met. In the active language.

Mentions have sentences of their own, since they are what nearly all rules count; all other measures share those of
`_VALUE`, in which a phrase in the singular names the measure.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.formats import number, percent
from alerts.conditions.base import (
    ABOVE,
    BELOW,
    CALM,
    DECREASE,
    FALL,
    FEW,
    INCREASE,
    NERVOUS,
    RISE,
    UNUSUAL,
    Clause,
    Settings,
)
from alerts.measures.base import Measure
from alerts.measures.mentions import Mentions
from alerts.measures.registry import MEASURES
from alerts.models import Rule

SENSITIVITY = {CALM: gettext_lazy("low sensitivity"), NERVOUS: gettext_lazy("high sensitivity")}
_MENTIONS = {
    ABOVE: gettext_lazy("%(keyword)s gets more than %(amount)s in %(window)s"),
    BELOW: gettext_lazy("%(keyword)s gets fewer than %(amount)s in %(window)s"),
    INCREASE: gettext_lazy("%(mentions)s rise by %(percent)s or more in %(window)s"),
    DECREASE: gettext_lazy("%(mentions)s fall by %(percent)s or more in %(window)s"),
    RISE: gettext_lazy("%(mentions)s rise by %(change)s or more in %(window)s"),
    FALL: gettext_lazy("%(mentions)s fall by %(change)s or more in %(window)s"),
    UNUSUAL: gettext_lazy("%(mentions)s are unusually frequent in %(window)s"),
    FEW: gettext_lazy("%(mentions)s are unusually rare in %(window)s"),
}
_VALUE = {
    ABOVE: gettext_lazy("%(subject)s is above %(limit)s in %(window)s"),
    BELOW: gettext_lazy("%(subject)s is below %(limit)s in %(window)s"),
    INCREASE: gettext_lazy("%(subject)s rises by %(percent)s or more in %(window)s"),
    DECREASE: gettext_lazy("%(subject)s falls by %(percent)s or more in %(window)s"),
    RISE: gettext_lazy("%(subject)s rises by %(change)s or more in %(window)s"),
    FALL: gettext_lazy("%(subject)s falls by %(change)s or more in %(window)s"),
    UNUSUAL: gettext_lazy("%(subject)s is unusually high in %(window)s"),
    FEW: gettext_lazy("%(subject)s is unusually low in %(window)s"),
}
# Conditions whose minimum is said: the others have their number in the sentence.
_WITH_MINIMUM = {INCREASE, RISE, UNUSUAL, DECREASE, FALL, FEW}


def window_words(window_s: int) -> str:
    """Return a time window in words: "1 hour", "7 days"."""
    return str(Rule.Window(window_s).label)


def clause_words(keyword: str, clause: Clause, settings: Settings, window_s: int) -> str:
    """Return a clause as what follows "Alert when"."""
    measure = MEASURES[clause.measure]
    words = _core(keyword, clause, settings, measure, window_words(window_s))
    if measure.is_share and clause.minimum > 1:
        text = ngettext(
            "%(sentence)s, with a minimum of %(count)s analyzed mention",
            "%(sentence)s, with a minimum of %(count)s analyzed mentions",
            clause.minimum,
        )
        words = text % {"sentence": words, "count": number(clause.minimum)}
    elif clause.condition in _WITH_MINIMUM and (clause.minimum > 1 or clause.condition == UNUSUAL):
        words = _("%(sentence)s, with a minimum of %(count)s") % {"sentence": words, "count": number(clause.minimum)}
    if clause.condition in (UNUSUAL, FEW) and clause.sensitivity in SENSITIVITY:
        values = {"sentence": words, "sensitivity": SENSITIVITY[clause.sensitivity]}
        words = _("%(sentence)s, %(sensitivity)s") % values
    if clause.recovery is not None:
        values = {"sentence": words, "amount": measure.amount(clause.recovery, clause, settings)}
        words = _("%(sentence)s, until it is back at %(amount)s") % values
    return words


def _core(keyword: str, clause: Clause, settings: Settings, measure: Measure, window: str) -> str:
    values: dict[str, Any] = {
        "keyword": keyword,
        "window": window,
        "percent": percent(clause.percent),
        "change": number(clause.change),
    }
    if not measure.has_window:
        values["amount"] = measure.amount(clause.threshold, clause, settings)
        return _("%(keyword)s has more than %(amount)s") % values
    if isinstance(measure, Mentions) and (measure.counts_rows or clause.condition in (ABOVE, BELOW)):
        if clause.condition == BELOW and clause.threshold == 1 and not measure.labels(settings):
            return _("%(keyword)s gets no mentions in %(window)s") % values
        values["amount"] = measure.amount(clause.threshold, clause, settings)
        values["mentions"] = measure.plural(keyword, settings)
        return str(_MENTIONS[clause.condition]) % values
    values["subject"] = measure.subject(keyword, clause)
    values["limit"] = measure.limit(clause.threshold)
    values["change"] = measure.limit_of_change(clause.change)
    return str(_VALUE[clause.condition]) % values
