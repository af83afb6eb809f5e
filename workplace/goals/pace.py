"""The pace of a goal: where it is, where it should be by now, and where it will probably end. Pure.

In: a plan and what was measured. Out: a `Pace`, which goals/read.py stores. docs/goals.md has the rules in words.

A sum grows from 0 to its target in equal steps per day. A level, such as a share, goes from its baseline to its target
in a straight line. Forecasts have a band: a goal is out of reach, or safely ahead, only if all of it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from workplace.goals.forecast import TREND_WEEKS, WEEK, Forecast, forecast_of_level, forecast_of_sum, rate_of, slope_of

MIN_DAYS = 7  # of a sum, and
MIN_WEEKS = 4  # of a level, for a forecast

UPCOMING, UNKNOWN, AHEAD, ON_PACE, BEHIND, OUT_OF_REACH, REACHED, MISSED = (
    *("upcoming", "unknown", "ahead", "on_pace"),
    *("behind", "out_of_reach", "reached", "missed"),
)
STATUSES = (UPCOMING, UNKNOWN, AHEAD, ON_PACE, BEHIND, OUT_OF_REACH, REACHED, MISSED)
ENDED = (REACHED, MISSED)
TROUBLED = (BEHIND, OUT_OF_REACH, MISSED)


@dataclass(frozen=True, slots=True)
class Plan:
    """The promise of a goal: `target` by the end of `ends_on`, from `baseline` at the start of `starts_on`.

    `is_lower_better`: the target is the highest value that fulfills it. The baseline of a sum isn't used.
    """

    starts_on: date
    ends_on: date
    target: float
    baseline: float | None = None
    is_sum: bool = False
    is_lower_better: bool = False

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    def elapsed(self, through: date) -> int:
        """Return how many days of the plan are over at the end of a day."""
        return min(max((through - self.starts_on).days + 1, 0), self.days)

    def weeks(self, through: date) -> int:
        """Return in how many weeks these days are; the first one may have only some of its days."""
        return ceil(self.elapsed(through) / WEEK)

    def before(self, through: date) -> str:
        """Return the status at the end of a day before the first one: on that one, a goal has started."""
        return UPCOMING if through + timedelta(days=1) < self.starts_on else UNKNOWN

    def expected(self, through: date) -> float | None:
        """Return where the goal should be at the end of a day; None for a level without a baseline."""
        share = self.elapsed(through) / self.days
        if self.is_sum:
            return self.target * share
        return None if self.baseline is None else self.baseline + (self.target - self.baseline) * share

    def is_met(self, value: float) -> bool:
        return value <= self.target if self.is_lower_better else value >= self.target


@dataclass(frozen=True, slots=True)
class Pace:
    """The state of a goal at the end of the day `through`.

    `reached_on` is the day on which it reaches its target at its present pace, also after its end; None if it doesn't.
    `needed` is what a sum needs per remaining day.
    """

    through: date
    status: str
    value: float | None
    expected: float | None
    forecast: Forecast | None = None
    reached_on: date | None = None
    needed: float | None = None


def pace_of_sum(plan: Plan, through: date, days: Sequence[float | None], past: Sequence[float | None] = ()) -> Pace:
    """Return the pace of a sum from the figures of its days until `through`; None is a day without any.

    `past` are the days before the start, which serve the forecast while the goal is young.
    """
    if through < plan.starts_on:
        return Pace(through, plan.before(through), None, None)
    known = [day for day in days if day is not None]
    value, expected = sum(known), plan.expected(through)
    if through >= plan.ends_on:
        return Pace(through, REACHED if plan.is_met(value) else MISSED, value, expected)
    left = (plan.ends_on - through).days
    needed = max(plan.target - value, 0) / left
    if not plan.is_lower_better and plan.is_met(value):
        return Pace(through, REACHED, value, expected)
    if plan.is_lower_better and not plan.is_met(value):
        return Pace(through, OUT_OF_REACH, value, expected)
    recent = [day for day in [*past, *days] if day is not None]
    if len(recent) < MIN_DAYS:
        return Pace(through, UNKNOWN, value, expected, needed=needed)
    forecast, rate = forecast_of_sum(value, recent, left), rate_of(recent)
    reached_on = None
    if rate > 0 and not plan.is_lower_better:
        reached_on = _day_after(through, (plan.target - value) / rate)
    return Pace(through, _status(plan, forecast), value, expected, forecast, reached_on, needed)


def pace_of_level(plan: Plan, through: date, value: float | None, weeks: Sequence[float | None]) -> Pace:
    """Return the pace of a level from its value and those of the last weeks, oldest first, which end on `through`."""
    if through < plan.starts_on:
        return Pace(through, plan.before(through), None, None)
    expected = plan.expected(through)
    if value is None:
        return Pace(through, UNKNOWN, None, expected)
    if through >= plan.ends_on:
        return Pace(through, REACHED if plan.is_met(value) else MISSED, value, expected)
    if sum(week is not None for week in weeks[-TREND_WEEKS:]) < MIN_WEEKS:
        return Pace(through, UNKNOWN, value, expected)
    slope = slope_of(weeks)
    forecast = forecast_of_level(value, weeks, (plan.ends_on - through).days / WEEK)
    reached_on = None
    gap = plan.target - value
    if plan.is_met(value):
        reached_on = through
    elif slope and gap / slope > 0:
        reached_on = _day_after(through, WEEK * gap / slope)
    return Pace(through, _status(plan, forecast), value, expected, forecast, reached_on)


def _status(plan: Plan, forecast: Forecast) -> str:
    ends = sorted((forecast.low, forecast.high), reverse=plan.is_lower_better)
    if plan.is_met(ends[0]):
        return AHEAD
    if not plan.is_met(ends[1]):
        return OUT_OF_REACH
    return ON_PACE if plan.is_met(forecast.middle) else BEHIND


def _day_after(day: date, days: float) -> date | None:
    """Return the day some days later, None beyond ten years."""
    return day + timedelta(days=ceil(days)) if days <= 3_660 else None
