"""Engagement of the items published: reactions, comments and shares, as last read from their platforms."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from monitoring.insights.filters import MentionFilter
from monitoring.insights.volume import bucket_number
from monitoring.models import Document
from workplace.goals.metrics.base import Metric


class Engagement(Metric):
    name, label = "engagement", _("Engagement")

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        found = Document.objects.filter(pk__in=f.mentions().values("document_id"), engagement__isnull=False)
        days = found.values(number=bucket_number(f, list(starts))).annotate(total=Sum(F("engagement"))).order_by()
        totals = dict(days.values_list("number", "total"))
        return [totals.get(number, 0) for number in range(1, len(starts) + 1)]
