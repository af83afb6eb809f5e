"""Reviews with at most so many stars."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy, ngettext

from accounts.formats import number
from alerts.conditions.base import Clause, Settings
from alerts.measures.base import LISTS, Found, Measure, Measured
from alerts.readings.base import Request
from monitoring.models import Mention

MAX_STARS = 5


class Rating(Measure):
    name, label = "rating", gettext_lazy("Low ratings")
    conditions = LISTS
    parameter_default = 2

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return ("ratings",)

    def measured(self, found: Sequence[Found], clause: Clause, settings: Settings, *, is_past: bool) -> Measured:
        low = sum(count for stars, count in found[0].items() if stars <= clause.parameter)
        return Measured(low, low)

    def matching(
        self, rows: QuerySet[Mention], clause: Clause, settings: Settings, request: Request
    ) -> QuerySet[Mention]:
        return rows.filter(rating__lte=clause.parameter)

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        return {"ratings": tuple(range(1, min(clause.parameter, MAX_STARS) + 1))}

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        stars = {"stars": number(clause.parameter), "count": number(round(value))}
        if clause.parameter == 1:
            return ngettext("%(count)s rating of 1 star", "%(count)s ratings of 1 star", round(value)) % stars
        return (
            ngettext(
                "%(count)s rating of at most %(stars)s stars",
                "%(count)s ratings of at most %(stars)s stars",
                round(value),
            )
            % stars
        )

    def subject(self, name: str, clause: Clause) -> str:
        text = ngettext(
            "the number of ratings of %(keyword)s with at most %(stars)s star",
            "the number of ratings of %(keyword)s with at most %(stars)s stars",
            clause.parameter,
        )
        return text % {"keyword": name, "stars": number(clause.parameter)}

    def each(self, name: str, clause: Clause, settings: Settings) -> str:
        """Return the sentence of a rule on each mention."""
        text = ngettext(
            "Alert at each rating of %(keyword)s with at most %(stars)s star",
            "Alert at each rating of %(keyword)s with at most %(stars)s stars",
            clause.parameter,
        )
        return text % {"keyword": name, "stars": number(clause.parameter)}
