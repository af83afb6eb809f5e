"""Codes and settings in plain words, in the language that is active: rules as one sentence, why a delivery failed."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from alerts.conditions.base import ABOVE, Settings
from alerts.models import Rule

# Whole phrases, since other languages bend the adjective: "20 mentions négatives".
COUNTED = {
    ("negative",): ngettext_lazy("%(count)s negative mention", "%(count)s negative mentions", "count"),
    ("neutral",): ngettext_lazy("%(count)s neutral mention", "%(count)s neutral mentions", "count"),
    ("positive",): ngettext_lazy("%(count)s positive mention", "%(count)s positive mentions", "count"),
    ("negative", "uncertain"): ngettext_lazy(
        "%(count)s negative or uncertain mention", "%(count)s negative or uncertain mentions", "count"
    ),
    ("neutral", "uncertain"): ngettext_lazy(
        "%(count)s neutral or uncertain mention", "%(count)s neutral or uncertain mentions", "count"
    ),
    ("positive", "uncertain"): ngettext_lazy(
        "%(count)s positive or uncertain mention", "%(count)s positive or uncertain mentions", "count"
    ),
}
ALL_OF = {
    (): gettext_lazy("mentions of %(keyword)s"),
    ("negative",): gettext_lazy("negative mentions of %(keyword)s"),
    ("neutral",): gettext_lazy("neutral mentions of %(keyword)s"),
    ("positive",): gettext_lazy("positive mentions of %(keyword)s"),
    ("negative", "uncertain"): gettext_lazy("negative or uncertain mentions of %(keyword)s"),
    ("neutral", "uncertain"): gettext_lazy("neutral or uncertain mentions of %(keyword)s"),
    ("positive", "uncertain"): gettext_lazy("positive or uncertain mentions of %(keyword)s"),
}


def window_words(window_s: int) -> str:
    """ "1 hour", "7 days"."""
    return str(Rule.Window(window_s).label)


def rule_sentence(keyword: str, settings: Settings, window_s: int) -> str:
    """The whole rule as people say it."""
    window = window_words(window_s)
    if settings.condition == ABOVE:
        if settings.labels:
            text = _("Alert when %(keyword)s gets more than %(mentions)s in %(window)s")
            mentions = COUNTED[settings.labels] % {"count": settings.threshold}
            return text % {"keyword": keyword, "mentions": mentions, "window": window}
        text = ngettext(
            "Alert when %(keyword)s gets more than %(count)s mention in %(window)s",
            "Alert when %(keyword)s gets more than %(count)s mentions in %(window)s",
            settings.threshold,
        )
        return text % {"keyword": keyword, "count": settings.threshold, "window": window}
    told = {"mentions": ALL_OF[settings.labels] % {"keyword": keyword}, "window": window, "percent": settings.percent}
    if settings.minimum < 2:
        return _("Alert when %(mentions)s rise by %(percent)s%% or more in %(window)s") % told
    text = _("Alert when %(mentions)s rise by %(percent)s%% or more in %(window)s, with a minimum of %(count)s")
    return text % (told | {"count": settings.minimum})


def observation(keyword: str, value: int, settings: Settings, window_s: int) -> str:
    """What was counted: "Maison Lumen: 62 mentions in 1 hour"."""
    window = window_words(window_s)
    if settings.labels:
        mentions = COUNTED[settings.labels] % {"count": value}
        return _("%(keyword)s: %(mentions)s in %(window)s") % {
            "keyword": keyword,
            "mentions": mentions,
            "window": window,
        }
    text = ngettext(
        "%(keyword)s: %(count)s mention in %(window)s", "%(keyword)s: %(count)s mentions in %(window)s", value
    )
    return text % {"keyword": keyword, "count": value, "window": window}
