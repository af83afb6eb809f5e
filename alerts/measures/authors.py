"""Different authors; items without an author count as one of their source."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.formats import number
from alerts.conditions.base import Clause, Settings
from alerts.measures.base import COUNTS, Measure


class Authors(Measure):
    name, label = "authors", gettext_lazy("Authors")
    conditions = COUNTS

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return ("authors",)

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        text = ngettext("%(count)s author", "%(count)s authors", round(value))
        return text % {"count": number(round(value))}

    def subject(self, name: str, clause: Clause) -> str:
        return _("the number of authors who mention %(keyword)s") % {"keyword": name}
