"""The engagement that one post gained: the most that a post of the last 30 days gained in the window."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.formats import number
from alerts.conditions.base import ABOVE, Clause, Settings
from alerts.measures.base import Found, Measure, Measured


class Growth(Measure):
    name, label = "growth", gettext_lazy("Engagement gained by one post")
    conditions = (ABOVE,)
    says_what = False

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return ("growth",)

    def measured(self, found: Sequence[Found], clause: Clause, settings: Settings, *, is_past: bool) -> Measured:
        gained = max(found[0], default=0)
        return Measured(gained, gained)

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        return None

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        text = ngettext("%(count)s interaction", "%(count)s interactions", round(value))
        return text % {"count": number(round(value))}

    def subject(self, name: str, clause: Clause) -> str:
        return _("the engagement gained by one post about %(keyword)s") % {"keyword": name}
