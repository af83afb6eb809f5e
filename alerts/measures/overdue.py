"""Replies that are overdue now."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.formats import number
from alerts.conditions.base import Clause, Settings
from alerts.measures.base import STATES, Measure


class Overdue(Measure):
    name, label = "overdue", gettext_lazy("Overdue replies")
    conditions, has_window = STATES, False

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return ("overdue",)

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        return {"statuses": ("needs_reply",), "due": "overdue", "snoozed": "no"}

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        text = ngettext("%(count)s overdue reply", "%(count)s overdue replies", round(value))
        return text % {"count": number(round(value))}

    def subject(self, name: str, clause: Clause) -> str:
        return _("the number of overdue replies to mentions of %(keyword)s") % {"keyword": name}
