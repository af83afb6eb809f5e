"""Goals that are behind their pace or out of reach now."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.formats import number
from alerts.conditions.base import Clause, Settings
from alerts.measures.base import STATES, Measure


class Goals(Measure):
    name, label = "goals", gettext_lazy("Goals behind their pace")
    conditions, has_window = STATES, False

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return ("goals",)

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        return None

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        text = ngettext("%(count)s goal behind its pace", "%(count)s goals behind their pace", round(value))
        return text % {"count": number(round(value))}

    def subject(self, name: str, clause: Clause) -> str:
        return _("the number of goals behind their pace")
