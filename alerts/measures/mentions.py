"""Mentions, of any sentiment or of one, near-identical items or authors once if the rule says so."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from accounts.formats import number
from alerts.conditions.base import ABOVE, Clause, Settings
from alerts.measures.base import COUNTS, LISTS, UNANALYZED, Found, Measure, Measured, mask, rows_reading, total
from alerts.readings.base import Request
from monitoring.insights.dimensions import FOLD
from monitoring.models import Mention

# Whole phrases, because adjectives agree with the noun in other languages: "20 mentions négatives".
COUNTED = {
    (): ngettext_lazy("%(count)s mention", "%(count)s mentions", "value"),
    ("negative",): ngettext_lazy("%(count)s negative mention", "%(count)s negative mentions", "value"),
    ("neutral",): ngettext_lazy("%(count)s neutral mention", "%(count)s neutral mentions", "value"),
    ("positive",): ngettext_lazy("%(count)s positive mention", "%(count)s positive mentions", "value"),
    ("negative", "uncertain"): ngettext_lazy(
        "%(count)s negative or uncertain mention", "%(count)s negative or uncertain mentions", "value"
    ),
    ("neutral", "uncertain"): ngettext_lazy(
        "%(count)s neutral or uncertain mention", "%(count)s neutral or uncertain mentions", "value"
    ),
    ("positive", "uncertain"): ngettext_lazy(
        "%(count)s positive or uncertain mention", "%(count)s positive or uncertain mentions", "value"
    ),
}
MENTIONS_OF = {
    (): gettext_lazy("mentions of %(keyword)s"),
    ("negative",): gettext_lazy("negative mentions of %(keyword)s"),
    ("neutral",): gettext_lazy("neutral mentions of %(keyword)s"),
    ("positive",): gettext_lazy("positive mentions of %(keyword)s"),
    ("negative", "uncertain"): gettext_lazy("negative or uncertain mentions of %(keyword)s"),
    ("neutral", "uncertain"): gettext_lazy("neutral or uncertain mentions of %(keyword)s"),
    ("positive", "uncertain"): gettext_lazy("positive or uncertain mentions of %(keyword)s"),
}
EACH_OF = {
    (): gettext_lazy("Alert at each mention of %(keyword)s"),
    ("negative",): gettext_lazy("Alert at each negative mention of %(keyword)s"),
    ("neutral",): gettext_lazy("Alert at each neutral mention of %(keyword)s"),
    ("positive",): gettext_lazy("Alert at each positive mention of %(keyword)s"),
    ("negative", "uncertain"): gettext_lazy("Alert at each negative or uncertain mention of %(keyword)s"),
    ("neutral", "uncertain"): gettext_lazy("Alert at each neutral or uncertain mention of %(keyword)s"),
    ("positive", "uncertain"): gettext_lazy("Alert at each positive or uncertain mention of %(keyword)s"),
}


class Mentions(Measure):
    name, label = "mentions", gettext_lazy("Mentions")
    conditions: tuple[str, ...] = LISTS
    counts_rows = True

    def labels(self, settings: Settings) -> tuple[str, ...]:
        """Return the sentiment labels to count; empty for all mentions."""
        return settings.labels

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        rows = rows_reading(settings)
        return (rows, "authors") if settings.counts_authors else (rows,)

    def measured(self, found: Sequence[Found], clause: Clause, settings: Settings, *, is_past: bool) -> Measured:
        bits = mask(self.labels(settings))
        # A mention that is not analyzed yet may get any label. It counts in what the current window is compared with,
        # not in the current one, so missing labels never make the comparison too low.
        if is_past and bits and clause.condition != ABOVE:
            bits |= UNANALYZED
        listed = total(found[0], bits)
        return Measured(min([listed, *(total(one, bits) for one in found[1:])]), listed)

    def matching(
        self, rows: QuerySet[Mention], clause: Clause, settings: Settings, request: Request
    ) -> QuerySet[Mention]:
        labels = self.labels(settings)
        return rows.filter(sentiment__in=labels) if labels else rows

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        return {"sentiments": self.labels(settings), "stories": FOLD if settings.counts_stories else ""}

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        return COUNTED[self.labels(settings)] % {"value": round(value), "count": number(round(value))}

    def plural(self, name: str, settings: Settings) -> str:
        """Return what is measured as a phrase in the plural: "negative mentions of Lumen"."""
        return MENTIONS_OF[self.labels(settings)] % {"keyword": name}

    def subject(self, name: str, clause: Clause) -> str:
        return _("the number of mentions of %(keyword)s") % {"keyword": name}

    def each(self, name: str, clause: Clause, settings: Settings) -> str:
        """Return the sentence of a rule on each mention."""
        return EACH_OF[self.labels(settings)] % {"keyword": name}


class Negative(Mentions):
    """Negative mentions, for further clauses, which have no sentiment of their own."""

    name, label = "negative", gettext_lazy("Negative mentions")

    def labels(self, settings: Settings) -> tuple[str, ...]:
        return ("negative",)


class Stories(Mentions):
    """Near-identical items once, also if the rule counts each mention."""

    name, label = "stories", gettext_lazy("Stories")
    conditions = COUNTS
    counts_rows = False

    def labels(self, settings: Settings) -> tuple[str, ...]:
        return ()

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return ("stories",)

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        return {"stories": FOLD}

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        text = ngettext("%(count)s different story", "%(count)s different stories", round(value))
        return text % {"count": number(round(value))}

    def subject(self, name: str, clause: Clause) -> str:
        return _("the number of different stories about %(keyword)s") % {"keyword": name}
