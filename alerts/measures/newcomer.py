"""Authors with many followers who mention a keyword for the first time."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.formats import number
from alerts.conditions.base import ABOVE, EACH, Clause, Settings
from alerts.measures.base import Found, Measure, Measured
from alerts.readings.base import Request
from alerts.readings.documents import first_mentions
from monitoring.models import Mention


class Newcomer(Measure):
    name = "newcomer"
    label = gettext_lazy("First mentions by authors with many followers")
    conditions = (ABOVE, EACH)
    parameter_default = 10_000

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return ("newcomers",)

    def measured(self, found: Sequence[Found], clause: Clause, settings: Settings, *, is_past: bool) -> Measured:
        large = sum(count for followers, count in found[0].items() if followers > clause.parameter)
        return Measured(large, large)

    def matching(
        self, rows: QuerySet[Mention], clause: Clause, settings: Settings, request: Request
    ) -> QuerySet[Mention]:
        return first_mentions(rows, request).filter(document__followers__gt=clause.parameter)

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        # The list has also those who have mentioned the keyword before.
        return {"min_followers": str(clause.parameter + 1)}

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        text = ngettext(
            "%(count)s first mention by an author with more than %(followers)s followers",
            "%(count)s first mentions by authors with more than %(followers)s followers",
            round(value),
        )
        return text % {"count": number(round(value)), "followers": number(clause.parameter)}

    def subject(self, name: str, clause: Clause) -> str:
        text = _("the number of first mentions of %(keyword)s by authors with more than %(followers)s followers")
        return text % {"keyword": name, "followers": number(clause.parameter)}

    def each(self, name: str, clause: Clause, settings: Settings) -> str:
        """Return the sentence of a rule on each mention."""
        text = _("Alert at each first mention of %(keyword)s by an author with more than %(followers)s followers")
        return text % {"keyword": name, "followers": number(clause.parameter)}
