"""Net sentiment, from -100 (all negative) to 100 (all positive)."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from monitoring.insights.breakdown import breakdown
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split
from workplace.goals.metrics.base import POINTS, Metric


class NetSentiment(Metric):
    name, label, unit, is_sum = "net_sentiment", _("Net sentiment"), POINTS, False

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        days = breakdown(f, "day")
        splits = [Split()] * len(starts)
        for start, tally in zip(days.starts, days.tallies, strict=True):
            splits[max(bisect_right(starts, start) - 1, 0)] += tally.split
        return [split.net for split in splits]
