"""How fast the team replies, as the page of response times has it: items count when they were published."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from monitoring.insights.filters import MentionFilter
from workplace.goals.metrics.base import DURATION, MIN_REPLIES, PERCENT, Metric
from workplace.response_times import by_window


class RepliedInTime(Metric):
    name, label, unit, is_sum = "in_time", _("Replied to in time"), PERCENT, False

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        return [
            None if one.share is None or one.within + one.late + one.overdue < MIN_REPLIES else 100 * one.share
            for one in by_window(f, starts, now)
        ]


class FirstResponse(Metric):
    name, label, unit = "first_response", _("Time to first response"), DURATION
    is_sum, is_lower_better = False, True

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        return [one.median_s if one.replied >= MIN_REPLIES else None for one in by_window(f, starts, now)]
