"""The estimated reach: the followers of the authors, as far as the platforms tell them, each author once."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.formats import number
from alerts.conditions.base import Clause, Settings
from alerts.measures.base import SUMS, Measure


class Reach(Measure):
    name, label = "reach", gettext_lazy("Estimated reach")
    conditions = SUMS
    says_what = False

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return ("reach",)

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        text = ngettext("%(count)s follower", "%(count)s followers", round(value))
        return text % {"count": number(round(value))}

    def subject(self, name: str, clause: Clause) -> str:
        return _("the estimated reach of %(keyword)s") % {"keyword": name}
