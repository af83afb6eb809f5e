"""The interface of metrics: what goals measure.

A metric is one object in a file of this package, listed in registry.py. It reads its figures for consecutive windows
from the rows that lists and charts show.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from django.utils.functional import Promise

from monitoring.insights.filters import MentionFilter
from workplace.models import Goal

# Units: a number, a share of 100, points from -100 to 100, seconds of working time, or the goal's own.
COUNT, PERCENT, POINTS, DURATION, OWN = "count", "percent", "points", "duration", "own"
MIN_MENTIONS = 10  # of a share: with fewer, one more would change it by several percent
MIN_REPLIES = 5


class Metric:
    """A metric. `is_sum`: figures of days add up; else a figure is about a whole window.

    `has_filter`: it is about the mentions of a filter. `needs_keyword`: about those of one keyword. `needs_account`:
    about an own account at a platform. `has_list`: the filter lists what it counts. `knows_gaps`: None says that a
    window wasn't read; otherwise the sources say since when Vigie collects.
    """

    name: str
    label: str | Promise
    unit = COUNT
    is_sum = True
    is_lower_better = False
    has_filter = True
    needs_keyword = False
    needs_account = False
    has_list = False
    knows_gaps = False

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """The lowest and the highest value, None for no limit."""
        return {PERCENT: (0, 100), POINTS: (-100, 100), OWN: (None, None)}.get(self.unit, (0, None))

    def of(self, goal: Goal) -> Self:
        """Return the metric as a goal measures it."""
        return self

    def figures(self, f: MentionFilter, starts: Sequence[datetime], now: datetime) -> list[float | None]:
        """Return the figure of each window: from its start (UTC) to the next one, or to the end of `f`.

        None where too little is known.
        """
        raise NotImplementedError

    def whole(self, f: MentionFilter, now: datetime) -> float | None:
        """Return the figure of `f` as one window, None also if a part of a sum is unknown."""
        return self.figures(f, [f.since], now)[0]
