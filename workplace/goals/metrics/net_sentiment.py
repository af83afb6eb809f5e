"""Net sentiment, from -100 (all negative) to 100 (all positive)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from monitoring.insights.breakdown import document_rows, tally
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sql import count_combinations
from monitoring.insights.volume import bucket_number
from workplace.goals.metrics.base import POINTS, Metric


class NetSentiment(Metric):
    name, label, unit, is_sum = "net_sentiment", _("Net sentiment"), POINTS, False

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        rows = document_rows(f, f.mentions(), number=bucket_number(f, list(starts)))
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, labels, count in count_combinations(rows, ["number", "labels"]):
            found[number].append((labels, count))
        return [tally(found[number]).split.net for number in range(1, len(starts) + 1)]
