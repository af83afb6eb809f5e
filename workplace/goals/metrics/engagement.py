"""Engagement of the items published: reactions, comments and shares, as last read from their platforms."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from monitoring.insights.filters import MentionFilter
from monitoring.insights.sql import count_combinations
from monitoring.insights.volume import bucket_number
from workplace.goals.metrics.base import Metric


class Engagement(Metric):
    """An item that two keywords match counts once. Mentions have the engagement in their index: documents are wide."""

    name, label = "engagement", _("Engagement")

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        known = f.mentions().filter(engagement__isnull=False)
        items = known.values("document_id").annotate(
            number=Min(bucket_number(f, list(starts))), engaged=Max("engagement")
        )
        totals: dict[int, int] = defaultdict(int)
        for number, engaged, count in count_combinations(items.order_by(), ["number", "engaged"]):
            totals[number] += engaged * count
        return [totals[number] for number in range(1, len(starts) + 1)]
