"""The share of the mentions of all brands and competitors of the project."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.conditions.base import Clause, Settings
from alerts.measures.base import Found, Measured
from alerts.measures.shares import Percentage, share_of
from alerts.readings.voices import ALL, OWN
from monitoring.insights.dimensions import FOLD


class ShareOfVoice(Percentage):
    name, label = "share_of_voice", gettext_lazy("Share of voice")

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        return ("story_voices",) if settings.counts_stories else ("voices",)

    def measured(self, found: Sequence[Found], clause: Clause, settings: Settings, *, is_past: bool) -> Measured:
        return share_of(found[0][OWN], found[0][ALL])

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        return {"stories": FOLD if settings.counts_stories else ""}

    def subject(self, name: str, clause: Clause) -> str:
        return _("the share of voice of %(keyword)s") % {"keyword": name}
