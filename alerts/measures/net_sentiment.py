"""Net sentiment: positive minus negative mentions, per hundred analyzed ones with a certain sentiment."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.conditions.base import Clause, Settings
from alerts.measures.base import Found, Measured, mask, rows_reading, total
from alerts.measures.shares import Share, share_of
from alerts.measures.words import signed
from monitoring.insights.dimensions import FOLD

LABELS = ("negative", "neutral", "positive")
NEGATIVE, POSITIVE, JUDGED = mask(["negative"]), mask(["positive"]), mask(LABELS)


class NetSentiment(Share):
    name, label = "net_sentiment", gettext_lazy("Net sentiment")
    limits = (-100, 100)

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return (rows_reading(settings),)

    def measured(self, found: Sequence[Found], clause: Clause, settings: Settings, *, is_past: bool) -> Measured:
        return share_of(total(found[0], POSITIVE) - total(found[0], NEGATIVE), total(found[0], JUDGED))

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        return {"sentiments": LABELS, "stories": FOLD if settings.counts_stories else ""}

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        return signed(value)

    def limit(self, value: int) -> str:
        return signed(value)

    def subject(self, name: str, clause: Clause) -> str:
        return _("the net sentiment of %(keyword)s") % {"keyword": name}
