"""The share of negative mentions among the analyzed ones with a certain sentiment."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.conditions.base import Clause, Settings
from alerts.measures.base import Found, Measured, mask, rows_reading, total
from alerts.measures.shares import Percentage, share_of
from monitoring.insights.dimensions import FOLD

NEGATIVE, JUDGED = mask(["negative"]), mask(["negative", "neutral", "positive"])


class NegativeShare(Percentage):
    name, label = "negative_share", gettext_lazy("Share of negative mentions")

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return (rows_reading(settings),)

    def measured(self, found: Sequence[Found], clause: Clause, settings: Settings, *, is_past: bool) -> Measured:
        return share_of(total(found[0], NEGATIVE), total(found[0], JUDGED))

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        return {"sentiments": ("negative",), "stories": FOLD if settings.counts_stories else ""}

    def subject(self, name: str, clause: Clause) -> str:
        return _("the share of negative mentions of %(keyword)s") % {"keyword": name}
