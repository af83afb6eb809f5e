"""Mentions and stories."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from monitoring.insights.dimensions import FOLD
from monitoring.insights.filters import MentionFilter
from monitoring.insights.volume import volume
from workplace.goals.metrics.base import Metric


class Mentions(Metric):
    name, label, has_list = "mentions", _("Mentions"), True

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        return list(volume(f, bucket="day", starts=list(starts)).totals)


class Stories(Mentions):
    """A story counts once, on the day of its first item under the filter."""

    name, label = "stories", _("Stories")

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        return super().figures(f.replace(stories=FOLD), starts, now)
