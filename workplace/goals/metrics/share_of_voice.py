"""The share of the mentions of all brands and competitors of the project."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from monitoring.insights.filters import MentionFilter
from monitoring.insights.volume import WINDOW, volume
from monitoring.models import Keyword
from workplace.goals.metrics.base import MIN_MENTIONS, PERCENT, Metric


class ShareOfVoice(Metric):
    name, label, unit = "share_of_voice", _("Share of voice"), PERCENT
    is_sum, needs_keyword = False, True

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        types = Keyword.Type
        compared = Keyword.objects.filter(project=f.project_id, type__in=(types.BRAND, types.COMPETITOR))
        ids = tuple({*f.keywords, *compared.values_list("pk", flat=True)})
        lines = volume(f.replace(keywords=ids), bucket=WINDOW, starts=list(starts)).lines
        own = [line.counts for line in lines if line.keyword.pk in f.keywords]
        totals = [sum(counts) for counts in zip(*(line.counts for line in lines), strict=True)]
        return [
            100 * sum(counts[at] for counts in own) / total if total >= MIN_MENTIONS else None
            for at, total in enumerate(totals)
        ]
