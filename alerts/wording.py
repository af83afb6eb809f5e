"""Codes and settings in plain words, in the language that is active: rules as one sentence, why a delivery failed."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from alerts.channels import base
from alerts.detection import ABOVE, Settings
from alerts.models import Rule

DELIVERY_PROBLEMS = {
    base.ADDRESS_REFUSED: gettext_lazy("The mail server refused this address. Check it for a typing error."),
    base.MESSAGE_REFUSED: gettext_lazy("The mail server refused this message: too large, or taken for spam."),
    base.SENDER_REFUSED: gettext_lazy(
        "The mail server does not let Vigie send: check the sender address and the password in EMAIL_URL."
    ),
    base.LATER: gettext_lazy("The mail server asked Vigie to come back later."),
    base.UNREACHABLE: gettext_lazy("The mail server could not be reached, or fell silent."),
    base.NOT_SECURE: gettext_lazy("The encrypted connection that EMAIL_URL asks for could not be made."),
    base.NOT_A_MEMBER: gettext_lazy("This person had left the project before the message was sent."),
    base.INTERRUPTED: gettext_lazy("Sending was interrupted each time. Look at the logs of the worker."),
}

# Whole phrases, since other languages bend the adjective: "20 mentions négatives".
COUNTED = {
    ("negative",): ngettext_lazy("%(count)s negative mention", "%(count)s negative mentions", "count"),
    ("neutral",): ngettext_lazy("%(count)s neutral mention", "%(count)s neutral mentions", "count"),
    ("positive",): ngettext_lazy("%(count)s positive mention", "%(count)s positive mentions", "count"),
    ("negative", "unsure"): ngettext_lazy(
        "%(count)s negative or unsure mention", "%(count)s negative or unsure mentions", "count"
    ),
    ("neutral", "unsure"): ngettext_lazy(
        "%(count)s neutral or unsure mention", "%(count)s neutral or unsure mentions", "count"
    ),
    ("positive", "unsure"): ngettext_lazy(
        "%(count)s positive or unsure mention", "%(count)s positive or unsure mentions", "count"
    ),
}
ALL_OF = {
    (): gettext_lazy("the mentions of %(topic)s"),
    ("negative",): gettext_lazy("the negative mentions of %(topic)s"),
    ("neutral",): gettext_lazy("the neutral mentions of %(topic)s"),
    ("positive",): gettext_lazy("the positive mentions of %(topic)s"),
    ("negative", "unsure"): gettext_lazy("the negative or unsure mentions of %(topic)s"),
    ("neutral", "unsure"): gettext_lazy("the neutral or unsure mentions of %(topic)s"),
    ("positive", "unsure"): gettext_lazy("the positive or unsure mentions of %(topic)s"),
}


def delivery_problem(code: str) -> str:
    return str(DELIVERY_PROBLEMS.get(code, "")) if code else ""


def window_words(window_s: int) -> str:
    """ "1 hour", "7 days"."""
    return str(Rule.Window(window_s).label)


def rule_sentence(topic: str, settings: Settings, window_s: int) -> str:
    """The whole rule as people say it."""
    window = window_words(window_s)
    if settings.condition == ABOVE:
        if settings.labels:
            text = _("Warn when %(topic)s has more than %(mentions)s in %(window)s")
            mentions = COUNTED[settings.labels] % {"count": settings.threshold}
            return text % {"topic": topic, "mentions": mentions, "window": window}
        text = ngettext(
            "Warn when %(topic)s has more than %(count)s mention in %(window)s",
            "Warn when %(topic)s has more than %(count)s mentions in %(window)s",
            settings.threshold,
        )
        return text % {"topic": topic, "count": settings.threshold, "window": window}
    told = {"mentions": ALL_OF[settings.labels] % {"topic": topic}, "window": window, "percent": settings.percent}
    if settings.minimum < 2:
        return _("Warn when %(mentions)s in %(window)s are up by %(percent)s %% or more") % told
    text = _("Warn when %(mentions)s in %(window)s are up by %(percent)s %% or more, and at least %(count)s")
    return text % (told | {"count": settings.minimum})


def observation(topic: str, value: int, settings: Settings, window_s: int) -> str:
    """What was counted: "Maison Lumen: 62 mentions in 1 hour"."""
    window = window_words(window_s)
    if settings.labels:
        mentions = COUNTED[settings.labels] % {"count": value}
        return _("%(topic)s: %(mentions)s in %(window)s") % {"topic": topic, "mentions": mentions, "window": window}
    text = ngettext("%(topic)s: %(count)s mention in %(window)s", "%(topic)s: %(count)s mentions in %(window)s", value)
    return text % {"topic": topic, "count": value, "window": window}
