"""Sources that have gone silent: nothing new for the time window, in which several items are usual."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.formats import number
from alerts.conditions.base import Clause, Settings
from alerts.measures.base import STATES, Measure


class Silent(Measure):
    name, label = "silent", gettext_lazy("Silent sources")
    conditions = STATES

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return ("silent",)

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        return None

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        text = ngettext("%(count)s silent source", "%(count)s silent sources", round(value))
        return text % {"count": number(round(value))}

    def subject(self, name: str, clause: Clause) -> str:
        return _("the number of silent sources")
