"""Alert rules and their counts as sentences, in the active language.

Called by alerts/rules.py, alerts/incident_messages.py and the pages of rules and incidents.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from accounts.formats import number
from alerts.conditions.base import ABOVE, Settings
from alerts.models import Rule

# Whole phrases, because adjectives agree with the noun in other languages: "20 mentions négatives".
COUNTED = {
    ("negative",): ngettext_lazy("%(count)s negative mention", "%(count)s negative mentions", "value"),
    ("neutral",): ngettext_lazy("%(count)s neutral mention", "%(count)s neutral mentions", "value"),
    ("positive",): ngettext_lazy("%(count)s positive mention", "%(count)s positive mentions", "value"),
    ("negative", "uncertain"): ngettext_lazy(
        "%(count)s negative or uncertain mention", "%(count)s negative or uncertain mentions", "value"
    ),
    ("neutral", "uncertain"): ngettext_lazy(
        "%(count)s neutral or uncertain mention", "%(count)s neutral or uncertain mentions", "value"
    ),
    ("positive", "uncertain"): ngettext_lazy(
        "%(count)s positive or uncertain mention", "%(count)s positive or uncertain mentions", "value"
    ),
}
MENTIONS_OF = {
    (): gettext_lazy("mentions of %(keyword)s"),
    ("negative",): gettext_lazy("negative mentions of %(keyword)s"),
    ("neutral",): gettext_lazy("neutral mentions of %(keyword)s"),
    ("positive",): gettext_lazy("positive mentions of %(keyword)s"),
    ("negative", "uncertain"): gettext_lazy("negative or uncertain mentions of %(keyword)s"),
    ("neutral", "uncertain"): gettext_lazy("neutral or uncertain mentions of %(keyword)s"),
    ("positive", "uncertain"): gettext_lazy("positive or uncertain mentions of %(keyword)s"),
}


def window_words(window_s: int) -> str:
    """Return a time window in words: "1 hour", "7 days"."""
    return str(Rule.Window(window_s).label)


def rule_sentence(keyword: str, settings: Settings, window_s: int) -> str:
    """Return a rule as a sentence, without a final period."""
    sentence = _condition_sentence(keyword, settings, window_words(window_s))
    if settings.counts_stories:
        return sentence
    return _("%(sentence)s, reprints included") % {"sentence": sentence}


def observation(keyword: str, value: int, settings: Settings, window_s: int) -> str:
    """Return a rule's count as a phrase: "Maison Lumen: 62 mentions in 1 hour"."""
    window = window_words(window_s)
    if settings.labels:
        values = {"keyword": keyword, "mentions": _counted(value, settings), "window": window}
        return _("%(keyword)s: %(mentions)s in %(window)s") % values
    text = ngettext(
        "%(keyword)s: %(count)s mention in %(window)s", "%(keyword)s: %(count)s mentions in %(window)s", value
    )
    return text % {"keyword": keyword, "count": number(value), "window": window}


def _condition_sentence(keyword: str, settings: Settings, window: str) -> str:
    if settings.condition == ABOVE:
        return _above_sentence(keyword, settings, window)
    values = {
        "mentions": MENTIONS_OF[settings.labels] % {"keyword": keyword},
        "window": window,
        "percent": number(settings.percent),
        "count": number(settings.minimum),
    }
    if settings.minimum < 2:
        return _("Alert when %(mentions)s rise by %(percent)s%% or more in %(window)s") % values
    text = _("Alert when %(mentions)s rise by %(percent)s%% or more in %(window)s, with a minimum of %(count)s")
    return text % values


def _above_sentence(keyword: str, settings: Settings, window: str) -> str:
    if settings.labels:
        values = {"keyword": keyword, "mentions": _counted(settings.threshold, settings), "window": window}
        return _("Alert when %(keyword)s gets more than %(mentions)s in %(window)s") % values
    text = ngettext(
        "Alert when %(keyword)s gets more than %(count)s mention in %(window)s",
        "Alert when %(keyword)s gets more than %(count)s mentions in %(window)s",
        settings.threshold,
    )
    return text % {"keyword": keyword, "count": number(settings.threshold), "window": window}


def _counted(count: int, settings: Settings) -> str:
    """Return a number of mentions with the sentiment that the rule counts: "20 negative mentions"."""
    return COUNTED[settings.labels] % {"value": count, "count": number(count)}
