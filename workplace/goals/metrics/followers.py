"""How many follow an own account: the last count of each window, as workplace/own_accounts.py stored it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from django.utils.translation import gettext_lazy as _

from monitoring.insights.filters import MentionFilter
from workplace.goals.metrics.base import Metric
from workplace.goals.metrics.website import windows_of
from workplace.models import Goal
from workplace.own_accounts import counts_between


class Followers(Metric):
    """A window without a count is unknown, not 0."""

    name, label = "followers", _("Followers")
    is_sum, has_filter, needs_account, knows_gaps = False, False, True, True

    def __init__(self, account_id: int | None = None) -> None:
        self.account_id = account_id

    def of(self, goal: Goal) -> Self:
        return type(self)(goal.account_id)

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        if self.account_id is None:
            return [None] * len(starts)
        windows = windows_of(f, starts)
        counts = counts_between([self.account_id], windows[0][0], windows[-1][1])[self.account_id]
        found: list[float | None] = []
        for first, last in windows:
            days = [day for day in counts if first <= day <= last]
            found.append(float(counts[max(days)]) if days else None)
        return found
